/*
 * record_kernels.h - the window kernels of one dtype and record. A row of x is done in the widest vectors that it
 * fills, down to plain elements: a row of 7 floats is two vectors of 4 that overlap, not 7 steps. Codes of more than a
 * byte, of windows of over 256 taps, have plain elements there.
 */
#undef HAS_ROWS
#undef PASS_BYTES
#undef HAS_WIDTH
#define HAS_ROWS (RECORD_BYTES == 1 || MAX_VECTOR_BYTES == 0)
/* The vectors of passes: codes of 2 bytes lie in lanes as wide as the elements, or in halves of the widest vector. */
#if RECORD_BYTES > BYTES
#define PASS_BYTES 0
#elif RECORD_BYTES == 2 && BYTES == 2 && MAX_VECTOR_BYTES == 64
#define PASS_BYTES 32
#else
#define PASS_BYTES MAX_VECTOR_BYTES
#endif
#define HAS_WIDTH(bytes) ((bytes) == PASS_BYTES || (HAS_ROWS && (bytes) <= MAX_VECTOR_BYTES))
#if HAS_WIDTH(64)
#define VECTOR_BYTES 64
#include "width_kernels.h"
#endif
#if HAS_WIDTH(32)
#define VECTOR_BYTES 32
#include "width_kernels.h"
#endif
#if HAS_WIDTH(16)
#define VECTOR_BYTES 16
#include "width_kernels.h"
#endif
#if HAS_WIDTH(0)
#define VECTOR_BYTES 0
#include "width_kernels.h"
#endif

#if HAS_ROWS
#define WINDOW(kernel, stage) \
    void KERNEL(kernel)(void *y, void *record, ptrdiff_t y_pitch, const cpool_window *window, ptrdiff_t n, \
                        ptrdiff_t width, ptrdiff_t room) { \
        static best_of_width *const of_width[] = {FROM_WIDEST(stage)}; \
        best_in_vectors(of_width, BYTES, y, record, y_pitch, window, n, width, room); \
    }
WINDOW(cpool_window_best, window_best)
#if HAS_PAIRS
static WINDOW(window_best_pairs, window_best_pairs)
#endif
#undef WINDOW

#if MAX_VECTOR_BYTES && RECORD_BYTES == 1
static void KERNEL(best_pixels)(void *y, void *record, const void *x, const cpool_channels *channels) {
    static cpool_best_pixels *const of_width[] = {FROM_WIDEST_VECTOR(best_pixels)};
    of_width[vectors_too_wide(channels->n_channels * BYTES)](y, record, x, channels);
}
#endif

#if RECORD_BYTES == 1 && SUMS
static void KERNEL(sum_record)(void *dx, const void *dout, const void *record, const cpool_taps *taps,
                               const cpool_cells *cells) {
    static cpool_sum_record *const of_width[] = {FROM_WIDEST(sum_record)}; /* a cell fills one vector or more */
    of_width[vectors_too_wide(cells->width * BYTES)](dx, dout, record, taps, cells);
}

#define SPREAD(stage, apart) \
    static void KERNEL(stage)(void *dx, ptrdiff_t dx_pitch, const void *dout, const void *record, \
                              const cpool_taps *taps, ptrdiff_t n_lines, ptrdiff_t line, ptrdiff_t n, \
                              ptrdiff_t width, ptrdiff_t room, int streams) { \
        static spread_of_width *const of_width[] = {FROM_WIDEST(stage)}; \
        spread_in_vectors(of_width, BYTES, apart, dx, dx_pitch, dout, record, taps, n_lines, line, n, width, room, \
                          streams); \
    }
SPREAD(spread_cells, 1)
#if HAS_PAIRS && BYTES >= 4
SPREAD(spread_pairs, 2)
#endif
#undef SPREAD
#endif

#endif

#if MAX_VECTOR_BYTES == 0 && RECORD_BYTES <= 2 && SUMS
#include "scatter_record.h"
#endif
#undef RECORD
#undef RECORD_T
#undef RECORD_BYTES
