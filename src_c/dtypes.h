/*
 * dtypes.h - includes DTYPE_TEMPLATE once for each dtype of the kernels. A template's parameters:
 *   DTYPE     its name, as in CPOOL_FOR_EACH_KEY
 *   T         the C type of a key, of which the greatest wins: of integers signed
 *   SUM_T     the C type its gradients are summed in: unsigned for integers, whose sums wrap as NumPy's do
 *   CODE_T    the unsigned type as wide as T: a lane of the places beside values; BYTES is its size
 *   FLIPS     1 where `flip` makes keys of elements, 0 where they are keys themselves
 *   SUMS      1 where gradients are this dtype's, 0 where they are another's
 *   IS_FLOAT  1 where NaN exists; IS_BOOL: 1 where every byte that is not 0 counts as 1
 *   ADD(a, b) the sum of two gradients
 */
#define FLIPS 1
#define SUMS 1
#define IS_FLOAT 0
#define T int8_t
#define SUM_T uint8_t
#define CODE_T uint8_t
#define BYTES 1
#define ADD(a, b) ((a) | (b))
#define IS_BOOL 1
#define DTYPE b8
#include DTYPE_TEMPLATE
#undef DTYPE
#undef IS_BOOL
#undef ADD

#define ADD(a, b) ((a) + (b))
#define IS_BOOL 0
#define DTYPE i8
#include DTYPE_TEMPLATE
#undef DTYPE
#undef T
#undef SUM_T
#undef CODE_T
#undef BYTES

#define T int16_t
#define SUM_T uint16_t
#define CODE_T uint16_t
#define BYTES 2
#define DTYPE i16
#include DTYPE_TEMPLATE
#undef DTYPE
#undef T
#undef SUM_T
#undef CODE_T
#undef BYTES

#define T int32_t
#define SUM_T uint32_t
#define CODE_T uint32_t
#define BYTES 4
#define DTYPE i32
#include DTYPE_TEMPLATE
#undef DTYPE
#undef T
#undef SUM_T
#undef CODE_T
#undef BYTES

#define T int64_t
#define SUM_T uint64_t
#define CODE_T uint64_t
#define BYTES 8
#define DTYPE i64
#include DTYPE_TEMPLATE
#undef DTYPE
#undef T
#undef SUM_T
#undef IS_FLOAT

#define IS_FLOAT 1
#define T double
#define SUM_T double
#define DTYPE f64
#include DTYPE_TEMPLATE
#undef DTYPE
#undef T
#undef SUM_T
#undef CODE_T
#undef BYTES

#define T float
#define SUM_T float
#define CODE_T uint32_t
#define BYTES 4
#undef SUMS
#define SUMS 0
#define DTYPE min_f32
#include DTYPE_TEMPLATE
#undef DTYPE
#undef SUMS
#undef FLIPS

#define SUMS 1
#define FLIPS 0
#define DTYPE f32
#include DTYPE_TEMPLATE
#undef DTYPE
#undef T
#undef SUM_T
#undef CODE_T
#undef BYTES
#undef FLIPS
#undef SUMS
#undef IS_FLOAT
#undef IS_BOOL
#undef ADD
