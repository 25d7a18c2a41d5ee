# Forward in blocks: what a block sees of x, laid out in scratch.

cdef Block block_of(const Job *job, ptrdiff_t item) noexcept nogil:
    """The outputs of a work item."""
    cdef Block block
    cdef int i
    block.channel = item % job.bands * job.band
    block.channels = min(job.band, job.channels - block.channel)
    item //= job.bands
    for i in range(2, -1, -1):
        block.first[i] = item % job.cut[i].count * job.cut[i].extent
        block.n[i] = min(job.cut[i].extent, job.axis[i].output - block.first[i])
        item //= job.cut[i].count
    block.plane = item * job.group
    block.planes = min(job.group, job.planes - block.plane)
    return block


cdef void forward_blocks(const Job *job, Scratch *scratch, ptrdiff_t item) noexcept nogil:
    """One block of outputs."""
    cdef Block block = block_of(job, item)
    cdef Columns columns = find_columns(job, scratch, &block)
    cdef ptrdiff_t phase, j
    if scratch.filled == 0 or columns.padded and scratch.filled != block.first[2] + 1:
        # Padding remains beside the rows, for all blocks of the same columns.
        job.kernels.fill[log2_bytes(job.item)](buffer_cells(job, scratch, &job.cells_in, 0), 0, 1,
                                               job.cells_in.images * job.cells_in.image, job.fill)
    scratch.filled = block.first[2] + 1
    for phase in range(job.cut[0].phases):
        for j in range(cells_seen(&job.axis[0], &job.cut[0], block.n[0], phase)):
            lay_out_slice(job, scratch, &block, &columns, phase, j)
    if job.by_axis:
        pass_columns_and_slices(job, scratch, &block)
    else:
        pass_rows(job, scratch, &block)
    if job.raises:
        raise_places(job, &block)
    elif job.record != NULL:
        skip_padding(job, job.record, &block)


cdef Columns find_columns(const Job *job, Scratch *scratch, const Block *block) noexcept nogil:
    """Which columns of x a block sees, and where they go in scratch."""
    cdef const Axis *width = &job.axis[2]
    cdef const Cut *cut = &job.cut[2]
    cdef Columns columns
    cdef ptrdiff_t start = window_start(width, block.first[2]), end, phase, i
    columns.first = max(0, start)
    columns.together = not cut.by_tap and (job.channels == 1 or (cut.phases == 1 and width.step == job.band))
    columns.padded = start < 0 or span(width) > width.length - window_start(width, block.first[2] + block.n[2] - 1)
    columns.layout.phase = scratch.tap
    columns.layout.n_phases = cut.phases
    columns.layout.row_phases = 1
    columns.layout.row_image = cut.phases * job.cells_in.image
    columns.layout.dst_pitch = cut.cells * job.band
    columns.n, columns.step = 0, 1
    if columns.together:
        for phase in range(cut.phases):
            i = columns.first - start + phase
            scratch.tap[phase] = i % cut.phases * job.cells_in.image + i // cut.phases * job.band
        end = min(width.length, start + cut.cells * width.stride)
        columns.n = (end - columns.first) * job.band
        columns.step = width.step if job.channels == 1 else 1
    return columns


cdef void lay_out_slice(const Job *job, Scratch *scratch, const Block *block, Columns *columns, ptrdiff_t phase_d,
                        ptrdiff_t j) noexcept nogil:
    """Lays out what a block sees of one slice of each plane; of a large window makes the pass along the rows."""
    cdef const Axis *height = &job.axis[1]
    cdef const Cut *cut = &job.cut[1]
    cdef ptrdiff_t d = first_cell(&job.axis[0], &job.cut[0], block.first[0], phase_d) + j * job.axis[0].stride
    cdef ptrdiff_t phase, plane, h, n, first, end, image, row
    cdef bint inside = 0 <= d < job.axis[0].length, apart = job.by_axis or cut.by_tap
    for phase in range(cut.phases if apart or job.refills else 0):
        h = first_cell(height, cut, block.first[1], phase)
        n = cells_seen(height, cut, block.n[1], phase)
        first = cells_before(height, h, n) if inside else n
        end = max(first, cells_to_end(height, h, n))
        image = phase_d * cut.phases + phase
        for plane in range(block.planes):
            row = (plane * job.cut[0].cells + j) * cut.cells
            if job.refills:
                fill_rows(job, scratch, image, row, first)
                fill_rows(job, scratch, image, row + end, n - end)
            if apart and first < end:
                lay_out_rows(job, scratch, block, columns, image, row + first, end - first,
                             cells_at(job, block, plane, d, h + first * height.stride),
                             height.stride * height.step if end - first > 1 else 0)
    if apart or not inside:
        return
    # All phases of the rows at once, which reads x in its own order.
    h = window_start(height, block.first[1])
    first = max(0, -h)
    n = min((block.n[1] - 1) * height.stride + span(height), height.length - h) - first
    columns.layout.row_phases = cut.phases
    for plane in range(block.planes):
        split_rows(job, scratch, block, columns, phase_d * cut.phases * columns.layout.row_image
                   + (plane * job.cut[0].cells + j) * cut.cells * columns.layout.dst_pitch, first,
                   cells_at(job, block, plane, d, h + first), height.step, n)


