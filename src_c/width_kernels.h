/* width_kernels.h - the window kernels of one dtype, record and width of vector (VECTOR_BYTES). */
#include "vector.h"

#define OP max
#define BEATS >
#define NOT_PAST <=
#include "op_kernels.h"
#undef OP
#undef BEATS
#undef NOT_PAST

#define OP min
#define BEATS <
#define NOT_PAST >=
#include "op_kernels.h"
#undef OP
#undef BEATS
#undef NOT_PAST

#if RECORD_BYTES == 1
#include "window_spread.h"
#endif

#undef VECTOR_BYTES
