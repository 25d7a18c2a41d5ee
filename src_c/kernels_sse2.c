/* kernels_sse2.c - the table of x86 processors with SSE2. */
#include "compiler.h"

#if CPOOL_BUILD_X86
CPOOL_TARGET_BEGIN("sse2")
#define ISA sse2
#define MAX_VECTOR_BYTES 16
#include "codes_x86.h"
#include "kernels.h"
CPOOL_TARGET_END
#endif
