/* kernels_avx2.c - the table of x86 processors with AVX2. */
#include "compiler.h"

#if CPOOL_BUILD_X86
CPOOL_TARGET_BEGIN("avx2,prfchw")
#define ISA avx2
#define MAX_VECTOR_BYTES 32
#include "codes_x86.h"
#include "kernels.h"
CPOOL_TARGET_END
#endif
