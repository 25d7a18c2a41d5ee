# Backward as sums of rows: NCHW with windows of 2x2 or 3x3, or of 2 or 3 in one dimension, that begin 1 or 2 apart. The
# sums of a window's cells are made together, in vectors of neighbouring cells, from one look at its output: 1.1x to
# 2.6x against scattering. Where dx does not stay in the caches, cells go past them: of long rows line by line (1.6x to
# 2.8x), else from scratch (1.2x to 2.4x).

cdef enum:
    BESIDE = 32        # elements before the first output and past the last that a kernel may read
    LONG_ROW = 512     # bytes; longer rows are made line by line, others in vectors down the rows: 1.05x to 1.3x;
    LONG_FAR_ROW = 224 # of dx that goes past the caches


cdef bint plan_row_sums(Gradient *g) noexcept nogil:
    """Cuts dx into groups of planes, or planes into blocks of rows; False where this does not serve."""
    cdef cpool_columns *columns = &g.columns
    cdef ptrdiff_t rows, outputs, scratch
    if (g.kernels.sum_rows[g.dtype] == NULL or g.channels > 1 or not g.job.flat
            or not 2 <= g.width.kernel <= 3 or g.width.stride > 2 or max(g.height.dilation, g.width.dilation) > 1
            or (max(g.height.kernel, g.height.length) > 1
                and (g.height.kernel != g.width.kernel or g.height.stride != g.width.stride))):
        return False
    columns.lines = g.width.stride == 2 and g.width.length * g.item > (LONG_FAR_ROW if g.streams else LONG_ROW)
    if not (sums_rows_of_pairs(g) if g.width.kernel == g.width.stride else sums_rows_of_windows(g)):
        return False
    rows = max(1, (WRITTEN_BYTES if columns.lines else CHUNK_BYTES) // (g.width.length * g.item))
    # Of few planes each thread still has several groups; of short rows the kernel makes two or four planes together.
    g.group = max(1, min(rows // g.height.length, g.planes // 16))
    if g.width.length * g.item <= g.kernels.vector_bytes and g.group >= 4:
        g.group -= g.group % 4
    g.block = min(g.height.length, rows)
    g.blocks = ceil_div(g.height.length, g.block)
    g.items = ceil_div(g.planes, g.group) * g.blocks
    outputs = g.group * min(g.height.output, g.block // g.height.stride + 2) * g.width.output
    columns.kernel, columns.stride, columns.streams = g.width.kernel, g.width.stride, g.streams
    columns.width, columns.n, columns.height = g.width.length, g.width.output, g.height.output
    columns.before[0], columns.before[1] = g.height.before, g.width.before
    if columns.lines:
        columns.ahead = (FAR_AHEAD_BYTES if g.streams else CPOOL_AHEAD_BYTES) // g.item
    elif g.streams:
        columns.ahead = outputs
    # In scratch are outputs beside those that there are, their codes, columns.outside and cells.
    g.codes = (outputs + 2 * BESIDE) * g.item
    g.made = ceil_div(g.codes + outputs + g.width.output + 4 * BESIDE, 64) * 64
    g.in_scratch = g.streams and not columns.lines
    scratch = g.made + (64 + g.group * g.block * g.width.length * g.item if g.in_scratch else 0)
    if scratch > MOST_SCRATCH:
        return False
    g.scratch_bytes = scratch
    g.run = backward_rows
    ways[1] = b"backward by sums of rows"
    return True


cdef bint sums_rows_of_windows(const Gradient *g) noexcept nogil:
    """Whether vectors of sums, of which each looks at all its taps, are fewer than outputs that are scattered."""
    cdef ptrdiff_t width = g.width.length, lanes = g.kernels.vector_bytes // g.item
    cdef ptrdiff_t step = lanes if width <= lanes == 64 // g.item else lanes * g.width.stride
    # Windows that leave the size as it is are summed without looking at edges: 0.95x to 1.4x (plan_flat_sums).
    if g.width.stride == 1 and g.n_outputs * g.item == g.bytes:
        return False
    return (4.0 * g.taps.n * g.item * (ceil_div(width, step) * step) <= 5.25 * g.kernels.vector_bytes * width
            or g.streams and width * g.item >= 128)


cdef bint sums_rows_of_pairs(const Gradient *g) noexcept nogil:
    """Of 2x2 windows of stride 2, whether this is faster than to write window by window (plan_spread).

    That is best of rows that are full of windows and in the caches, or short; of others only of long ones there.
    """
    cdef ptrdiff_t row_bytes = g.width.length * g.item
    if is_tiled(g.width) and g.width.before == 0:
        return g.streams and row_bytes >= 256
    return row_bytes < 192 or (g.streams and g.columns.lines)


cdef void backward_rows(const Gradient *g, char *scratch, ptrdiff_t item) noexcept nogil:
    """A group of planes of dx, or a block of rows of one plane."""
    cdef ptrdiff_t plane = item // g.blocks * g.group, first = item % g.blocks * g.block
    cdef ptrdiff_t rows = min(g.block, g.height.length - first), planes = min(g.group, g.planes - plane)
    cdef ptrdiff_t width = g.width.output, outputs = g.height.output * width, row_bytes = g.width.length * g.item
    # The outputs that look at these rows, from those of the plane on.
    cdef ptrdiff_t top = first_viewer(g.height, first) * width - BESIDE
    cdef ptrdiff_t bottom = end_viewer(g.height, first + rows - 1) * width + BESIDE
    cdef char *dx = g.dx + (plane * g.height.length + first) * row_bytes
    cdef char *cells = scratch + g.made + <ptrdiff_t> dx % 64 if g.in_scratch else dx  # a line there is one of dx
    cdef char *outside = scratch + g.codes + g.codes // g.item
    cdef cpool_columns columns = g.columns
    cdef const char *dout
    cdef const char *record
    give_room(g, scratch, plane * outputs + top, (plane + planes - 1) * outputs + bottom, &dout, &record)
    memset(outside, 255, 2 * BESIDE + width)
    memset(outside + BESIDE, 0, width)
    columns.outside = outside + BESIDE
    g.kernels.sum_rows[g.dtype](cells, dout - top * g.item, record - top, &columns, first, rows, planes)
    if g.in_scratch:
        g.kernels.pack_past(dx, cells, planes * rows * row_bytes)
