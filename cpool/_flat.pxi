# Forward in passes over what lies in scratch: along the rows, which are one run with one stretch of padding between
# neighbours; of windows of three axes and of very tall ones also down the columns; then along the last axis straight
# into y. Of channels last a cell is a band of channels. NCHW against 16 planes side by side, transposed: 1.6x to 2.3x
# at stride 1 (3x3 to 13x13), 1.0x to 1.6x at stride 2 (AVX2, Zen 3).

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


cdef void forward_flat(const Job *job, Scratch *scratch, ptrdiff_t item) noexcept nogil:
    """Some planes, or a block of one, of channels last for a band of channels."""
    cdef Block block = block_of(job, item)
    cdef ptrdiff_t start_d = window_start(job.depth, block.first[0]), start_h = window_start(job.height, block.first[1])
    cdef ptrdiff_t row_cells = job.row_outputs * job.band, slices = cells_seen(job.depth, job.cut[0].extent)
    cdef ptrdiff_t rows = cells_seen(job.height, job.cut[1].extent), slice_cells = rows * row_cells
    cdef ptrdiff_t first = min(rows, max(0, -start_h)), plane, d, i, n
    cdef ptrdiff_t end = max(first, min(cells_seen(job.height, block.n[1]), job.height.length - start_h))
    cdef bint exact = False
    cdef const char *x
    find_columns(job, scratch, &block)
    # Of several planes in a group find_columns has filled what is around all: they are one block, always the same.
    if not job.refills and scratch.filled != block.first[1] + 1:
        fill_padding(job, scratch, 0, start_d, slices, first * row_cells, end * row_cells, slice_cells)
    scratch.filled = block.first[1] + 1
    for plane in range(block.planes):
        x = job.cells + job.item * (plane_offset(job, block.plane + plane) + start_d * job.depth.step
                                    + start_h * job.height.step + block.channel)
        for d in range(slices):
            if not 0 <= start_d + d < job.depth.length:
                continue
            i = first
            while i < end:
                n = min(job.strip, end - i)
                exact |= make_rows(job, scratch, &block, x + job.item * (d * job.depth.step + i * job.height.step),
                                   (plane * slices + d) * rows + i, n)
                i += n
    if job.refills:
        for plane in range(block.planes):
            fill_padding(job, scratch, plane * slices * slice_cells, start_d, slices, first * row_cells,
                         end * row_cells, slice_cells)
    if job.levels > job.row_levels:
        n = block.planes * slices * slice_cells
        for i in range(job.row_levels, job.levels):
            n -= job.level[i].lost
        exact = pass_along(job, scratch, <int> job.row_levels, job.levels, 0, 0, n, exact)
    pass_down(job, scratch, &block, slices, slice_cells, exact)
    if job.raises:
        raise_places(job, &block)
    elif job.record != NULL:
        skip_padding(job, job.record, &block)


cdef inline void find_columns(const Job *job, Scratch *scratch, const Block *block) noexcept nogil:
    """Which columns of x a block sees."""
    cdef ptrdiff_t start = window_start(job.width, block.first[2])
    scratch.first, scratch.beside = max(0, start), max(0, -start)
    scratch.columns = min(job.width.length - scratch.first, job.row_outputs * job.width.stride - scratch.beside)
    # Padding remains beside the rows, where all blocks have the same columns.
    if scratch.filled == 0 or job.cut[2].count > 1 and (
            start < 0 or cells_seen(job.width, block.n[2]) > job.width.length - start):
        fill_cells(job, scratch, 0, job.image)
        if scratch.filled == 0:
            fill_made(job, scratch, 0, job.n_made)


cdef void fill_padding(const Job *job, Scratch *scratch, ptrdiff_t at, ptrdiff_t start, ptrdiff_t slices,
                       ptrdiff_t first, ptrdiff_t end, ptrdiff_t slice_cells) noexcept nogil:
    """Padding in front of the slices of a plane and behind them, and in each above cell `first` and from `end` on."""
    cdef ptrdiff_t d, i, n
    for d in range(slices):
        for i in range(2):
            n = first if i == 0 else slice_cells - end
            if not 0 <= start + d < job.depth.length:
                n = slice_cells if i == 0 else 0
            fill_made(job, scratch, at + i * end, n)
            if not job.refills:
                fill_cells(job, scratch, at + i * end, n)
        at += slice_cells


