# Backward of channels last as sums: each cell of dx is written once, with the sum of the outputs whose record names it,
# in vectors of its channels. 2x against scattering.

cdef enum:
    MOST_SUMMED = 64                # taps
    MOST_PHASES = 8


cdef bint plan_sums(Gradient *g, cpool_sum_record *kernel) noexcept nogil:
    """Whether vectors of sums, of which each looks at all its windows, are fewer than outputs."""
    cdef const Axis *height = &g.axis[1]
    cdef const Axis *width = &g.axis[2]
    if (g.channels == 1 or g.channels * g.item < 16 or max(height.stride, width.stride) > MOST_PHASES
            or g.taps.n > MOST_SUMMED or g.taps.n * g.item > chosen.vector_bytes):
        return False
    # A few rows at a time, whose calls are as few.
    g.block = max(1, CHUNK_BYTES // (width.length * g.channels * g.item))
    g.block = min(height.length, ceil_div(g.block, height.stride) * height.stride)
    g.blocks = ceil_div(height.length, g.block)
    g.items = g.planes * g.axis[0].length * g.blocks
    g.sum = kernel
    g.run = backward_sums
    return True


cdef inline ptrdiff_t viewers(const Axis *axis, ptrdiff_t n) noexcept nogil:
    """Outputs, also before and past the real ones, that may look at n cells, the first at a stride's multiple."""
    return last_viewer(axis, n - 1) - first_viewer(axis, 0) + 1


cdef ptrdiff_t list_windows(const Axis *axis, ptrdiff_t cell, ptrdiff_t *run, ptrdiff_t *output,
                            ptrdiff_t *tap) noexcept nogil:
    """The windows along an axis that see a cell, in rising order; returns how many.

    run: of so many cells a stride apart from this one on; becomes less where the windows of later ones are not the
    same, each one further.
    """
    cdef ptrdiff_t t, o, n = 0
    for t in range(axis.kernel - 1, -1, -1):
        o = cell + axis.before - t * axis.dilation
        if o % axis.stride == 0:
            o = o // axis.stride
            if o < 0:
                run[0] = min(run[0], -o)
            elif o < axis.output:
                run[0] = min(run[0], axis.output - o)
                output[n], tap[n] = o, t
                n += 1
    return n


cdef void backward_sums(const Gradient *g, char *scratch, ptrdiff_t item) noexcept nogil:
    """A block of rows of one slice of dx: those rows together that are a stride apart and see the same."""
    cdef const Axis *depth = &g.axis[0]
    cdef const Axis *height = &g.axis[1]
    cdef ptrdiff_t slice = item // g.blocks, first = item % g.blocks * g.block
    cdef ptrdiff_t end = min(height.length, first + g.block)
    cdef ptrdiff_t row = g.axis[2].output * g.channels, dx_row = g.axis[2].length * g.channels
    cdef ptrdiff_t at = slice // depth.length * depth.output * height.output * row
    cdef ptrdiff_t n_depth, n_height, phase, h, d, i, run = 1
    cdef ptrdiff_t od[MOST_SUMMED]
    cdef ptrdiff_t oh[MOST_SUMMED]
    cdef ptrdiff_t tap[2][MOST_SUMMED]
    cdef ptrdiff_t offset[MOST_SUMMED]
    cdef int64_t code[MOST_SUMMED]
    cdef cpool_taps rows
    cdef cpool_cells cells
    rows.offset, rows.code = offset, code
    cells.width, cells.streams = g.channels, g.bytes > CACHE_BYTES
    cells.dx_row, cells.row = height.stride * dx_row, row
    n_depth = list_windows(depth, slice % depth.length, &run, od, tap[0])
    for phase in range(min(height.stride, end - first)):
        h = first + phase
        while h < end:
            cells.n_rows = ceil_div(end - h, height.stride)
            n_height = list_windows(height, h, &cells.n_rows, oh, tap[1])
            rows.n = 0
            for d in range(n_depth):
                for i in range(n_height):
                    offset[rows.n] = (od[d] * height.output + oh[i]) * row
                    code[rows.n] = (tap[0][d] * height.kernel + tap[1][i]) * g.axis[2].kernel
                    rows.n += 1
            sum_rows(g, g.dx + (slice * height.length + h) * dx_row * g.item, at, &rows, &cells)
            h += cells.n_rows * height.stride


cdef void sum_rows(const Gradient *g, char *dx, ptrdiff_t at, const cpool_taps *rows,
                   cpool_cells *cells) noexcept nogil:
    """Rows of dx that see these rows of the outputs from `at` on: those columns together that see the same."""
    cdef const Axis *width = &g.axis[2]
    cdef ptrdiff_t i = 0, n, n_taps, phase, r, t
    cdef ptrdiff_t ow[MOST_SUMMED]
    cdef ptrdiff_t tap[MOST_SUMMED]
    cdef ptrdiff_t offset[MOST_SUMMED]
    cdef int64_t code[MOST_SUMMED]
    cdef cpool_taps taps[MOST_PHASES]
    while i * width.stride < width.length:
        cells.n_phases = min(width.stride, width.length - i * width.stride)
        cells.n = (width.length - cells.n_phases) // width.stride + 1 - i
        n = 0
        for phase in range(cells.n_phases):
            taps[phase].offset, taps[phase].code, taps[phase].n = offset + n, code + n, 0
            n_taps = list_windows(width, i * width.stride + phase, &cells.n, ow, tap)
            for r in range(rows.n):
                for t in range(n_taps):
                    offset[n] = rows.offset[r] + ow[t] * g.channels
                    code[n] = rows.code[r] + tap[t]
                    n += 1
            taps[phase].n = rows.n * n_taps
        g.sum(dx + i * width.stride * g.channels * g.item, g.dout + at * g.item, g.record + at, taps, cells)
        i += cells.n
