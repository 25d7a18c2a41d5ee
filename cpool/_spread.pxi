# Backward of windows two columns wide that lie side by side: each cell of dx has one window, and is written once.

cdef bint plan_pairs(Gradient *g) noexcept:
    """Whether windows are two columns wide, lie side by side and see no padding: each cell is written once.

    2x to 4x on planes that lie in the cache, where scattering waits for each output.
    """
    cdef const Axis *height = &g.axis[1]
    cdef ptrdiff_t slices = g.planes * g.axis[0].output
    cdef int i
    if g.pairs == NULL or g.channels > 1 or g.axis[2].kernel != 2:
        return False
    g.exact = True
    for i in range(3):
        if (g.axis[i].before > 0 or g.axis[i].stride != g.axis[i].kernel or g.axis[i].dilation > 1
                or g.axis[i].output > g.axis[i].length // g.axis[i].stride):
            return False
        if not is_tiled(&g.axis[i]):
            g.exact = False
    if not is_tiled(&g.axis[0]):
        return False
    if not g.exact and g.axis[2].output * g.item < 32:
        return False  # rows done one by one, of too few vectors
    g.rows = height.output
    if g.exact and g.axis[0].kernel == 1:
        # All rows of all planes are one plane's.
        slices, g.rows = 1, slices * height.output
    g.chunk = min(g.rows, max(1, CHUNK_BYTES // (height.stride * <ptrdiff_t> g.cell[1] * g.item)))
    g.parts = ceil_div(g.rows, g.chunk)
    g.items = slices * g.parts
    return True


cdef void backward_pairs(const Gradient *g, char *scratch, ptrdiff_t item) noexcept nogil:
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