cdef inline void fill_cells(const Job *job, Scratch *scratch, ptrdiff_t at, ptrdiff_t n) noexcept nogil:
    """Padding in n cells of each place modulo stride."""
    cdef cpool_fill *fill = job.kernels.fill[log2_bytes(job.item)]
    if job.in_pairs:
        fill(laid_out(job, scratch, 2 * at), 0, 1, 2 * n, job.fill)
    else:
        fill(laid_out(job, scratch, at), job.image, job.width.stride, n, job.fill)


cdef inline void fill_made(const Job *job, Scratch *scratch, ptrdiff_t at, ptrdiff_t n) noexcept nogil:
    """What the passes along rows make of padding."""
    job.kernels.fill[log2_bytes(job.item)](made(job, scratch, at), 0, 1, n, job.fill_key)
    if job.record != NULL:
        memset(places(job, scratch, at), 0, n * place_bytes(job))


cdef inline bint make_rows(const Job *job, Scratch *scratch, const Block *block, const char *src, ptrdiff_t row,
                           ptrdiff_t n) noexcept nogil:
    """Lays out n rows of x and makes of them those from `row` on; src: column 0 of the first."""
    cdef ptrdiff_t from_row = 0 if job.strips else row, row_cells = job.row_outputs * job.band
    lay_out_flat_rows(job, scratch, block, from_row, n, src)
    return pass_along(job, scratch, 0, job.row_levels, from_row * row_cells, row * row_cells, n * row_cells, False)


