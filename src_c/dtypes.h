/*
 * dtypes.h - includes dtype_kernels.h once for each dtype of the kernels. Its parameters, of which the types and ADD
 * follow from IS_FLOAT, BYTES and IS_BOOL:
 *   DTYPE     its name, as in CPOOL_FOR_EACH_KEY
 *   T         the C type of a key, of which the greatest wins: of integers signed
 *   SUM_T     the C type its gradients are summed in: unsigned for integers, whose sums wrap as NumPy's do
 *   CODE_T    the unsigned type as wide as T: a lane of the places beside values; BYTES is its size
 *   FLIPS     1 where `flip` makes keys of elements, 0 where they are keys themselves
 *   SUMS      1 where gradients are this dtype's, 0 where they are another's
 *   IS_FLOAT  1 where NaN exists; IS_BOOL: 1 where every byte that is not 0 counts as 1
 *   ADD(a, b) the sum of two gradients
 */
#define KEY_0_1 int8_t
#define KEY_0_2 int16_t
#define KEY_0_4 int32_t
#define KEY_0_8 int64_t
#define KEY_1_4 float
#define KEY_1_8 double
#define SUM_0_1 uint8_t
#define SUM_0_2 uint16_t
#define SUM_0_4 uint32_t
#define SUM_0_8 uint64_t
#define SUM_1_4 float
#define SUM_1_8 double
#define ADD_0(a, b) ((a) + (b))
#define ADD_1(a, b) ((a) | (b))
#define T CPOOL_NAME3(KEY, IS_FLOAT, BYTES)
#define SUM_T CPOOL_NAME3(SUM, IS_FLOAT, BYTES)
#define CODE_T CPOOL_NAME3(SUM, 0, BYTES)
#define ADD CPOOL_NAME2(ADD, IS_BOOL)

#define FLIPS 1
#define SUMS 1
#define IS_FLOAT 0
#define BYTES 1
#define IS_BOOL 1
#define DTYPE b8
#include "dtype_kernels.h"
#undef IS_BOOL
#define IS_BOOL 0
#define DTYPE i8
#include "dtype_kernels.h"
#undef BYTES

#define BYTES 2
#define DTYPE i16
#include "dtype_kernels.h"
#undef BYTES

#define BYTES 4
#define DTYPE i32
#include "dtype_kernels.h"
#undef BYTES

#define BYTES 8
#define DTYPE i64
#include "dtype_kernels.h"
#undef IS_FLOAT

#define IS_FLOAT 1
#define DTYPE f64
#include "dtype_kernels.h"
#undef BYTES
#undef SUMS

#define BYTES 4
#define SUMS 0
#define DTYPE min_f32
#include "dtype_kernels.h"
#undef SUMS
#undef FLIPS

#define SUMS 1
#define FLIPS 0
#define DTYPE f32
#include "dtype_kernels.h"
