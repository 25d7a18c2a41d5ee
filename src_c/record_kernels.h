/*
 * record_kernels.h - the window kernels of one dtype and record. A row is done in the widest vectors that it fills,
 * down to plain elements: a row of 7 floats is two vectors of 4 that overlap, not 7 steps. Codes of 2 bytes, of windows
 * of over 256 taps, have vectors of one width; codes wider than that, or than
 * their elements, have none.
 */
#undef HAS_WIDTH
#undef WIDTH
#if RECORD_BYTES == 1
#define HAS_WIDTH(bytes) ((bytes) <= MAX_VECTOR_BYTES)
#elif RECORD_BYTES == 2 && BYTES > 2
#define HAS_WIDTH(bytes) ((bytes) == MAX_VECTOR_BYTES)
#elif RECORD_BYTES == 2 && BYTES == 2
#define HAS_WIDTH(bytes) ((bytes) == (MAX_VECTOR_BYTES > 32 ? 32 : MAX_VECTOR_BYTES))
#else
#define HAS_WIDTH(bytes) 0
#endif
#define WIDTH(bytes) CPOOL_NAME2(WIDTH, bytes)
#undef WIDTH_64
#undef WIDTH_32
#undef WIDTH_16
#if HAS_WIDTH(64)
#define WIDTH_64 64
#define VECTOR_BYTES 64
#include "width_kernels.h"
#elif MAX_VECTOR_BYTES == 64 && HAS_WIDTH(32)
#define WIDTH_64 32 /* wider rows take it too */
#else
#define WIDTH_64 0
#endif
#if HAS_WIDTH(32)
#define WIDTH_32 32
#define VECTOR_BYTES 32
#include "width_kernels.h"
#else
#define WIDTH_32 0
#endif
#if HAS_WIDTH(16)
#define WIDTH_16 16
#define VECTOR_BYTES 16
#include "width_kernels.h"
#else
#define WIDTH_16 0
#endif
#undef WIDTH_0
#define WIDTH_0 0
#define VECTOR_BYTES 0
#include "width_kernels.h"

#define MAX_OF_WIDTH(bytes) CPOOL_NAME5(window_best, DTYPE, RECORD, WIDTH(bytes), max)
#define MIN_OF_WIDTH(bytes) CPOOL_NAME5(window_best, DTYPE, RECORD, WIDTH(bytes), min)
#define KERNEL(stage) CPOOL_NAME4(stage, DTYPE, RECORD, ISA)

void KERNEL(cpool_window_max)(void *y, void *record, ptrdiff_t y_pitch, const cpool_window *window, ptrdiff_t n,
                              ptrdiff_t width, ptrdiff_t room) {
    static best_of_width *const of_width[] = {FROM_WIDEST(MAX_OF_WIDTH)};
    best_in_vectors(of_width, BYTES, y, record, y_pitch, window, n, width, room);
}

void KERNEL(cpool_window_min)(void *y, void *record, ptrdiff_t y_pitch, const cpool_window *window, ptrdiff_t n,
                              ptrdiff_t width, ptrdiff_t room) {
    static best_of_width *const of_width[] = {FROM_WIDEST(MIN_OF_WIDTH)};
    best_in_vectors(of_width, BYTES, y, record, y_pitch, window, n, width, room);
}

/* Stride 2 in vectors for elements of 4 and 8 bytes; of smaller ones, scratch takes the rows apart faster. */
#if HAS_PAIRS
#define MAX_PAIRS_OF_WIDTH(bytes) CPOOL_NAME5(window_best_pairs, DTYPE, RECORD, bytes, max)
#define MIN_PAIRS_OF_WIDTH(bytes) CPOOL_NAME5(window_best_pairs, DTYPE, RECORD, bytes, min)
static void KERNEL(window_max_pairs)(void *y, void *record, ptrdiff_t y_pitch, const cpool_window *window, ptrdiff_t n,
                                     ptrdiff_t width, ptrdiff_t room) {
    static best_of_width *const of_width[] = {FROM_WIDEST(MAX_PAIRS_OF_WIDTH)};
    best_in_vectors(of_width, BYTES, y, record, y_pitch, window, n, width, room);
}

static void KERNEL(window_min_pairs)(void *y, void *record, ptrdiff_t y_pitch, const cpool_window *window, ptrdiff_t n,
                                     ptrdiff_t width, ptrdiff_t room) {
    static best_of_width *const of_width[] = {FROM_WIDEST(MIN_PAIRS_OF_WIDTH)};
    best_in_vectors(of_width, BYTES, y, record, y_pitch, window, n, width, room);
}
#undef MAX_PAIRS_OF_WIDTH
#undef MIN_PAIRS_OF_WIDTH
#endif

#if RECORD_BYTES == 1
#define SUM_OF_WIDTH(bytes) CPOOL_NAME4(sum_record, DTYPE, RECORD, WIDTH(bytes))
static void KERNEL(sum_record)(void *dx, const void *dout, const void *record, const cpool_taps *taps,
                               const cpool_cells *cells) {
    static sum_of_width *const of_width[] = {FROM_WIDEST(SUM_OF_WIDTH)};
    sum_in_vectors(of_width, BYTES, dx, dout, record, taps, cells);
}
#undef SUM_OF_WIDTH
#endif
#if HAS_PAIRS
#define PAIRS_OF_WIDTH(bytes) CPOOL_NAME4(spread_pairs, DTYPE, RECORD, WIDTH(bytes))
static void KERNEL(spread_pairs)(void *dx, ptrdiff_t dx_pitch, const void *dout, const void *record,
                                 const cpool_taps *taps, ptrdiff_t n, ptrdiff_t width, ptrdiff_t room) {
    static pairs_of_width *const of_width[] = {FROM_WIDEST(PAIRS_OF_WIDTH)};
    pairs_in_vectors(of_width, BYTES, dx, dx_pitch, dout, record, taps, n, width, room);
}
#undef PAIRS_OF_WIDTH
#endif

#undef MAX_OF_WIDTH
#undef MIN_OF_WIDTH
#undef KERNEL

#if MAX_VECTOR_BYTES == 0
#include "scatter_record.h"
#elif HAS_EIGHTS && RECORD_BYTES == 1
#include "scatter_eight.h"
#endif
