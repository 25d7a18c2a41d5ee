/* kernels_neon.c - the table of 64-bit Arm processors, all of which have NEON. */
#include "compiler.h"

#if CPOOL_BUILD_NEON
#define ISA neon
#define MAX_VECTOR_BYTES 16
#include "codes_neon.h"
#include "kernels.h"
#endif
