/*
 * dtypes.h - includes DTYPE_TEMPLATE once for each dtype. A template's parameters:
 *   DTYPE     the dtype's name, as in CPOOL_FOR_EACH_DTYPE
 *   T         its C type
 *   SUM_T     the C type its gradients are summed in: unsigned for integers, whose sums wrap as NumPy's do
 *   CODE_T    the unsigned type as wide as T: a lane of the places beside values; BYTES is its size
 *   IS_FLOAT  1 where NaN exists; IS_BOOL: 1 where every byte that is not 0 counts as 1
 *   ADD(a, b) the sum of two gradients
 */
#define ADD(a, b) ((a) | (b))
#define DTYPE b8
#define T uint8_t
#define SUM_T uint8_t
#define CODE_T uint8_t
#define BYTES 1
#define IS_FLOAT 0
#define IS_BOOL 1
#include DTYPE_TEMPLATE
#undef DTYPE
#undef ADD
#define ADD(a, b) ((a) + (b))
#undef IS_BOOL
#define IS_BOOL 0

#define DTYPE u8
#include DTYPE_TEMPLATE
#undef DTYPE
#undef T

#define DTYPE i8
#define T int8_t
#include DTYPE_TEMPLATE
#undef DTYPE
#undef T
#undef SUM_T
#undef CODE_T
#undef BYTES

#define DTYPE i16
#define T int16_t
#define SUM_T uint16_t
#define CODE_T uint16_t
#define BYTES 2
#include DTYPE_TEMPLATE
#undef DTYPE
#undef T

#define DTYPE u16
#define T uint16_t
#include DTYPE_TEMPLATE
#undef DTYPE
#undef T
#undef SUM_T
#undef CODE_T
#undef BYTES

#define DTYPE i32
#define T int32_t
#define SUM_T uint32_t
#define CODE_T uint32_t
#define BYTES 4
#include DTYPE_TEMPLATE
#undef DTYPE
#undef T

#define DTYPE u32
#define T uint32_t
#include DTYPE_TEMPLATE
#undef DTYPE
#undef T
#undef SUM_T
#undef IS_FLOAT

#define DTYPE f32
#define T float
#define SUM_T float
#define IS_FLOAT 1
#include DTYPE_TEMPLATE
#undef DTYPE
#undef T
#undef SUM_T
#undef CODE_T
#undef BYTES

#define DTYPE f64
#define T double
#define SUM_T double
#define CODE_T uint64_t
#define BYTES 8
#include DTYPE_TEMPLATE
#undef DTYPE
#undef T
#undef SUM_T
#undef IS_FLOAT

#define DTYPE i64
#define T int64_t
#define SUM_T uint64_t
#define IS_FLOAT 0
#include DTYPE_TEMPLATE
#undef DTYPE
#undef T

#define DTYPE u64
#define T uint64_t
#include DTYPE_TEMPLATE
#undef DTYPE
#undef T
#undef SUM_T
#undef CODE_T
#undef BYTES
#undef IS_FLOAT
#undef ADD
#undef IS_BOOL
