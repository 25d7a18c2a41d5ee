# Backward as sums: each cell of dx is written once, with the sum of the outputs whose record names it, in vectors. Of
# channels last (2x against scattering), and in either layout of windows that leave the size as it is.

cdef enum:
    MOST_SUMMED = 64                # taps


cdef bint plan_sums(Gradient *g) noexcept nogil:
    """Whether vectors of sums, of which each looks at all its windows, take less time than to scatter the outputs.

    A pixel's vectors, and one for every two taps more, against its channels: 1.1x to 3.8x where these are few or the
    taps many. Where dx is not in a near cache scattering, which writes it twice, takes up to twice as long; what counts
    then is how many windows see a pixel: 1.1x to 2x. The numbers fit windows of 2x2, 3x3 and 5x5 and 4 to 32 floats.
    """
    cdef ptrdiff_t pixel = g.channels * g.item, vector = g.kernels.vector_bytes, vectors
    cdef double seen = <double> g.taps.n / (<double> g.depth.stride * g.height.stride * g.width.stride)
    if (not has_vectors_of_channels(g.channels, g.item) or max(g.height.stride, g.width.stride) > CPOOL_MOST_PHASES
            or g.taps.n > MOST_SUMMED or vector == 0):
        return False
    while vector > pixel:
        vector //= 2
    vectors = ceil_div(pixel, vector)
    if (g.taps.n * (vectors + (g.taps.n - 1) / 2.0) > (2.8 if g.streams else 1.4) * g.channels
            and (g.bytes <= NEAR_BYTES or vectors * (seen + 1.5) > (0.7 if g.streams else 0.45) * g.channels)):
        return False
    g.block = max(1, min(g.height.length, WRITTEN_BYTES // (g.width.length * g.channels * g.item)))
    g.blocks = ceil_div(g.height.length, g.block)
    g.items = g.planes * g.depth.length * g.blocks
    g.run = backward_sums
    ways[1] = b"backward by sums of channels"
    return True


cdef bint plan_flat_sums(Gradient *g) noexcept nogil:
    """Whether dx and its outputs have one size and stride: then all planes are one row of cells.

    A window's taps lie equally far from each cell, also where they are another row's or plane's: no record names those,
    which are padding of their window. Of floats 1.1x to 1.9x for 3x3 windows, 2x for 2x2, of bytes 2x to 4x.
    """
    cdef ptrdiff_t width = g.width.length, scratch
    cdef bint down = sums_down(g)
    cdef const Axis *axis
    cdef int i
    # As many taps as lanes and one in eight more: 3x3 in lanes of 8. Sums of 5x5 take twice the time of scattering.
    if not down and 8 * g.taps.n * g.item > 9 * g.kernels.vector_bytes:
        return False
    for i in range(3):
        axis = g.job.axis[i]
        if axis.stride > 1 or axis.output != axis.length or span(axis) > axis.length:
            return False
        g.after += axis.before * <ptrdiff_t> g.cell[i]
        g.before += (span(axis) - 1 - axis.before) * <ptrdiff_t> g.cell[i]
    g.chunk = CHUNK_BYTES // g.item
    if down:  # whole rows, and the vectors that reach past them
        g.chunk = max(1, g.chunk // width) * width
        g.after += max(0, g.kernels.vector_bytes // g.item - width)
        g.same.width, g.same.kernel = width, g.width.kernel
    # Cells that are written as they come wait for memory: 3x to 4x for 3x3 windows on 28x28 to 224x224 planes. Rows of
    # one vector do not: 0.75x.
    g.in_scratch = g.streams and not (down and width * g.item <= g.kernels.vector_bytes)
    if down and g.bytes > NEAR_BYTES:
        g.same.ahead = g.chunk
    g.codes = (g.chunk + g.before + g.after) * g.item
    g.made = ceil_div(g.codes + g.codes // g.item, 64) * 64
    scratch = g.made + (64 + g.chunk * g.item if g.in_scratch else 0)
    if scratch > MOST_SCRATCH:
        return False
    g.scratch_bytes = scratch
    g.items = ceil_div(g.n_outputs, g.chunk)
    g.run, g.rising = backward_flat, True
    ways[1] = b"backward by sums down the columns" if down else b"backward by sums of all cells"
    return True


cdef bint sums_down(const Gradient *g) noexcept nogil:
    """Whether vectors of columns go down the rows: 1.1x to 1.5x for 3x3 windows, 1.0x to 1.4x for 5x5.

    Not of rows that would leave much of their vectors empty, but from memory 1.2x to 4x also of these.
    """
    cdef ptrdiff_t lanes = g.kernels.vector_bytes // g.item, rest, part
    cdef bint is_far = g.bytes > CACHE_BYTES
    cdef double used
    if (lanes == 0 or g.depth.kernel > 1 or g.channels > 1 or g.height.kernel != g.width.kernel
            or not (2 <= g.width.kernel <= 3 or g.width.kernel == 5) or max(g.height.dilation, g.width.dilation) > 1):
        return False
    rest, part = g.width.length % lanes, lanes
    if g.kernels.vector_bytes == 64 and g.item >= 4 and 2 * rest <= lanes <= 2 * g.width.length:
        part = lanes // 2
    used = <double> (g.width.length - rest + (part if rest > 0 else 0)) / g.width.length
    # Of 5x5 windows of float32 in nearly full vectors of 64 bytes: sums of more taps take longer than scattering.
    return (used <= (4 if is_far else 1.6)
            and g.taps.n * g.item * used <= (2.75 if is_far else 1.9) * g.kernels.vector_bytes)


cdef void backward_flat(const Gradient *g, char *scratch, ptrdiff_t item) noexcept nogil:
    """A run of cells."""
    cdef ptrdiff_t first = item * g.chunk, n = min(g.n_outputs - first, g.chunk)
    cdef const char *dout
    cdef const char *record
    cdef cpool_cells run = cpool_cells(1, 1, n, False)
    cdef char *dx = g.dx + first * g.item
    cdef char *cells = scratch + g.made + <ptrdiff_t> dx % 64 if g.in_scratch else dx  # a line there is one of dx
    give_room(g, scratch, first - g.before, first + n + g.after, &dout, &record)
    if g.same.kernel > 0:
        g.kernels.sum_same[g.dtype](cells, dout, record, &g.same, n // g.same.width)
    else:
        g.kernels.sum_record[g.dtype](cells, dout, record, &g.taps, &run)
    if g.in_scratch:
        g.kernels.pack_past(dx, cells, n * g.item)


cdef void give_room(const Gradient *g, char *scratch, ptrdiff_t first, ptrdiff_t end, const char **dout,
                    const char **record) noexcept nogil:
    """Where outputs lie that a kernel reads: in scratch if some are before the arrays or past them, with no codes."""
    cdef ptrdiff_t start = max(0, first), n = min(g.n_outputs, end) - start
    dout[0], record[0] = g.dout + first * g.item, g.record + first
    if n < end - first:
        memset(scratch + g.codes, 255, end - first)
        memcpy(scratch + (start - first) * g.item, g.dout + start * g.item, n * g.item)
        memcpy(scratch + g.codes + (start - first), g.record + start, n)
        dout[0], record[0] = scratch, scratch + g.codes


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
    """A block of rows of one slice of dx."""
    cdef ptrdiff_t slice = item // g.blocks, first = item % g.blocks * g.block
    cdef ptrdiff_t end = min(g.height.length, first + g.block)
    cdef ptrdiff_t row = g.width.output * g.channels, dx_row = g.width.length * g.channels
    cdef ptrdiff_t at = slice // g.depth.length * g.depth.output * g.height.output * row
    cdef ptrdiff_t n_depth, n_height, h, d, i, run = 1
    cdef ptrdiff_t od[MOST_SUMMED]
    cdef ptrdiff_t oh[MOST_SUMMED]
    cdef ptrdiff_t tap[2][MOST_SUMMED]
    cdef ptrdiff_t offset[MOST_SUMMED]
    cdef int64_t code[MOST_SUMMED]
    cdef cpool_taps rows
    cdef cpool_cells cells
    rows.offset, rows.code = offset, code
    cells.width, cells.streams = g.channels, g.streams
    n_depth = list_windows(g.depth, slice % g.depth.length, &run, od, tap[0])
    for h in range(first, end):
        n_height = list_windows(g.height, h, &run, oh, tap[1])
        rows.n = 0
        for d in range(n_depth):
            for i in range(n_height):
                offset[rows.n] = (od[d] * g.height.output + oh[i]) * row
                code[rows.n] = (tap[0][d] * g.height.kernel + tap[1][i]) * g.width.kernel
                rows.n += 1
        sum_alike(g, g.dx + (slice * g.height.length + h) * dx_row * g.item, at, &rows, &cells)


cdef void sum_alike(const Gradient *g, char *dx, ptrdiff_t at, const cpool_taps *rows,
                    cpool_cells *cells) noexcept nogil:
    """A row of dx that sees these rows of the outputs from `at` on: those columns together that see the same."""
    cdef ptrdiff_t i = 0, n, n_taps, phase, r, t
    cdef ptrdiff_t ow[MOST_SUMMED]
    cdef ptrdiff_t tap[MOST_SUMMED]
    cdef ptrdiff_t offset[MOST_SUMMED]
    cdef int64_t code[MOST_SUMMED]
    cdef cpool_taps taps[CPOOL_MOST_PHASES]
    while i * g.width.stride < g.width.length:
        cells.n_phases = min(g.width.stride, g.width.length - i * g.width.stride)
        cells.n = (g.width.length - cells.n_phases) // g.width.stride + 1 - i
        n = 0
        for phase in range(cells.n_phases):
            taps[phase].offset, taps[phase].code, taps[phase].n = offset + n, code + n, 0
            n_taps = list_windows(g.width, i * g.width.stride + phase, &cells.n, ow, tap)
            for r in range(rows.n):
                for t in range(n_taps):
                    offset[n] = rows.offset[r] + ow[t] * g.channels
                    code[n] = rows.code[r] + tap[t]
                    n += 1
            taps[phase].n = rows.n * n_taps
        g.kernels.sum_record[g.dtype](dx + i * g.width.stride * g.channels * g.item, g.dout + at * g.item,
                                      g.record + at, taps, cells)
        i += cells.n