cdef inline const char *cells_at(const Job *job, const Block *block, ptrdiff_t plane, ptrdiff_t d,
                                 ptrdiff_t h) noexcept nogil:
    """Column 0 of a row of x."""
    return job.cells + job.item * (plane_offset(job, block.plane + plane) + d * job.axis[0].step
                                   + h * job.axis[1].step + block.channel)


cdef void fill_rows(const Job *job, Scratch *scratch, ptrdiff_t image, ptrdiff_t row, ptrdiff_t n) noexcept nogil:
    """Rows of padding: above, below, in front and behind."""
    cdef const Buffer *buffer = &job.rows if job.by_axis else &job.cells_in
    cdef ptrdiff_t pitch = (job.cut[2].extent if job.by_axis else job.cut[2].cells) * job.band, phase, at
    for phase in range(0 if n <= 0 else 1 if job.by_axis else job.cut[2].phases):
        at = (image if job.by_axis else image * job.cut[2].phases + phase) * buffer.image + row * pitch
        job.kernels.fill[log2_bytes(job.item)](buffer_cells(job, scratch, buffer, at), 0, 1, n * pitch, job.fill)
        if buffer.code >= 0:
            memset(buffer_places(job, scratch, buffer, at), 0, n * pitch * job.code_item)


cdef void lay_out_rows(const Job *job, Scratch *scratch, const Block *block, const Columns *columns, ptrdiff_t image,
                       ptrdiff_t row, ptrdiff_t n, const char *src, ptrdiff_t src_pitch) noexcept nogil:
    """n rows of one phase. src: column 0 of the first."""
    cdef ptrdiff_t pitch = columns.layout.dst_pitch, made_pitch = job.cut[2].extent * job.band, made, i, n_strip
    cdef const Buffer *source
    if not job.by_axis:
        split_rows(job, scratch, block, columns, image * columns.layout.row_image + row * pitch, 0, src, src_pitch, n)
        return
    made = image * job.rows.image + row * made_pitch
    i = 0
    while i < n:
        n_strip = min(job.strip, n - i)
        split_rows(job, scratch, block, columns, 0, 0, src + i * src_pitch * job.item, src_pitch, n_strip)
        source = step_along(job, scratch, 2, &job.cells_in, &job.steps, n_strip * pitch)
        best_of(job, last_level(job, 2), buffer_cells(job, scratch, &job.rows, made + i * made_pitch),
                buffer_places(job, scratch, &job.rows, made + i * made_pitch), made_pitch,
                buffer_cells(job, scratch, source, 0), buffer_places(job, scratch, source, 0), pitch, n_strip,
                made_pitch, n_strip * made_pitch)
        i += n_strip


cdef void split_rows(const Job *job, Scratch *scratch, const Block *block, const Columns *columns, ptrdiff_t at,
                     ptrdiff_t first_row, const char *src, ptrdiff_t src_pitch, ptrdiff_t n) noexcept nogil:
    """Takes n rows apart into the images that begin at `at`, as its rows from first_row on. src: column 0."""
    cdef const Axis *width = &job.axis[2]
    cdef const Cut *cut = &job.cut[2]
    cdef cpool_split *split = job.kernels.split[log2_bytes(job.item)]
    cdef char *dst = buffer_cells(job, scratch, &job.cells_in, at)
    cdef ptrdiff_t phase, column, first, end, step, i, zero = 0
    cdef cpool_split_layout layout = columns.layout
    if columns.together:
        split(dst, &layout, first_row, src + columns.first * width.step * job.item, src_pitch, columns.step, n,
              columns.n)
        return
    layout.phase = &zero
    layout.n_phases = 1
    for phase in range(cut.phases):
        column = first_cell(width, cut, block.first[2], phase)
        first, end = cells_before(width, column, cut.cells), cells_to_end(width, column, cut.cells)
        if end <= first:
            continue
        zero = phase * job.cells_in.image + first * job.band
        column = (column + first * width.stride) * width.step
        step = width.stride * width.step if end - first > 1 else 1
        if job.channels == 1:
            split(dst, &layout, first_row, src + column * job.item, src_pitch, step, n, end - first)
            continue
        # Channels last: a column's channels are a row of their own.
        layout.dst_pitch, layout.row_phases = job.band, 1
        for i in range(first_row, first_row + n):
            zero = (phase * job.cells_in.image + first * job.band + i % columns.layout.row_phases * layout.row_image
                    + i // columns.layout.row_phases * columns.layout.dst_pitch)
            split(dst, &layout, 0, src + ((i - first_row) * src_pitch + column) * job.item, step, 1, end - first,
                  block.channels)