cdef inline void lay_out_flat_rows(const Job *job, Scratch *scratch, const Block *block, ptrdiff_t row, ptrdiff_t n,
                                   const char *src) noexcept nogil:
    """n rows of x as those from `row` on. src: column 0 of the first."""
    cdef ptrdiff_t pitch = job.height.step if n > 1 else 0, i, at, first, n_columns = scratch.columns
    cdef ptrdiff_t made_pitch = job.row_outputs * job.band
    src += scratch.first * job.width.step * job.item
    if job.bands == 1 and job.width.step == job.channels and (job.in_pairs or job.width.stride == 1):
        made_pitch *= job.width.stride
        job.kernels.pack(laid_out(job, scratch, row * made_pitch + scratch.beside * job.band), made_pitch * job.item,
                         src, pitch * job.item, n, n_columns * job.channels * job.item, job.ahead)
    elif job.band > 1:
        for i in range(n):
            for first in range(min(job.width.stride, n_columns)):
                at = scratch.beside + first
                at = at % job.width.stride * job.image + at // job.width.stride * job.band + (row + i) * made_pitch
                job.kernels.pack(laid_out(job, scratch, at), job.band * job.item,
                                 src + (i * pitch + first * job.width.step) * job.item,
                                 job.width.stride * job.width.step * job.item if n_columns > job.width.stride else 0,
                                 (n_columns - first - 1) // job.width.stride + 1, block.channels * job.item, job.ahead)
    else:
        job.kernels.split[log2_bytes(job.item)](
            laid_out(job, scratch, row * made_pitch), made_pitch, job.image, scratch.beside, job.width.stride, src,
            pitch, job.width.step if n_columns > 1 else 1, n, n_columns)


cdef inline bint pass_along(const Job *job, Scratch *scratch, int first, int end, ptrdiff_t from_at, ptrdiff_t at,
                            ptrdiff_t n, bint exact) noexcept nogil:
    """The passes from `first` to `end` over n cells of a run; whether anything was NaN, or is `exact`."""
    cdef char *y = made(job, scratch, at)
    cdef char *record = places(job, scratch, at)
    cdef ptrdiff_t lanes = max(1, job.kernels.vector_bytes >> log2_bytes(job.item))
    cdef ptrdiff_t made_by[MOST_LEVELS]
    cdef cpool_pass along
    cdef int i
    along.code, along.flip = record, job.flip
    if n <= 0:
        return exact
    # Each pass makes all that the next one reads in whole vectors: what it reads past that would be an earlier item's.
    for i in range(end - 1, first - 1, -1):
        n = (n + lanes - 1) & -lanes
        made_by[i] = n
        n += job.level[i].lost
    for i in range(first, end):
        along.later, along.in_pairs = i > 0, i == 0 and job.in_pairs
        along.value = y if i > 0 else laid_out(job, scratch, 2 * from_at if job.in_pairs else from_at)
        along.n_images = 1 if i > 0 else job.width.stride
        along.n_taps = job.level[i].n_taps
        along.tap = job.tap + job.level[i].first
        along.tap_code = job.tap_code + job.level[i].first
        exact |= job.kernels.best_along[job.key][min(job.size, 1)](y, record, &along, made_by[i], exact)
    return exact


cdef inline void pass_down(const Job *job, Scratch *scratch, const Block *block, ptrdiff_t slices,
                           ptrdiff_t slice_cells, bint exact) noexcept nogil:
    """The last pass, into y and the record."""
    cdef const Axis *last = job.axis[job.last_axis]
    cdef ptrdiff_t y_row = job.width.output * job.channels, y_slice = job.height.output * y_row
    cdef ptrdiff_t row_cells = job.row_outputs * job.band, n_slices = block.n[0], planes = block.planes, plane, d, at
    cdef ptrdiff_t first_y = output_at(job, block.plane, block.first[0], block.first[1], block.first[2]) + block.channel
    cdef ptrdiff_t y, width = block.channels if job.bands > 1 else block.n[2] * job.channels
    cdef ptrdiff_t room = planes * n_slices * block.n[1] * y_row
    cdef bint apart = has_outputs_apart(job)
    cdef char *outputs = job.outputs + first_y * job.item
    cdef char *record = record_at(job, first_y)
    cdef cpool_pass down
    if apart:
        width = y_row = block.n[2]
        y_slice = block.n[1] * y_row
        room = n_slices * y_slice
        outputs = scratch.cells + job.outputs_apart
        record = outputs + ceil_div(room * job.item, 8) * 8 if record != NULL else NULL
    elif job.bands * job.cut[2].count > 1:
        room = 0
    down.flip = job.flip
    down.n_taps = 1 if is_tall(job) else last.kernel
    down.pitch = job.height.stride * row_cells if block.n[1] > 1 else 0
    down.tap_pitch = last.dilation * (row_cells if job.last_axis == 1 else slice_cells) if down.n_taps > 1 else 0
    down.code_step = job.width.kernel if job.last_axis == 1 else job.width.kernel * job.height.kernel
    if job.bands > 1 and not apart:
        # Column by column.
        down.n_planes, down.plane, down.y_plane = block.n[2], job.band, job.channels
    elif job.depth.output == 1:
        down.n_planes, down.plane, down.y_plane = planes, slices * slice_cells, y_slice
        planes = 1
    else:
        down.n_planes, down.plane, down.y_plane = n_slices, job.depth.stride * slice_cells, y_slice
        n_slices = 1
    for plane in range(planes):
        for d in range(n_slices):
            y = (plane * job.depth.output + d) * y_slice
            at = (plane * slices + d * job.depth.stride) * slice_cells
            down.value = made(job, scratch, at)
            down.code = places(job, scratch, at)
            job.kernels.best_down[job.key][min(job.size, 1)](
                outputs + y * job.item, record + y * job.code_item if record != NULL else NULL, y_row, &down,
                block.n[1], width, room - y if room else 0, exact)
    if apart:
        spread_outputs(job, block, job.outputs, outputs, job.item)
        if record != NULL:
            spread_outputs(job, block, job.record, record, job.code_item)


cdef void spread_outputs(const Job *job, const Block *block, char *dst, const char *src, ptrdiff_t item) noexcept nogil:
    """The outputs of a block of one channel, or their codes, of `item` bytes, to where they lie between the others'."""
    cdef ptrdiff_t d, h, at, row = block.n[2]
    for d in range(block.first[0], block.first[0] + block.n[0]):
        for h in range(block.first[1], block.first[1] + block.n[1]):
            at = output_at(job, block.plane, d, h, block.first[2]) + block.channel
            job.kernels.pack(dst + at * item, job.channels * item, src, item, row, item, 0)
            src += row * item
