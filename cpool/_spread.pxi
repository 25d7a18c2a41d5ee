# Backward of windows two columns wide that lie side by side: each cell of dx has one window, and is written once.

cdef bint plan_pairs(Gradient *g, cpool_spread_pairs *kernel) noexcept:
    """Whether windows are two columns wide, lie side by side and see no padding: each cell is written once.

    2x to 4x on planes that lie in the cache, where scattering waits for each output.
    """
    cdef const Axis *height = &g.axis[1]
    cdef ptrdiff_t slices = g.planes * g.axis[0].length, pitch = height.stride * <ptrdiff_t> g.cell[1]
    cdef int i
    if kernel == NULL or chosen.vector_bytes == 0 or g.channels > 1 or g.axis[2].kernel != 2:
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
    # Blocks of what is written past the caches end with a fence: larger ones are 1.07x.
    g.chunk = min(g.rows, max(1, (WRITTEN_BYTES if g.streams else CHUNK_BYTES) // (pitch * g.item)))
    g.parts = ceil_div(g.rows, g.chunk)
    g.items = slices * g.parts
    g.pairs = kernel
    g.run = backward_pairs
    count_path(BACKWARD_PAIRS)
    return True


cdef void backward_pairs(const Gradient *g, char *scratch, ptrdiff_t item) noexcept nogil:
    """A chunk of output rows of one slice of dx."""
    cdef ptrdiff_t slice = item // g.parts, row = item % g.parts * g.chunk, n = min(g.chunk, g.rows - row)
    cdef ptrdiff_t pitch = g.axis[1].stride * <ptrdiff_t> g.cell[1], width = g.axis[2].output
    # A slice has the outputs and the taps of its depth.
    cdef ptrdiff_t at = (slice // g.axis[0].kernel * g.rows + row) * width
    cdef ptrdiff_t cells = n * pitch if row + n < g.rows or g.exact else <ptrdiff_t> g.cell[0] - row * pitch
    cdef char *dx = g.dx + g.item * (slice * <ptrdiff_t> g.cell[0] + row * pitch)
    cdef cpool_taps taps = g.taps
    taps.n = g.axis[1].kernel * 2
    taps.code += slice % g.axis[0].kernel * taps.n
    # Columns that have no window are cleared through the caches.
    g.pairs(dx, pitch, g.dout + at * g.item, g.record + at, &taps, n, width, cells,
            g.streams and is_tiled(&g.axis[2]))
    if not g.exact:
        clear_rest(g, dx, n * g.axis[1].stride, cells)


cdef inline void clear_rest(const Gradient *g, char *dx, ptrdiff_t rows, ptrdiff_t cells) noexcept nogil:
    """The columns of these rows that have no window, and the rows after them."""
    cdef ptrdiff_t length = g.axis[2].length, seen = 2 * g.axis[2].output
    cdef uint64_t zero = 0
    if seen < length:
        chosen.fill[log2_bytes(g.item)](dx + seen * g.item, length, rows, length - seen, &zero)
    memset(dx + rows * length * g.item, 0, (cells - rows * length) * g.item)
