# The C side as Cython sees it: src_c/cpool_kernels.h says what it is.

cdef extern from "cpool_kernels.h" nogil:
    const ptrdiff_t CPOOL_AHEAD_BYTES, CPOOL_MOST_PAIR_ROWS
    enum: CPOOL_MOST_PHASES
    const int CPOOL_f32, CPOOL_f64, CPOOL_min_f32
    ctypedef struct cpool_window:
        const void **value
        const int64_t *row_code
        const void **code
        ptrdiff_t n_rows
        ptrdiff_t n_taps, tap, tap_step
        int64_t tap_code
        ptrdiff_t pitch, n_lines, line, y_line
        uint64_t flip
        int left, streams
        ptrdiff_t ahead
    ctypedef void cpool_window_best(void *, void *, ptrdiff_t, const cpool_window *, ptrdiff_t, ptrdiff_t,
                                    ptrdiff_t) noexcept
    ctypedef struct cpool_pass:
        const void *value
        const void *code
        int later, in_pairs
        ptrdiff_t n_images, n_taps
        const ptrdiff_t *tap
        const int64_t *tap_code
        ptrdiff_t n_planes, plane, y_plane, pitch, tap_pitch
        int64_t code_step
        uint64_t flip
    ctypedef int cpool_best_along(void *, void *, const cpool_pass *, ptrdiff_t, int) noexcept
    ctypedef void cpool_best_down(void *, void *, ptrdiff_t, const cpool_pass *, ptrdiff_t, ptrdiff_t, ptrdiff_t,
                                  int) noexcept
    ctypedef ptrdiff_t cpool_best_one(void *, const void *, ptrdiff_t, uint64_t) noexcept
    ctypedef struct cpool_planes:
        const void *first
        const void *end
        ptrdiff_t height, width, row, plane, kernel, stride
        ptrdiff_t before[2]
        ptrdiff_t output[2]
        void *copy
        const void *fill
        uint64_t flip
        ptrdiff_t ahead, rows, block
    ctypedef void cpool_best_planes(void *, void *, const void *, const cpool_planes *, ptrdiff_t) noexcept
    ctypedef struct cpool_channels:
        ptrdiff_t height, row, kernel, first, n_rows, n_pixels, n_channels, y_row, step
        ptrdiff_t tap[5]
        int64_t tap_code[5]
        ptrdiff_t shared
        const void *fill
        uint64_t flip
        ptrdiff_t ahead
    ctypedef void cpool_best_pixels(void *, void *, const void *, const cpool_channels *) noexcept
    ctypedef struct cpool_ring:
        ptrdiff_t height, width, row, pixel
        ptrdiff_t kernel[2]
        ptrdiff_t stride[2]
        ptrdiff_t before[2]
        ptrdiff_t n_rows, first, n, y_row, y_pixel
        void *scratch
        uint64_t flip
    ctypedef void cpool_best_ring(void *, void *, const void *, const cpool_ring *) noexcept
    ctypedef struct cpool_outputs:
        ptrdiff_t n_planes, n_rows, width
        ptrdiff_t plane, row, step
        ptrdiff_t dx_plane, dx_row, dx_step, start
        ptrdiff_t first, end
        int checked
        const ptrdiff_t *offset_of
    ctypedef void cpool_scatter_record(void *, const void *, const void *, const cpool_outputs *) noexcept
    ctypedef struct cpool_taps:
        const ptrdiff_t *offset
        const int64_t *code
        ptrdiff_t n
    ctypedef struct cpool_cells:
        ptrdiff_t n, n_phases, width
        int streams
    ctypedef void cpool_sum_record(void *, const void *, const void *, const cpool_taps *,
                                   const cpool_cells *) noexcept
    ctypedef struct cpool_same:
        ptrdiff_t width, kernel, ahead
    ctypedef void cpool_sum_same(void *, const void *, const void *, const cpool_same *, ptrdiff_t) noexcept
    ctypedef void cpool_spread(void *, ptrdiff_t, const void *, const void *, const cpool_taps *, ptrdiff_t, ptrdiff_t,
                               ptrdiff_t, ptrdiff_t, ptrdiff_t, bint) noexcept
    ctypedef struct cpool_columns:
        ptrdiff_t kernel, stride, width, n, height
        ptrdiff_t before[2]
        const void *outside
        ptrdiff_t ahead
        bint lines, streams
    ctypedef void cpool_sum_rows(void *, const void *, const void *, const cpool_columns *, ptrdiff_t, ptrdiff_t,
                                 ptrdiff_t) noexcept
    ctypedef void cpool_split(void *, ptrdiff_t, ptrdiff_t, ptrdiff_t, ptrdiff_t, const void *, ptrdiff_t,
                              ptrdiff_t, ptrdiff_t, ptrdiff_t) noexcept
    ctypedef void cpool_pack(void *, ptrdiff_t, const void *, ptrdiff_t, ptrdiff_t, ptrdiff_t, ptrdiff_t) noexcept
    ctypedef void cpool_pack_past(void *, const void *, ptrdiff_t) noexcept
    ctypedef void cpool_fill(void *, ptrdiff_t, ptrdiff_t, ptrdiff_t, const void *) noexcept
    ctypedef void cpool_scatter(void *, ptrdiff_t, const void *, const int64_t *, ptrdiff_t, ptrdiff_t) noexcept
    ctypedef struct cpool_kernels:
        const char *isa
        ptrdiff_t vector_bytes
        cpool_window_best *window_best[8][4]
        cpool_window_best *window_best_pairs[8]
        cpool_best_along *best_along[8][2]
        cpool_best_down *best_down[8][2]
        cpool_best_ring *best_ring[8][2]
        cpool_best_one *best_one[8]
        cpool_best_planes *best_planes[8]
        cpool_best_planes *best_aside[8]
        cpool_best_pixels *best_pixels[8]
        cpool_sum_record *sum_record[7]
        cpool_sum_same *sum_same[7]
        cpool_spread *spread_cells[7]
        cpool_spread *spread_pairs[7]
        cpool_sum_rows *sum_rows[7]
        cpool_scatter_record *scatter_record[7][2]
        cpool_scatter *scatter_add[7]
        cpool_scatter *scatter_put[4]
        cpool_split *split[4]
        cpool_fill *fill[4]
        cpool_pack *pack
        cpool_pack_past *pack_past
    int64_t cpool_streamed
    const cpool_kernels **cpool_built
    int cpool_usable(const cpool_kernels *)
    int cpool_is_amd()
