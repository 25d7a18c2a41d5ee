# Forward in two passes: along the rows, which lie in scratch as one run with one stretch of padding between neighbours,
# then down the columns straight into y. Of channels last a cell is a band of channels. NCHW against 16 planes side by
# side, transposed: 1.6x to 2.3x at stride 1 (3x3 to 13x13), 1.0x to 1.6x at stride 2 (AVX2, Zen 3).

cdef enum:
    MOST_ALONG = 5                      # taps of a pass along the rows
    MOST_LEVELS = 4                     # such passes: records of bytes have at most 256 taps
cdef ptrdiff_t ONE_RUN_CELLS = 256      # planes of fewer cells with their padding
cdef ptrdiff_t FLAT_BYTES = 32768       # of scratch: it stays in the first cache with what is read and written


cdef bint plan_flat(Job *job, cpool_best_along *along, cpool_best_down *down, bint in_pairs) noexcept nogil:
    """Cuts the outputs into groups of planes, or rows of a plane, whose scratch stays in the cache."""
    cdef const Axis *height = &job.axis[1]
    cdef const Axis *width = &job.axis[2]
    cdef ptrdiff_t after
    if (along == NULL or job.code_item > 1 or (job.channels == 1 and width.step != 1) or height.kernel < 2
            or width.kernel < 2 or job.axis[0].kernel > 1 or job.axis[0].length > 1 or job.axis[0].output > 1
            or (width.stride > 1 and width.kernel > MOST_ALONG) or not serves_flat(job)
            or <double> (width.output - 1) * width.stride + span(width) + width.length > MOST_SCRATCH):
        return False
    after = (width.output - 1) * width.stride + span(width) - width.before - width.length
    job.row_outputs = ceil_div(width.length + max(width.before, after), width.stride)
    job.row_cells = job.row_outputs * width.stride
    job.band = min(job.channels, 64 // job.item)
    job.bands = ceil_div(job.channels, job.band)
    job.block, job.group = height.output, 1
    # Few rows repeat too much of what the rows before have seen.
    while lay_out_flat(job) > (FLAT_BYTES if job.channels == 1 and job.block > max(4, height.kernel)
                               else MOST_SCRATCH):
        if job.block == 1:
            return False
        job.block = (job.block + 1) // 2
    job.blocks = ceil_div(height.output, job.block)
    if job.blocks == 1 and job.channels == 1:
        job.group = max(1, min(job.planes, <ptrdiff_t> (FLAT_BYTES / lay_out_flat(job))))
    job.raises = (job.record != NULL and job.channels == 1 and (height.before > 0 or width.before > 0)
                  and <double> height.output * width.output <= BLOCK_CELLS)
    job.items = ceil_div(job.planes, job.group) * job.bands * job.blocks
    job.scratch_bytes = <ptrdiff_t> lay_out_flat(job)
    job.n_list = width.stride + MOST_ALONG * MOST_LEVELS
    job.along, job.down = along, down
    job.in_pairs = in_pairs and job.channels == 1 and width.stride == 2 and width.kernel <= 3 and width.dilation == 1
    return True


cdef inline ptrdiff_t rows_seen(const Axis *height, ptrdiff_t n) noexcept nogil:
    """Rows that n neighbouring outputs see."""
    return (n - 1) * height.stride + span(height)


cdef inline bint serves_flat(const Job *job) noexcept nogil:
    """Whether two passes were measured to be faster than rows of x."""
    cdef const Axis *height = &job.axis[1]
    cdef const Axis *width = &job.axis[2]
    cdef ptrdiff_t row_bytes = width.output * job.item
    cdef bint sees_right = end_whole_window(width) < width.output
    if job.channels > 1:
        return <double> height.kernel * width.kernel > ONE_PASS_TAPS
    if <double> height.kernel * width.kernel > ONE_PASS_TAPS or width.stride == 1:
        return True
    if job.item < 4 and width.kernel > 2 and width.stride == 2:
        return True  # no vectors take such rows apart in x
    if width.kernel == 2 and row_bytes >= 16 and height.before == 0 and is_tiled(height):
        return False  # in rows of x all planes are one
    # Of longer rows x is as fast, if a window that sees padding on the right is not one of few.
    if sees_right or not (width.before == 0 or width.kernel == 2 or sees_left(width)):
        return row_bytes < PADDED_ROW_BYTES
    return row_bytes < 48


cdef inline ptrdiff_t place_bytes(const Job *job) noexcept nogil:
    """Of a winner's place between the passes."""
    return job.item if job.kernels.wide_places else 1


cdef inline char *flat_places(const Job *job, const Scratch *scratch, ptrdiff_t at) noexcept nogil:
    return scratch.cells + job.rows.code + at * place_bytes(job) if job.record != NULL else NULL


cdef double lay_out_flat(Job *job) noexcept nogil:
    """The cells, an image for each place modulo stride, and what the pass along the rows makes of them."""
    cdef const Axis *width = &job.axis[2]
    cdef double rows = (<double> job.block - 1) * job.axis[1].stride + span(&job.axis[1])
    # Past the last row lies what passes read and make for each other, each in whole vectors.
    cdef double cells = (job.band * (job.group * rows * job.row_outputs + 2.0 * span(width) + job.row_outputs)
                         + MOST_LEVELS * slack(job))
    cdef double end = place_buffer(job, &job.cells_in, 0, width.stride, cells, False)
    end = place_buffer(job, &job.rows, end, 1, cells, False)
    if job.record != NULL:
        job.rows.code = <ptrdiff_t> end
        end += (cells + slack(job)) * place_bytes(job) + 64
    return end


cdef void lay_out_flat_taps(Job *job) noexcept:
    """Where a row's first cells go, then the taps of each pass: the best of a few, of a few of these, and so on."""
    cdef const Axis *width = &job.axis[2]
    cdef ptrdiff_t i, reach = 1, following, most = 1, widest = 0, n = width.stride
    cdef int levels = 0
    cdef Level *level
    for i in range(width.stride):
        job.tap[i] = ((width.before + i) % width.stride * job.cells_in.image
                      + (width.before + i) // width.stride * job.band)
    # The fewest passes, of the fewest taps: 13 is 4, then 4 of these.
    while widest < width.kernel:
        if most == MOST_ALONG or levels == 0:
            levels, most = levels + 1, 1
        most += 1
        widest = most ** levels
    job.cut[2].levels = levels
    for i in range(levels):
        following = width.kernel if i == levels - 1 else reach * most
        level = &job.cut[2].level[i]
        level.first = n
        job.tap[n], job.tap_code[n] = 0, 0
        n += 1
        while job.tap_code[n - 1] + reach < following:
            job.tap_code[n] = min(job.tap_code[n - 1] + reach, following - reach)
            job.tap[n] = (job.tap_code[n] * width.dilation % width.stride * job.cells_in.image
                          + job.tap_code[n] * width.dilation // width.stride * job.band)
            n += 1
        level.n_taps = n - level.first
        level.lost = job.tap[n - 1]
        reach = following


cdef void forward_flat(const Job *job, Scratch *scratch, ptrdiff_t item) noexcept nogil:
    """Some planes, or a block of output rows of one, of channels last for a band of channels."""
    cdef const Axis *height = &job.axis[1]
    cdef const Axis *width = &job.axis[2]
    cdef Block block
    cdef cpool_pass down
    cdef ptrdiff_t first, end, rows, plane, start, plane_cells, y, y_row = width.output * job.channels
    cdef ptrdiff_t row_cells = job.row_outputs * job.band
    cdef bint exact = False
    block.first[0], block.first[1], block.first[2] = 0, item % job.blocks * job.block, 0
    block.n[0], block.n[1], block.n[2] = 1, min(job.block, height.output - block.first[1]), width.output
    item //= job.blocks
    block.channel = item % job.bands * job.band
    block.channels = min(job.band, job.channels - block.channel)
    block.plane = item // job.bands * job.group
    block.planes = min(job.group, job.planes - block.plane)
    start = window_start(height, block.first[1])
    rows = rows_seen(height, job.block)
    plane_cells = rows * row_cells
    first = min(rows, max(0, -start))
    end = max(first, min(rows_seen(height, block.n[1]), height.length - start))
    if scratch.filled == 0:
        # Padding remains beside the rows, and for all items that see the same rows around them.
        fill_flat_cells(job, scratch, 0, job.rows.image)
    elif scratch.filled != block.first[1] + 1:
        fill_flat_cells(job, scratch, 0, first * row_cells)
        fill_flat_cells(job, scratch, end * row_cells, (rows - end) * row_cells)
    scratch.filled = block.first[1] + 1
    for plane in range(block.planes):
        lay_out_flat_rows(job, scratch, &block, plane * rows + first, end - first,
                          cells_at(job, &block, plane, 0, start + first))
    if job.group > 1 and plane_cells < ONE_RUN_CELLS:
        # One run, with the padding between planes.
        exact = best_along_rows(job, scratch, first * row_cells,
                                (block.planes - 1) * plane_cells + (end - first) * row_cells)
    else:
        for plane in range(block.planes):
            exact |= best_along_rows(job, scratch, plane * plane_cells + first * row_cells,
                                     (end - first) * row_cells)
    down.value, down.code = buffer_cells(job, scratch, &job.rows, 0), flat_places(job, scratch, 0)
    down.later, down.n_taps = True, height.kernel
    down.pitch = height.stride * row_cells if block.n[1] > 1 else 0
    down.tap_pitch = height.dilation * row_cells
    down.code_step = width.kernel
    y = (block.plane * height.output + block.first[1]) * y_row + block.channel
    if job.channels == 1:
        down.n_planes, down.plane, down.y_plane = block.planes, plane_cells, block.n[1] * y_row
    else:
        # Column by column.
        down.n_planes, down.plane, down.y_plane = width.output, job.band, job.channels
    job.down(job.outputs + y * job.item, job.record + y if job.record != NULL else NULL, y_row, &down,
             block.n[1], width.output if job.channels == 1 else block.channels,
             block.planes * block.n[1] * y_row if job.channels == 1 else 0, exact)
    if job.raises:
        raise_places(job, &block)
    elif job.record != NULL:
        skip_padding(job, job.record, &block)


cdef void fill_flat_cells(const Job *job, Scratch *scratch, ptrdiff_t at, ptrdiff_t n) noexcept nogil:
    """Padding in n cells of each place modulo stride, and what the pass along the rows would make of it."""
    cdef cpool_fill *fill = job.kernels.fill[log2_bytes(job.item)]
    if n <= 0:
        return
    if job.in_pairs:
        fill(buffer_cells(job, scratch, &job.cells_in, 2 * at), 0, 1, 2 * n, job.fill)
    else:
        fill(buffer_cells(job, scratch, &job.cells_in, at), job.cells_in.image, job.cells_in.images, n, job.fill)
    fill(buffer_cells(job, scratch, &job.rows, at), 0, 1, n, job.fill)
    if job.record != NULL:
        memset(flat_places(job, scratch, at), 0, n * place_bytes(job))


cdef inline void lay_out_flat_rows(const Job *job, Scratch *scratch, const Block *block, ptrdiff_t row, ptrdiff_t n,
                                   const char *src) noexcept nogil:
    """n rows of x as those from `row` on. src: column 0 of the first."""
    cdef const Axis *width = &job.axis[2]
    cdef ptrdiff_t pitch = job.axis[1].step if n > 1 else 0, i, first
    cdef cpool_split_layout layout
    if job.channels > 1:
        for i in range(n):
            for first in range(min(width.stride, width.length)):
                job.kernels.pack(buffer_cells(job, scratch, &job.cells_in,
                                              job.tap[first] + (row + i) * job.row_outputs * job.band),
                                 job.band * job.item, src + (i * pitch + first * width.step) * job.item,
                                 width.stride * width.step * job.item if width.length > width.stride else 0,
                                 (width.length - first - 1) // width.stride + 1, block.channels * job.item, 0)
    elif job.in_pairs or width.stride == 1:
        job.kernels.pack(buffer_cells(job, scratch, &job.cells_in, row * job.row_cells + width.before),
                         job.row_cells * job.item, src, pitch * job.item, n, width.length * job.item, 0)
    else:
        layout.phase, layout.n_phases = job.tap, width.stride
        layout.row_phases, layout.row_image, layout.dst_pitch = 1, 0, job.row_outputs
        job.kernels.split[log2_bytes(job.item)](buffer_cells(job, scratch, &job.cells_in, 0), &layout, row, src, pitch,
                                                1, n, width.length)


cdef inline bint best_along_rows(const Job *job, Scratch *scratch, ptrdiff_t at, ptrdiff_t n) noexcept nogil:
    """All passes along n cells of a run; whether anything was NaN."""
    cdef char *made = buffer_cells(job, scratch, &job.rows, at)
    cdef char *places = flat_places(job, scratch, at)
    cdef ptrdiff_t lanes = job.kernels.vector_bytes // job.item
    cdef ptrdiff_t made_by[MOST_LEVELS]
    cdef cpool_pass along
    cdef bint exact = False
    cdef int i
    if n <= 0:
        return False
    # Each pass makes all that the next one reads in whole vectors: what it reads past that would be an earlier item's.
    for i in range(job.cut[2].levels - 1, -1, -1):
        n = ceil_div(n, lanes) * lanes
        made_by[i] = n
        n += job.cut[2].level[i].lost
    along.value = buffer_cells(job, scratch, &job.cells_in, 2 * at if job.in_pairs else at)
    along.code, along.later, along.in_pairs = NULL, False, job.in_pairs
    for i in range(job.cut[2].levels):
        along.n_taps = job.cut[2].level[i].n_taps
        along.tap = job.tap + job.cut[2].level[i].first
        along.tap_code = job.tap_code + job.cut[2].level[i].first
        exact |= job.along(made, places, &along, made_by[i], exact)
        along.value, along.code, along.later, along.in_pairs = made, places, True, False
    return exact
