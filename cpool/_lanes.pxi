# Forward in lanes: 16 planes, or 16 of the last channels, side by side in scratch, so that a vector is one cell of each
# and a window's rows and columns are whole vectors however small the planes are; NCHW is transposed on the way in and
# out. Large windows take one pass along the rows and one along the columns. For 3x3 windows on planes of 13x13 and
# 14x14 1.2x at stride 1 and 2.2x at stride 2.

cdef enum:
    LANES = 16

cdef inline bint serves_lanes(const Job *job) noexcept nogil:
    """Whether lanes were measured to be faster: large windows, and small ones whose rows fill few vectors."""
    cdef const Axis *height = &job.axis[1]
    cdef const Axis *width = &job.axis[2]
    cdef double taps = <double> height.kernel * width.kernel
    cdef ptrdiff_t row_bytes = job.axis[2].output * job.item
    if chosen.vector_bytes == 0:
        return False
    if job.channels > 1:
        return taps > CHANNEL_TAPS
    if taps > ONE_PASS_TAPS:
        return row_bytes < 112 if width.stride == 1 else row_bytes <= 128
    if width.stride == 1:
        return row_bytes < 512
    if width.kernel == 2 and row_bytes >= 16 and height.before == 0 and is_tiled(height):
        return False  # in rows of x all planes are one
    if width.before == 0 or width.kernel == 2 or sees_left(width):
        return row_bytes < 48  # longer rows are as fast straight from x
    return row_bytes < 128


cdef bint plan_lanes(Job *job) noexcept nogil:
    """Cuts the output rows of 16 planes into blocks that fit in scratch; False where lanes do not serve."""
    cdef const Axis *height = &job.axis[1]
    cdef const Axis *width = &job.axis[2]
    cdef double most_cells
    if job.axis[0].kernel > 1 or job.axis[0].length > 1 or job.axis[0].output > 1:
        return False
    if job.channels == 1 and (job.planes < LANES or job.n_lead > 1 or width.step != 1 or width.length < 2
                              or (height.length > 1 and height.step != width.length)
                              or <double> height.length * width.length < LANES):
        return False
    most_cells = max((<double> width.output - 1) * width.stride + span(width), <double> width.before + width.length)
    if most_cells > MOST_SCRATCH:
        return False
    job.row_cells = ceil_div(<ptrdiff_t> most_cells, width.stride) * width.stride
    job.row_outputs = job.row_cells // width.stride
    job.passes = <double> height.kernel * width.kernel > ONE_PASS_TAPS
    job.block = height.output
    while lay_out_lanes(job) > MOST_SCRATCH:
        if job.block == 1:
            return False
        job.block = (job.block + 1) // 2
    job.blocks = ceil_div(height.output, job.block)
    job.bands = ceil_div(job.channels, LANES)
    job.items = (ceil_div(job.planes, LANES) if job.channels == 1 else job.planes * job.bands) * job.blocks
    job.raises = (job.record != NULL and job.code_item < 8 and job.channels == 1 and job.blocks == 1
                  and (height.before > 0 or width.before > 0))
    job.n_list = height.kernel + width.kernel if job.passes else width.kernel
    if job.channels == 1:
        job.n_list += rows_seen(height, job.block) * width.length
    job.scratch_bytes = <ptrdiff_t> lay_out_lanes(job)
    return True


cdef inline ptrdiff_t rows_seen(const Axis *height, ptrdiff_t n) noexcept nogil:
    """Rows that n neighbouring outputs see."""
    return (n - 1) * height.stride + span(height)


cdef double lay_out_lanes(Job *job) noexcept nogil:
    cdef const Axis *width = &job.axis[2]
    cdef double rows = (<double> job.block - 1) * job.axis[1].stride + span(&job.axis[1]), end
    cdef bint places = job.record != NULL
    end = place_buffer(job, &job.cells_in, 0, 1, LANES * (rows * job.row_cells + span(width)), False)
    if job.passes:
        end = place_buffer(job, &job.rows, end, 1, LANES * rows * job.row_outputs, places)
    return place_buffer(job, &job.packed, end, 1, LANES * (<double> job.block * width.output + LANES), places)


