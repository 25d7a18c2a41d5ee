/* kernels_scalar.c - the table in plain C: every processor's, the only one with records wider than a byte. */
#define ISA scalar
#define MAX_VECTOR_BYTES 0
#include "kernels.h"
