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

/*
 * What is left of a row is done in narrow vectors where one holds it, 1.1x for rows of 20 floats, and where half of one
 * does of two planes (best_planes), 1.15x more. Rows of half a wide vector are done in wide ones of two planes, and at
 * stride 2, of 4 bytes beside masks, of a quarter of four: 1.1x to 1.4x, but 0.93x for what is left of 24. With a
 * record a quarter left of 5x5 windows is done of four planes too, 1.1x for rows of 20 floats.
 */
static void KERNEL(best_planes)(void *y, void *record, const void *x, const cpool_planes *planes, ptrdiff_t n) {
    const ptrdiff_t rest = planes->output[1] % (MAX_VECTOR_BYTES / BYTES), end = planes->output[1];
    const ptrdiff_t whole = rest * BYTES <= MAX_VECTOR_BYTES / 2 ? end - rest : end;
    const int quarters = MAX_VECTOR_BYTES == 64 && BYTES == 4;
    int shares = planes->stride == 2 ? quarters : 2 * rest * BYTES > PLANES_BYTES;
    if (whole) shares = quarters && record && planes->kernel == 5 && 4 * rest * BYTES <= MAX_VECTOR_BYTES;
    if (whole) OF_WIDTH(best_planes, MAX_VECTOR_BYTES)(y, record, x, planes, n, 0, whole);
    if (whole == end) return;
    if (shares) OF_WIDTH(best_planes, MAX_VECTOR_BYTES)(y, record, x, planes, n, whole, end);
    else OF_WIDTH(best_planes, PLANES_BYTES)(y, record, x, planes, n, whole, end);
}
#endif

#if MAX_VECTOR_BYTES && RECORD_BYTES == 1 && SUMS
/*
 * What is left of a row is done in narrow vectors where one holds it; beside masks only of elements of 1 and 2 bytes
 * and of rows that are shorter than one: else wide vectors hold it of several rows.
 */
static void KERNEL(sum_same)(void *dx, const void *dout, const void *record, const cpool_same *same, ptrdiff_t n) {
    const ptrdiff_t rest = same->width % (MAX_VECTOR_BYTES / BYTES), end = same->width;
    const int narrow = rest * BYTES <= PLANES_BYTES &&
                       (MAX_VECTOR_BYTES < 64 || BYTES < 4 || end * BYTES < PLANES_BYTES);
    const ptrdiff_t whole = narrow ? end - rest : end;
    if (whole) OF_WIDTH(sum_same, MAX_VECTOR_BYTES)(dx, dout, record, same, n, 0, whole);
    if (whole < end) OF_WIDTH(sum_same, PLANES_BYTES)(dx, dout, record, same, n, whole, end);
}
#endif

#if RECORD_BYTES == 1 && SUMS
static void KERNEL(sum_record)(void *dx, const void *dout, const void *record, const cpool_taps *taps,
                               const cpool_cells *cells) {
    static cpool_sum_record *const of_width[] = {FROM_WIDEST(sum_record)}; /* a cell fills one vector or more */
    of_width[vectors_too_wide(cells->width * BYTES)](dx, dout, record, taps, cells);
}

#if HAS_PIXEL_SUMS
static void KERNEL(sum_pixels)(void *dx, const void *dout, const void *record, const cpool_sums *sums) {
    static cpool_sum_pixels *const of_width[] = {FROM_WIDEST_VECTOR(sum_pixels)};
    of_width[vectors_too_wide(sums->n_channels * BYTES)](dx, dout, record, sums);
}
#endif

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
#elif HAS_EIGHTS && RECORD_BYTES == 1 && SUMS
#include "scatter_eight.h"
#endif
#undef RECORD
#undef RECORD_T
#undef RECORD_BYTES
