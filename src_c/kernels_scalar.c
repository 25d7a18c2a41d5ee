/* kernels_scalar.c - the table in plain C: every processor's, the only one with records wider than 2 bytes. */
#define ISA scalar
#define MAX_VECTOR_BYTES 0
#define HAS_MASKS 0
#define STREAMED (void)0
#include "kernels.h"
