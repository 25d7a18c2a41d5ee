# Backward as sums of rows: NCHW with windows of three columns that begin 2 apart. A row of dx is the sum of what the
# rows of outputs that look at it have for it, made in vectors of neighbouring cells and written once: 1.2x to 1.8x for
# 3x3 windows, against scattering.

cdef enum:
    MOST_VIEWERS = 3                     # rows of outputs that look at one of dx: CPOOL_MOST_VIEWERS
    LEAST_ROW = 56                       # cells
    BESIDE = 64                          # elements before the first output and past the last that a kernel may read

cdef ptrdiff_t ROW_LIST_BYTES = 1 << 18  # the most that the list of a plane's rows takes
cdef ptrdiff_t VIEWERS_BYTES = sizeof(cpool_taps) + MOST_VIEWERS * (sizeof(ptrdiff_t) + sizeof(int64_t))  # of a row


cdef bint plan_row_sums(Gradient *g) noexcept nogil:
    """Cuts dx into groups of planes, or planes into blocks of rows; False where this does not serve."""
    cdef const Axis *height = &g.axis[1]
    cdef const Axis *width = &g.axis[2]
    cdef ptrdiff_t row_bytes, rows, outputs, lanes = g.kernels.vector_bytes // g.item
    if (g.kernels.sum_rows[g.dtype] == NULL or lanes < 8 or g.channels > 1
            or height.length > ROW_LIST_BYTES // VIEWERS_BYTES
            or g.axis[0].kernel > 1 or g.axis[0].length > 1 or g.axis[0].output > 1
            or width.kernel != 3 or width.stride != 2 or max(height.dilation, width.dilation) > 1
            or ceil_div(height.kernel, height.stride) > MOST_VIEWERS):
        return False
    # Shorter rows are scattered: against 16 lanes 28 cells 1.35x, 40 cells 1.24x, 48 cells 1.0x, 55 cells 0.9x (Zen 4).
    if width.length < LEAST_ROW:
        return False
    row_bytes = width.length * g.item
    rows = max(1, WRITTEN_BYTES // row_bytes)
    # Of few planes each thread still has several groups.
    g.group = max(1, min(rows // height.length, g.planes // 16))
    g.block = min(height.length, rows)
    g.blocks = ceil_div(height.length, g.block)
    g.items = ceil_div(g.planes, g.group) * g.blocks
    g.columns.width, g.columns.n, g.columns.before = width.length, width.output, width.before
    g.columns.streams = g.streams
    g.columns.ahead = FAR_AHEAD_BYTES if g.streams else CPOOL_AHEAD_BYTES
    # One row of outputs more where a block does not begin at a stride's multiple.
    outputs = g.group * min(height.output, viewers(height, g.block) + 1) * width.output + 2 * BESIDE
    g.codes = outputs * g.item
    if g.codes + outputs > MOST_SCRATCH:
        return False
    g.scratch_bytes = g.codes + outputs
    g.shared_bytes = height.length * VIEWERS_BYTES + 2 * BESIDE + width.output
    g.run, g.lay_out = backward_rows, list_viewers
    count_path(BACKWARD_ROWS)
    return True


cdef void list_viewers(Gradient *g, char *memory) noexcept nogil:
    """The rows of outputs that look at each row of a plane of dx, from the plane's first output on."""
    cdef const Axis *height = &g.axis[1]
    cdef ptrdiff_t n = height.length, width = g.axis[2].output, row, i, run = 1
    cdef cpool_taps *rows = <cpool_taps *> memory
    cdef ptrdiff_t *offset = <ptrdiff_t *> (rows + n)
    cdef int64_t *code = <int64_t *> (offset + n * MOST_VIEWERS)
    cdef char *outside = <char *> (code + n * MOST_VIEWERS)
    cdef ptrdiff_t tap[MOST_VIEWERS]
    for row in range(n):
        rows[row].n = list_windows(height, row, &run, offset, tap)
        rows[row].offset, rows[row].code = offset, code
        for i in range(rows[row].n):
            offset[i] *= width
            code[i] = tap[i] * g.axis[2].kernel
        offset += MOST_VIEWERS
        code += MOST_VIEWERS
    memset(outside, 255, 2 * BESIDE + width)
    memset(outside + BESIDE, 0, width)
    g.viewers, g.columns.outside = rows, outside + BESIDE


cdef void backward_rows(const Gradient *g, char *scratch, ptrdiff_t item) noexcept nogil:
    """A group of planes of dx, or a block of rows of one plane."""
    cdef const Axis *height = &g.axis[1]
    cdef ptrdiff_t plane = item // g.blocks * g.group, first = item % g.blocks * g.block
    cdef ptrdiff_t rows = min(g.block, height.length - first), planes = min(g.group, g.planes - plane), i
    cdef ptrdiff_t width = g.axis[2].output, outputs = height.output * width
    # The outputs that look at these rows, from those of the plane on.
    cdef ptrdiff_t top = min(height.output, max(0, first_viewer(height, first))) * width - BESIDE
    cdef ptrdiff_t bottom = min(height.output, last_viewer(height, first + rows - 1) + 1) * width + BESIDE
    cdef const char *dout
    cdef const char *record
    give_room(g, scratch, plane * outputs + top, (plane + planes - 1) * outputs + bottom, &dout, &record)
    dout -= top * g.item
    record -= top
    for i in range(planes):
        g.kernels.sum_rows[g.dtype](g.dx + ((plane + i) * height.length + first) * g.axis[2].length * g.item,
                                    dout + i * outputs * g.item, record + i * outputs, g.viewers + first, rows,
                                    &g.columns)
