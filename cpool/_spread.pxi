# Backward in vectors: windows side by side, of which each cell of dx has one at most, and channels last.

cdef bint plan_pairs(Gradient *g, cpool_spread_pairs *spread) noexcept:
    """Whether windows are two columns wide, lie side by side and see no padding: each cell is written once.

    2x to 4x on planes that lie in the cache, where scattering waits for each output.
    """
    cdef const Axis *height = &g.axis[1]
    cdef ptrdiff_t slices = g.planes * g.axis[0].output
    cdef int i
    if spread == NULL or g.channels > 1 or g.axis[2].kernel != 2:
        return False
    g.exact = True
    for i in range(3):
        if (g.axis[i].before > 0 or g.axis[i].stride != g.axis[i].kernel or g.axis[i].dilation > 1
                or g.axis[i].output > g.axis[i].length // g.axis[i].stride):
            return False
        if g.axis[i].output * g.axis[i].stride != g.axis[i].length:
            g.exact = False
    if g.axis[0].length != g.axis[0].output * g.axis[0].stride:
        return False
    g.pairs = spread
    g.rows = height.output
    if g.exact and g.axis[0].kernel == 1:
        # All rows of all planes are one plane's.
        slices, g.rows = 1, slices * height.output
    g.chunk = min(g.rows, max(1, CHUNK_BYTES // (height.stride * <ptrdiff_t> g.cell[1] * g.item)))
    g.parts = ceil_div(g.rows, g.chunk)
    g.items = slices * g.parts
    return True


cdef void backward_pairs(const Gradient *g, ptrdiff_t item) noexcept nogil:
    """A chunk of output rows of one slice."""
    cdef ptrdiff_t slice = item // g.parts, row = item % g.parts * g.chunk, n = min(g.chunk, g.rows - row)
    cdef ptrdiff_t pitch = g.axis[1].stride * <ptrdiff_t> g.cell[1], width = g.axis[2].output
    cdef ptrdiff_t from_row = slice * g.rows + row, d
    cdef ptrdiff_t cells = n * pitch if row + n < g.rows else g.axis[1].length * <ptrdiff_t> g.cell[1] - row * pitch
    cdef char *dx = g.dx + g.item * (slice * g.axis[0].stride * <ptrdiff_t> g.cell[0] + row * pitch)
    if not g.exact:
        for d in range(g.axis[0].kernel):
            memset(dx + d * <ptrdiff_t> g.cell[0] * g.item, 0, cells * g.item)
    g.pairs(dx, pitch, g.dout + from_row * width * g.item, g.record + from_row * width, &g.taps, n, width,
            n * pitch if g.exact else 0, g.exact and g.bytes > CACHE_BYTES)


cdef bint adds_channels(const Gradient *g) noexcept:
    """Whether vectors of channels are fewer than the channels times the taps: 2x for 3x3 windows."""
    return (1 < g.channels and 16 <= g.channels * g.item and g.code_item == 1 and g.taps.n <= MOST_ADDED
            and 2 * g.taps.n * g.item <= 3 * chosen.vector_bytes)


cdef void add_row(const Gradient *g, char *dx, ptrdiff_t at, ptrdiff_t od, ptrdiff_t oh, ptrdiff_t ow,
                  ptrdiff_t end_ow) noexcept nogil:
    """Outputs ow to end_ow of a row, the first of which is `at`; dx: the plane."""
    cdef const Axis *depth = &g.axis[0]
    cdef const Axis *height = &g.axis[1]
    cdef const Axis *width = &g.axis[2]
    cdef ptrdiff_t start_d = window_start(depth, od), start_h = window_start(height, oh), start, run, d, h, w, i
    cdef ptrdiff_t whole = first_whole_window(width), end_whole = end_whole_window(width), corner
    cdef ptrdiff_t offset[32]
    cdef int64_t code[32]
    cdef cpool_taps taps
    taps.offset, taps.code = offset, code
    while ow < end_ow:
        run = min(end_ow, end_whole) - ow if whole <= ow < end_whole else 1
        start = window_start(width, ow)
        corner = ((start_d * height.length + start_h) * width.length + start) * g.channels
        taps.n = 0
        for d in range(first_tap(depth, start_d), end_tap(depth, start_d)):
            for h in range(first_tap(height, start_h), end_tap(height, start_h)):
                for w in range(first_tap(width, start), end_tap(width, start)):
                    i = (d * height.kernel + h) * width.kernel + w
                    offset[taps.n], code[taps.n] = corner + g.taps.offset[i], i
                    taps.n += 1
        g.add(dx, width.stride * g.channels, g.dout + at * g.item, g.record + at, &taps, run, g.channels)
        at += run * g.channels
        ow += run
