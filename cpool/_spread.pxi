# Backward of windows that lie side by side: each cell of dx has one window, and is written once.

cdef bint plan_spread(Gradient *g) noexcept nogil:
    """Whether windows lie side by side and see no padding; of NCHW they are two columns wide.

    2x to 4x on planes that lie in the cache, where scattering waits for each output; of channels last 1.15x to 1.75x
    against sums, which read dout once for each cell.
    """
    cdef ptrdiff_t slices = g.planes * g.depth.length, pitch = g.height.stride * <ptrdiff_t> g.cell[1]
    cdef const Axis *axis
    cdef int i
    if g.kernels.vector_bytes == 0 or not (
            has_vectors_of_channels(g.channels, g.item)
            or g.channels == 1 and g.width.kernel == 2 and g.kernels.spread_pairs[g.dtype] != NULL):
        return False
    g.exact = True
    for i in range(3):
        axis = g.job.axis[i]
        if (axis.before > 0 or axis.stride != axis.kernel or axis.dilation > 1
                or axis.output > axis.length // axis.stride):
            return False
        g.exact = g.exact and is_tiled(axis)
    # Where columns are left over, rows are done one by one; short ones are too few vectors.
    if not is_tiled(g.depth) or not g.exact and g.width.output * g.channels * g.item < 32:
        return False
    g.rows = g.height.output
    if g.exact and g.depth.kernel == 1:
        # All rows of all planes are one plane's.
        slices, g.rows = 1, slices * g.height.output
    g.block = min(g.rows, max(1, CHUNK_BYTES // (pitch * g.item)))
    g.blocks = ceil_div(g.rows, g.block)
    g.items = slices * g.blocks
    g.run = backward_spread
    ways[1] = b"backward of pairs" if g.channels == 1 else b"backward of windows of channels side by side"
    return True


cdef void backward_spread(const Gradient *g, char *scratch, ptrdiff_t item) noexcept nogil:
    """A chunk of output rows of one slice of dx."""
    cdef ptrdiff_t slice = item // g.blocks, row = item % g.blocks * g.block, n = min(g.block, g.rows - row)
    cdef ptrdiff_t pitch = g.height.stride * <ptrdiff_t> g.cell[1], outputs = g.width.output * g.channels
    # A slice has the outputs and the taps of its depth.
    cdef ptrdiff_t at = (slice // g.depth.kernel * g.rows + row) * outputs
    cdef ptrdiff_t cells = n * pitch if row + n < g.rows or g.exact else <ptrdiff_t> g.cell[0] - row * pitch
    cdef ptrdiff_t length = g.width.length * g.channels, seen = g.width.stride * outputs
    cdef uint64_t zero = 0
    cdef char *dx = g.dx + g.item * (slice * <ptrdiff_t> g.cell[0] + row * pitch)
    cdef cpool_taps taps = g.taps
    taps.n = g.height.kernel * g.width.kernel
    taps.code += slice % g.depth.kernel * taps.n
    if g.channels == 1:
        g.kernels.spread_pairs[g.dtype](dx, pitch, g.dout + at * g.item, g.record + at, &taps, 1, 0, n, outputs, cells,
                                        g.streams)
    else:
        g.kernels.spread_cells[g.dtype](dx, g.width.stride * g.channels, g.dout + at * g.item, g.record + at, &taps, n,
                                        pitch, g.width.output, g.channels, 0, g.streams)
    # The columns that have no window, and the rows after the last one's.
    if seen < length:
        g.kernels.fill[log2_bytes(g.item)](dx + seen * g.item, length, n * g.height.stride, length - seen, &zero)
    memset(dx + n * pitch * g.item, 0, (cells - n * pitch) * g.item)
