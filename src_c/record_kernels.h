/*
 * record_kernels.h - the window kernels of one dtype and record. A row is done in the widest vectors that it fills,
 * down to plain elements: a row of 7 floats is two vectors of 4 that overlap, not 7 steps.
 */
#if MAX_VECTOR_BYTES >= 64
#define VECTOR_BYTES 64
#include "width_kernels.h"
#endif
#if MAX_VECTOR_BYTES >= 32
#define VECTOR_BYTES 32
#include "width_kernels.h"
#endif
#if MAX_VECTOR_BYTES >= 16
#define VECTOR_BYTES 16
#include "width_kernels.h"
#endif
#define VECTOR_BYTES 0
#include "width_kernels.h"

#define SUM_OF_WIDTH(bytes) CPOOL_NAME4(window_sum, DTYPE, RECORD, bytes)
#define MAX_OF_WIDTH(bytes) CPOOL_NAME5(window_best, DTYPE, RECORD, bytes, max)
#define MIN_OF_WIDTH(bytes) CPOOL_NAME5(window_best, DTYPE, RECORD, bytes, min)
#define KERNEL(stage) CPOOL_NAME4(stage, DTYPE, RECORD, ISA)

void KERNEL(cpool_window_max)(void *y, void *code, ptrdiff_t y_pitch, const cpool_window *window, ptrdiff_t n,
                              ptrdiff_t width) {
    static cpool_window_best *const of_width[] = {FROM_WIDEST(MAX_OF_WIDTH)};
    of_width[vectors_too_wide(width * BYTES)](y, code, y_pitch, window, n, width);
}

void KERNEL(cpool_window_min)(void *y, void *code, ptrdiff_t y_pitch, const cpool_window *window, ptrdiff_t n,
                              ptrdiff_t width) {
    static cpool_window_best *const of_width[] = {FROM_WIDEST(MIN_OF_WIDTH)};
    of_width[vectors_too_wide(width * BYTES)](y, code, y_pitch, window, n, width);
}

void KERNEL(cpool_window_sum)(void *dx, ptrdiff_t dx_pitch, const cpool_window *window, ptrdiff_t n, ptrdiff_t width) {
    static cpool_window_sum *const of_width[] = {FROM_WIDEST(SUM_OF_WIDTH)};
    of_width[vectors_too_wide(width * BYTES)](dx, dx_pitch, window, n, width);
}

#undef SUM_OF_WIDTH
#undef MAX_OF_WIDTH
#undef MIN_OF_WIDTH
#undef KERNEL