cdef void lay_out_lane_taps(Job *job) noexcept nogil:
    """The taps of each pass, and where each cell of NCHW goes."""
    cdef const Axis *height = &job.axis[1]
    cdef const Axis *width = &job.axis[2]
    cdef ptrdiff_t i, h, w, n = 0
    if job.passes:
        for i in range(width.kernel):
            job.tap[n], job.tap_code[n] = i * width.dilation * LANES, i
            n += 1
        for i in range(height.kernel):
            job.tap[n], job.tap_code[n] = i * height.dilation * job.row_outputs * LANES, i * width.kernel
            n += 1
        job.cut[2].level[0] = Level(0, width.kernel, 0)
        job.cut[1].level[0] = Level(width.kernel, height.kernel, 0)
    else:
        for w in range(width.kernel):
            job.tap[w], job.tap_code[w] = place_in_row(job, w * width.dilation) * LANES, w
        n = width.kernel
    job.cell_place = job.tap + n
    if job.channels == 1:
        for h in range(rows_seen(height, job.block)):
            for w in range(width.length):
                job.cell_place[h * width.length + w] = (h * job.row_cells + place_in_row(job, width.before + w)) * LANES


cdef inline ptrdiff_t place_in_row(const Job *job, ptrdiff_t column) noexcept nogil:
    """Without passes a row is taken apart by position modulo stride, so that a tap's cells are neighbours."""
    cdef ptrdiff_t stride = job.axis[2].stride
    return column if job.passes else column % stride * job.row_outputs + column // stride


cdef void forward_lanes(const Job *job, Scratch *scratch, ptrdiff_t item) noexcept nogil:
    """A block of output rows of 16 planes, or of 16 channels of one plane."""
    cdef const Axis *height = &job.axis[1]
    cdef const Axis *width = &job.axis[2]
    cdef Block block
    cdef ptrdiff_t start, rows, first, end
    block.first[0], block.first[1], block.first[2] = 0, item % job.blocks * job.block, 0
    block.n[0], block.n[1], block.n[2] = 1, min(job.block, height.output - block.first[1]), width.output
    item //= job.blocks
    if job.channels == 1:
        block.channel, block.channels, block.plane = 0, 1, item * LANES
        block.planes = min(LANES, job.planes - block.plane)
    else:
        block.plane, block.planes, block.channel = item // job.bands, 1, item % job.bands * LANES
        block.channels = min(LANES, job.channels - block.channel)
    start = window_start(height, block.first[1])
    rows = rows_seen(height, block.n[1])
    first = min(rows, max(0, -start))
    end = max(first, min(rows, height.length - start))
    if scratch.filled == 0:
        # Padding remains beside the rows, and around whole planes.
        job.kernels.fill[log2_bytes(job.item)](buffer_cells(job, scratch, &job.cells_in, 0), 0, 1, job.cells_in.image,
                                               job.fill)
        scratch.filled = 1
    lay_out_in_lanes(job, scratch, &block, first, end - first, start + first)
    if job.passes or job.blocks > 1:
        fill_lane_rows(job, scratch, 0, first)
        fill_lane_rows(job, scratch, end, rows - end)
    if not job.passes:
        best_in_one_pass(job, scratch, block.n[1])
    else:
        best_in_passes(job, scratch, first, end, block.n[1])
    take_block_out(job, scratch, &block, &job.packed.value, job.outputs, job.item)
    if job.record != NULL:
        take_block_out(job, scratch, &block, &job.packed.code, job.record, job.code_item)
        if job.raises:
            raise_places(job, &block)
        else:
            skip_padding(job, job.record, &block)


cdef void lay_out_in_lanes(const Job *job, Scratch *scratch, const Block *block, ptrdiff_t row, ptrdiff_t n,
                           ptrdiff_t h) noexcept nogil:
    """n rows of x, the first of which is h, as rows from `row` on."""
    cdef const Axis *width = &job.axis[2]
    cdef const char *src = cells_at(job, block, 0, 0, h)
    cdef char *dst = buffer_cells(job, scratch, &job.cells_in, row * job.row_cells * LANES)
    cdef ptrdiff_t i
    if job.channels == 1 and n > 0:
        job.kernels.transpose[log2_bytes(job.item)](dst, job.cell_place, src, job.lead_step[0], block.planes,
                                                    n * width.length)
        return
    for i in range(n):
        job.kernels.pack(dst + (i * job.row_cells + width.before) * LANES * job.item, LANES * job.item,
                         src + i * job.axis[1].step * job.item, width.step * job.item, width.length,
                         block.channels * job.item, 0)


