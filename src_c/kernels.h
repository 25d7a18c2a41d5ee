/*
 * kernels.h - all kernels of one instruction set and their table. Parameters: ISA, its name; MAX_VECTOR_BYTES, its
 * widest vector (0: plain elements only). Whoever includes this has opened the target region (compiler.h) and the
 * codes_*.h of the ISA.
 */
#include <string.h>

#include "compiler.h"

#if MAX_VECTOR_BYTES == 64
#define FROM_WIDEST(kernel_of) kernel_of(64), kernel_of(32), kernel_of(16), kernel_of(0)
#elif MAX_VECTOR_BYTES == 32
#define FROM_WIDEST(kernel_of) kernel_of(32), kernel_of(16), kernel_of(0)
#elif MAX_VECTOR_BYTES == 16
#define FROM_WIDEST(kernel_of) kernel_of(16), kernel_of(0)
#else
#define FROM_WIDEST(kernel_of) kernel_of(0)
#endif

/* How many of this instruction set's vectors, from the widest down, a row of so many bytes does not fill. */
CPOOL_INLINE int vectors_too_wide(ptrdiff_t row_bytes) {
    int too_wide = 0;
    for (ptrdiff_t bytes = MAX_VECTOR_BYTES; bytes >= 16 && bytes > row_bytes; bytes /= 2) too_wide++;
    return too_wide;
}

#define DTYPE_TEMPLATE "dtype_kernels.h"
#include "dtypes.h"

#define MOVE u8
#define MOVE_T uint8_t
#define MOVE_BYTES 1
#include "moves.h"
#undef MOVE
#undef MOVE_T
#undef MOVE_BYTES
#define MOVE u16
#define MOVE_T uint16_t
#define MOVE_BYTES 2
#include "moves.h"
#undef MOVE
#undef MOVE_T
#undef MOVE_BYTES
#define MOVE u32
#define MOVE_T uint32_t
#define MOVE_BYTES 4
#include "moves.h"
#undef MOVE
#undef MOVE_T
#undef MOVE_BYTES
#define MOVE u64
#define MOVE_T uint64_t
#define MOVE_BYTES 8
#include "moves.h"
#undef MOVE
#undef MOVE_T
#undef MOVE_BYTES

/* What has no vector form is the scalar table's in every table. */
#define DECLARE_PLAIN(dtype) \
    cpool_scatter cpool_scatter_add_##dtype##_scalar; \
    DECLARE_RECORD(dtype, u16) DECLARE_RECORD(dtype, u32) DECLARE_RECORD(dtype, u64)
#define DECLARE_RECORD(dtype, record) \
    cpool_window_best cpool_window_max_##dtype##_##record##_scalar, cpool_window_min_##dtype##_##record##_scalar; \
    cpool_window_sum cpool_window_sum_##dtype##_##record##_scalar;
CPOOL_FOR_EACH_DTYPE(DECLARE_PLAIN)
cpool_scatter cpool_scatter_put_u8_scalar, cpool_scatter_put_u16_scalar, cpool_scatter_put_u32_scalar,
    cpool_scatter_put_u64_scalar;

#define SLOT(stage, dtype) \
    {CPOOL_NAME4(stage, dtype, u8, ISA), stage##_##dtype##_u16_scalar, stage##_##dtype##_u32_scalar, \
     stage##_##dtype##_u64_scalar},
#define MAX_SLOT(dtype) SLOT(cpool_window_max, dtype)
#define MIN_SLOT(dtype) SLOT(cpool_window_min, dtype)
#define SUM_SLOT(dtype) SLOT(cpool_window_sum, dtype)
#define SCATTER_SLOT(dtype) cpool_scatter_add_##dtype##_scalar,
#define TABLE CPOOL_NAME2(cpool_kernels, ISA)

extern const cpool_kernels TABLE;
const cpool_kernels TABLE = {
    .isa = CPOOL_STRING(ISA),
    .window_best = {{CPOOL_FOR_EACH_DTYPE(MAX_SLOT)}, {CPOOL_FOR_EACH_DTYPE(MIN_SLOT)}},
    .window_sum = {CPOOL_FOR_EACH_DTYPE(SUM_SLOT)},
    .scatter_add = {CPOOL_FOR_EACH_DTYPE(SCATTER_SLOT)},
    .scatter_put = {cpool_scatter_put_u8_scalar, cpool_scatter_put_u16_scalar, cpool_scatter_put_u32_scalar,
                    cpool_scatter_put_u64_scalar},
    .gather = {CPOOL_NAME3(gather, u8, ISA), CPOOL_NAME3(gather, u16, ISA), CPOOL_NAME3(gather, u32, ISA),
               CPOOL_NAME3(gather, u64, ISA)},
    .spread = {CPOOL_NAME3(spread, u8, ISA), CPOOL_NAME3(spread, u16, ISA), CPOOL_NAME3(spread, u32, ISA),
               CPOOL_NAME3(spread, u64, ISA)},
};
