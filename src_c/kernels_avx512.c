/* kernels_avx512.c - the table of x86 processors with AVX-512 (F, BW, VL, DQ). */
#include "compiler.h"

#if CPOOL_BUILD_X86
CPOOL_TARGET_BEGIN("avx512f,avx512bw,avx512vl,avx512dq,prfchw")
#define ISA avx512
#define MAX_VECTOR_BYTES 64
#include "codes_avx512.h"
#include "kernels.h"
CPOOL_TARGET_END
#endif