cdef void fill_lane_rows(const Job *job, Scratch *scratch, ptrdiff_t row, ptrdiff_t n) noexcept nogil:
    """Rows of padding, above and below."""
    cdef ptrdiff_t pitch = (job.row_outputs if job.passes else job.row_cells) * LANES
    if n <= 0:
        return
    job.kernels.fill[log2_bytes(job.item)](
        buffer_cells(job, scratch, &job.rows if job.passes else &job.cells_in, row * pitch), 0, 1, n * pitch, job.fill)
    if job.passes and job.rows.code >= 0:
        memset(buffer_places(job, scratch, &job.rows, row * pitch), 0, n * pitch * job.code_item)


cdef void best_in_one_pass(const Job *job, Scratch *scratch, ptrdiff_t n) noexcept nogil:
    """n rows of outputs."""
    cdef ptrdiff_t h, row = job.row_cells * LANES, width = job.axis[2].output * LANES
    cdef cpool_window window = window_of(scratch, job.tap, job.tap_code, job.axis[2].kernel, job.axis[1].stride * row)
    window.n_rows = job.axis[1].kernel
    for h in range(window.n_rows):
        scratch.value[h] = buffer_cells(job, scratch, &job.cells_in, h * job.axis[1].dilation * row)
        scratch.row_code[h] = h * job.axis[2].kernel
    job.best(buffer_cells(job, scratch, &job.packed, 0), buffer_places(job, scratch, &job.packed, 0), width, &window, n,
             width, 0)


cdef void best_in_passes(const Job *job, Scratch *scratch, ptrdiff_t first, ptrdiff_t end, ptrdiff_t n) noexcept nogil:
    """n rows of outputs, out of rows of which those from first to end are not padding."""
    cdef ptrdiff_t r, outputs = job.axis[2].output, row = job.row_outputs * LANES
    if 4 * (job.row_outputs - outputs) <= outputs:
        # With the few windows between one row's last and the next one's first, all rows are one run.
        best_of_lanes(job, scratch, first, (end - first) * job.row_outputs)
    else:
        for r in range(first, end):
            best_of_lanes(job, scratch, r, outputs)
    best_of(job, &job.cut[1].level[0], buffer_cells(job, scratch, &job.packed, 0),
            buffer_places(job, scratch, &job.packed, 0), outputs * LANES, buffer_cells(job, scratch, &job.rows, 0),
            buffer_places(job, scratch, &job.rows, 0), job.axis[1].stride * row, n, outputs * LANES, 0)


cdef void best_of_lanes(const Job *job, Scratch *scratch, ptrdiff_t row, ptrdiff_t n) noexcept nogil:
    """The pass along the rows: n windows from a row's first on."""
    cdef ptrdiff_t made = row * job.row_outputs * LANES
    if n > 0:
        best_of(job, &job.cut[2].level[0], buffer_cells(job, scratch, &job.rows, made),
                buffer_places(job, scratch, &job.rows, made), LANES,
                buffer_cells(job, scratch, &job.cells_in, row * job.row_cells * LANES), NULL,
                job.axis[2].stride * LANES, n, LANES, 0)


cdef void take_block_out(const Job *job, Scratch *scratch, const Block *block, const ptrdiff_t *buffer, char *dst,
                         ptrdiff_t item) noexcept nogil:
    """The block's outputs, or their places, to where they belong. buffer: where they begin in scratch."""
    cdef ptrdiff_t plane = job.axis[1].output * job.axis[2].output, n = block.n[1] * block.n[2]
    cdef const char *src = scratch.cells + buffer[0]
    dst += ((block.plane * plane + block.first[1] * block.n[2]) * job.channels + block.channel) * item
    if job.channels > 1:
        job.kernels.pack(dst, job.channels * item, src, LANES * item, n, block.channels * item, 0)
    else:
        take_out_of_lanes(dst, plane, src, n, block.planes, item)


cdef void take_out_of_lanes(char *dst, ptrdiff_t plane, const char *src, ptrdiff_t n, ptrdiff_t planes,
                            ptrdiff_t item) noexcept nogil:
    """n cells of planes that lie so many elements apart, out of src[n][16]."""
    cdef ptrdiff_t place[LANES]
    cdef char tile[LANES * LANES * 8]
    cdef ptrdiff_t i, pitch = plane if n >= LANES else LANES
    for i in range(LANES):
        place[i] = i * pitch
    if n >= LANES:
        chosen.transpose[log2_bytes(item)](dst, place, src, LANES, n, planes)
        return
    # Fewer than a tile has rows: src has as many, of which the last are nothing.
    chosen.transpose[log2_bytes(item)](tile, place, src, LANES, LANES, planes)
    chosen.pack(dst, plane * item, tile, LANES * item, planes, n * item, planes * plane * item if n == plane else 0)
