# Backward as sums of rows: NCHW with windows of 2x2 or 3x3 that begin 2 apart, or of 2 or 3 in one dimension. A row of
# dx is the sum of what the rows of outputs that look at it have for it, made in vectors of neighbouring cells: 1.2x to
# 1.8x for 3x3 windows, against scattering. A line of the cache is written once, also one in which rows meet, so that
# all of them go past the caches: 1.6x to 2.8x where dx does not stay there and its rows are no whole lines.

cdef enum:
    BESIDE = 32  # elements before the first output and past the last that a kernel may read


cdef bint plan_row_sums(Gradient *g) noexcept nogil:
    """Cuts dx into groups of planes, or planes into blocks of rows; False where this does not serve."""
    cdef const Axis *height = &g.axis[1]
    cdef const Axis *width = &g.axis[2]
    cdef ptrdiff_t rows = max(1, WRITTEN_BYTES // (width.length * g.item)), outputs
    if (g.kernels.sum_rows[g.dtype] == NULL or g.kernels.vector_bytes < 8 * g.item or width.length < least_row(g)
            or g.channels > 1 or max(g.axis[0].kernel, g.axis[0].length, g.axis[0].output) > 1
            or not 2 <= width.kernel <= 3 or width.stride != 2 or max(height.dilation, width.dilation) > 1
            or ((height.kernel != width.kernel or height.stride != 2) and max(height.kernel, height.length) > 1)):
        return False
    # Of few planes each thread still has several groups.
    g.group = max(1, min(rows // height.length, g.planes // 16))
    g.block = min(height.length, rows)
    g.blocks = ceil_div(height.length, g.block)
    g.items = ceil_div(g.planes, g.group) * g.blocks
    g.columns.kernel = width.kernel
    g.columns.width, g.columns.n, g.columns.height = width.length, width.output, height.output
    g.columns.before[0], g.columns.before[1] = height.before, width.before
    g.columns.streams = g.streams
    g.columns.ahead = FAR_AHEAD_BYTES if g.streams else CPOOL_AHEAD_BYTES
    outputs = g.group * min(height.output, g.block // 2 + 2) * width.output + 2 * BESIDE
    g.codes = outputs * g.item
    outputs += 2 * BESIDE + width.output  # columns.outside
    if g.codes + outputs > MOST_SCRATCH:
        return False
    g.scratch_bytes = g.codes + outputs
    g.run = backward_rows
    ways[1] = b"backward by sums of rows"
    return True


cdef ptrdiff_t least_row(const Gradient *g) noexcept nogil:
    """The shortest row of dx, in cells, that is made faster so than otherwise, with vectors of 64 bytes (Zen 4, 5)."""
    cdef const Axis *width = &g.axis[2]
    if width.kernel == 3:  # against scattering
        return 32 if g.streams else 56
    # Windows side by side: against writing each of them, which past the caches needs rows that these fill.
    return PY_SSIZE_T_MAX if not g.streams else 64 if is_tiled(width) else 40


cdef void backward_rows(const Gradient *g, char *scratch, ptrdiff_t item) noexcept nogil:
    """A group of planes of dx, or a block of rows of one plane."""
    cdef const Axis *height = &g.axis[1]
    cdef ptrdiff_t plane = item // g.blocks * g.group, first = item % g.blocks * g.block
    cdef ptrdiff_t rows = min(g.block, height.length - first), planes = min(g.group, g.planes - plane)
    cdef ptrdiff_t width = g.axis[2].output, outputs = height.output * width
    # The outputs that look at these rows, from those of the plane on.
    cdef ptrdiff_t top = min(height.output, max(0, first_viewer(height, first))) * width - BESIDE
    cdef ptrdiff_t bottom = min(height.output, last_viewer(height, first + rows - 1) + 1) * width + BESIDE
    cdef char *outside = scratch + g.scratch_bytes - 2 * BESIDE - width
    cdef cpool_columns columns = g.columns
    cdef const char *dout
    cdef const char *record
    give_room(g, scratch, plane * outputs + top, (plane + planes - 1) * outputs + bottom, &dout, &record)
    dout -= top * g.item
    record -= top
    memset(outside, 255, 2 * BESIDE + width)
    memset(outside + BESIDE, 0, width)
    columns.outside = outside + BESIDE
    g.kernels.sum_rows[g.dtype](g.dx + (plane * height.length + first) * g.axis[2].length * g.item, dout, record,
                                &columns, first, rows, planes)
