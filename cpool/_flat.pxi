# Forward in passes over what lies in scratch: along the rows, which are one run with one stretch of padding between
# neighbours; of windows of three axes and of very tall ones also down the columns; then along the last axis straight
# into y. Of channels last a cell is a band of channels. NCHW against 16 planes side by side, transposed: 1.6x to 2.3x
# at stride 1 (3x3 to 13x13), 1.0x to 1.6x at stride 2 (AVX2, Zen 3).

cdef enum:
    MOST_ALONG = 5                      # taps of a pass in scratch, but of a first one as many as two strides
    MOST_LEVELS = 24                    # such passes: no axis has more than 5**8 taps in scratch
cdef ptrdiff_t MOST_DOWN = 16           # taps of the last axis: of more the pass into y would not grow as the logarithm
cdef ptrdiff_t ONE_RUN_CELLS = 256      # planes of fewer cells with their padding
cdef ptrdiff_t FLAT_BYTES = 32768       # scratch of a group of planes: it stays in the first cache with x and y
cdef ptrdiff_t BLOCK_BYTES = 65536      # of a block of a plane
cdef ptrdiff_t STRIP_BYTES = 8192       # of x that lie in scratch at a time, of channels last twice as many
cdef ptrdiff_t LEAST_COLUMNS = 128      # of a block that does not have all


cdef bint plan_flat(Job *job, cpool_best_along *along, cpool_best_down *down, bint in_pairs) noexcept nogil:
    """Cuts the outputs into groups of planes, or blocks of one, whose scratch stays in the cache.

    Where it returns False, other ways of forward set what they need of the job anew.
    """
    cdef const Axis *width = &job.axis[2]
    cdef double one, more
    if job.record != NULL and job.code_item > 2:
        return False
    job.last_axis = 0 if job.axis[0].kernel > 1 else 1
    job.group = 1
    # Where a window of a band of channels fills scratch nearly alone, they are done one by one: 31x31 19x.
    job.band = min(job.channels, 64 // job.item)
    if not cut_blocks(job) or job.channels > 1 and has_small_blocks(job):
        job.band = 1
        if job.channels == 1 or not cut_blocks(job):
            return False
    job.bands = ceil_div(job.channels, job.band)
    if job.channels == 1 and job.cut[0].count * job.cut[1].count * job.cut[2].count == 1:
        # What many planes more take: of one it may be nothing, in whole lines.
        one = lay_out_flat(job)
        job.group = 65
        more = (lay_out_flat(job) - one) / 64
        job.group = <ptrdiff_t> max(1.0, min(<double> job.planes, 1 + (FLAT_BYTES - one) / more))
    job.raises = (job.record != NULL and job.channels == 1 and job.cut[2].count == 1
                  and job.axis[0].before + job.axis[1].before + width.before > 0
                  and plane_outputs(job) <= 2 * BLOCK_CELLS // job.code_item)
    job.items = ceil_div(job.planes, job.group) * job.bands * job.cut[0].count * job.cut[1].count * job.cut[2].count
    job.scratch_bytes = <ptrdiff_t> lay_out_flat(job)
    job.n_rows, job.n_taps, job.ahead = 0, width.stride, bytes_ahead(job)
    job.n_list = MOST_ALONG * MOST_LEVELS + min(width.kernel, 2 * width.stride)
    # Pairs of neighbouring columns are taken apart by the first pass itself.
    job.in_pairs = (in_pairs and (job.record == NULL or job.code_item == 1) and job.channels == 1 and width.step == 1
                    and width.stride == 2 and width.kernel > 1 and width.dilation == 1)
    job.along, job.down = along, down
    return True


cdef bint cut_blocks(Job *job) noexcept nogil:
    """Cuts the outputs into blocks of a plane for which scratch is enough; whether that can be."""
    cdef ptrdiff_t few = max(4, job.axis[1].kernel)
    cdef int i
    for i in range(3):
        set_extent(job, i, job.axis[i].output)
    while lay_out_flat(job) > most_scratch(job):
        if job.cut[0].extent > 1:
            i = 0
        elif job.band > 1:
            i = 1 if cells_seen(&job.axis[1], job.cut[1].extent) >= cells_seen(&job.axis[2], job.cut[2].extent) else 2
            if job.cut[i].extent == 1:
                i = 3 - i
        else:
            # Few rows repeat too much of what the rows before have seen, and few columns are too short a run.
            i = 1 if job.cut[1].extent > few else 2
            if i == 2 and job.cut[2].extent <= LEAST_COLUMNS and job.cut[1].extent > 1:
                i = 1
        if job.cut[i].extent == 1:
            return False
        set_extent(job, i, (job.cut[i].extent + 1) // 2)
    return True


cdef inline bint has_small_blocks(const Job *job) noexcept nogil:
    """Whether blocks are smaller than a window."""
    cdef int i
    for i in range(1, 3):
        if job.cut[i].extent < min(job.axis[i].kernel, job.axis[i].output):
            return True
    return False


cdef inline double most_scratch(const Job *job) noexcept nogil:
    """Little, but where blocks of less than four windows' rows would repeat much: 9x9 to 15x15 windows 1.3x to 1.5x."""
    return (MOST_SCRATCH if job.band > 1 or has_more_passes(job) or job.cut[1].extent <= 4 * job.axis[1].kernel
            else BLOCK_BYTES)


cdef void set_extent(Job *job, int i, ptrdiff_t extent) noexcept nogil:
    job.cut[i].extent, job.cut[i].count = extent, ceil_div(job.axis[i].output, extent)


cdef inline ptrdiff_t cells_seen(const Axis *axis, ptrdiff_t n) noexcept nogil:
    """Cells that n neighbouring outputs see, and what lies between these."""
    return (n - 1) * axis.stride + span(axis)


cdef inline bint has_more_passes(const Job *job) noexcept nogil:
    """Whether columns have passes in scratch too."""
    return job.last_axis == 0 or is_tall(job)


cdef inline bint is_tall(const Job *job) noexcept nogil:
    """Whether also the last axis has its passes in scratch."""
    return job.axis[job.last_axis].kernel > <double> MOST_DOWN * job.axis[job.last_axis].stride


cdef inline bint prefers_flat(const Job *job) noexcept nogil:
    """Whether passes were measured to be faster than rows of x."""
    cdef const Axis *height = &job.axis[1]
    cdef const Axis *width = &job.axis[2]
    cdef ptrdiff_t row_bytes = width.output * job.item
    cdef bint sees_right = end_whole_window(width) < width.output
    if (job.channels > 1 or height.kernel < 2 or width.kernel < 2 or job.axis[0].kernel > 1 or job.axis[0].length > 1
            or job.axis[0].output > 1):
        return False
    if <double> height.kernel * width.kernel > ONE_PASS_TAPS or width.stride == 1:
        return True
    if are_one_plane(job):
        return False
    # Of longer rows x is as fast, if a window that sees padding on the right is not one of few.
    if sees_right or not (width.before == 0 or width.kernel == 2 or sees_left(width)):
        return row_bytes < PADDED_ROW_BYTES
    return row_bytes < 48


cdef inline ptrdiff_t slack(const Job *job) noexcept nogil:
    """Elements at the end of a buffer, for vectors that end past it."""
    return 64 // job.item


cdef inline ptrdiff_t place_bytes(const Job *job) noexcept nogil:
    """Of a winner's place between the passes."""
    return max(job.item, job.code_item) if job.kernels.wide_places else job.code_item


cdef double lay_out_flat(Job *job) noexcept nogil:
    """Where the cells lie, an image for each place modulo stride, and what passes make of them; returns the bytes.

    A double, because they could pass int64.
    """
    cdef const Axis *width = &job.axis[2]
    cdef double after = (<double> width.output - 1) * width.stride + span(width) - width.before - width.length
    cdef double row = (<double> job.cut[2].extent - 1) * width.stride + span(width)
    cdef double rows = ((<double> job.cut[0].extent - 1) * job.axis[0].stride + span(&job.axis[0])) * (
        (<double> job.cut[1].extent - 1) * job.axis[1].stride + span(&job.axis[1]))
    cdef double strip, past, end
    if job.cut[2].count == 1:
        row = <double> width.length + max(<double> width.before, after)
    job.row_outputs = <ptrdiff_t> min((row + width.stride - 1) / width.stride, 2.0**40)
    strip = STRIP_BYTES if job.band == 1 else 2 * STRIP_BYTES
    job.strip = <ptrdiff_t> min(rows, max(1.0, strip / (row * job.band * job.item)))
    job.strips = job.strip < rows
    job.refills = job.strips or has_more_passes(job)
    # Past the last row lies what passes read and make for each other, each in whole vectors.
    past = job.band * (2.0 * span(width) / width.stride + job.row_outputs) + MOST_LEVELS * slack(job)
    end = place_buffer(job, &job.cells_in, 0, width.stride,
                       job.band * (<double> job.strip * job.row_outputs) * (1 if job.strips else job.group) + past,
                       False)
    end = place_buffer(job, &job.rows, end, 1, job.band * (job.group * rows * job.row_outputs) + past,
                       job.record != NULL)
    job.outputs_apart = <ptrdiff_t> min(end, 2.0**40)
    if has_outputs_apart(job):
        end += <double> job.cut[0].extent * job.cut[1].extent * job.cut[2].extent * (job.item + job.code_item) + 8
    return end


cdef inline bint has_outputs_apart(const Job *job) noexcept nogil:
    """Whether the outputs of one channel are made in scratch, because there are others between them in y."""
    return job.channels > 1 and job.band == 1


cdef double place_buffer(const Job *job, Buffer *buffer, double start, double images, double cells,
                         bint places) noexcept nogil:
    """Values from byte `start` on, of each image a whole number of lines, and behind them their places."""
    cdef double image = (cells + 2 * slack(job)) // slack(job) * slack(job), end = start + images * image * job.item
    buffer.images, buffer.image = <ptrdiff_t> min(images, 2.0**40), <ptrdiff_t> min(image, 2.0**40)
    buffer.value = <ptrdiff_t> min(start, 2.0**40)
    buffer.code = <ptrdiff_t> min(end, 2.0**40) if places else -1
    return end + image * place_bytes(job) if places else end


cdef inline char *buffer_cells(const Job *job, const Scratch *scratch, const Buffer *buffer,
                               ptrdiff_t at) noexcept nogil:
    return scratch.cells + buffer.value + at * job.item


cdef inline char *buffer_places(const Job *job, const Scratch *scratch, const Buffer *buffer,
                                ptrdiff_t at) noexcept nogil:
    return scratch.cells + buffer.code + at * place_bytes(job) if buffer.code >= 0 else NULL


cdef void lay_out_flat_taps(Job *job) noexcept:
    """The taps of each pass in scratch."""
    cdef const Axis *width = &job.axis[2]
    cdef ptrdiff_t row = job.row_outputs * job.band, first = width.kernel, t, n = 0
    cdef int64_t factor = width.kernel
    # Windows that begin a stride apart: the best of so many cells that the rest of a window is whole strides.
    if width.stride == 1:
        n = list_passes(job, width.kernel, width.dilation * job.band, 0, 1)
    else:
        if width.kernel >= 2 * width.stride:
            first = width.stride + width.kernel % width.stride
        for t in range(first):
            job.tap[t] = (t * width.dilation % width.stride * job.cells_in.image
                          + t * width.dilation // width.stride * job.band)
            job.tap_code[t] = t
        job.level[0] = Level(0, first, 0)
        job.levels = 1
        n = first
        if first < width.kernel:
            n = list_passes(job, (width.kernel - first) // width.stride + 1, width.dilation * job.band, n, width.stride)
    job.row_levels = job.levels
    if has_more_passes(job):
        n = list_passes(job, job.axis[1].kernel, job.axis[1].dilation * row, n, factor)
        factor *= job.axis[1].kernel
        row *= cells_seen(&job.axis[1], job.cut[1].extent)
    if job.last_axis == 0 and is_tall(job):
        list_passes(job, job.axis[0].kernel, job.axis[0].dilation * row, n, factor)


cdef ptrdiff_t list_passes(Job *job, ptrdiff_t taps, ptrdiff_t step, ptrdiff_t n, int64_t code_step) noexcept:
    """The best of a few cells, `step` apart, of a few of these, and so on; n, and what is returned: taps listed."""
    cdef ptrdiff_t reach = 1, following, most = 1, widest = 0, t
    cdef int levels = 0, number
    cdef Level *level
    # The fewest passes, of the fewest taps: 13 is 4, then 4 of these.
    while widest < taps:
        if most == MOST_ALONG or levels == 0:
            levels, most = levels + 1, 1
        most += 1
        widest = most ** levels
    for number in range(levels):
        following = taps if number == levels - 1 else reach * most
        level = &job.level[job.levels]
        job.levels += 1
        level.first = n
        t = 0
        while True:
            job.tap[n], job.tap_code[n] = t * step, t * code_step
            n += 1
            if t + reach >= following:
                break
            t = min(t + reach, following - reach)
        level.n_taps = n - level.first
        level.lost = (following - reach) * step
        reach = following
    return n


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
    cdef const Axis *depth = &job.axis[0]
    cdef const Axis *height = &job.axis[1]
    cdef Block block = block_of(job, item)
    cdef ptrdiff_t start_d = window_start(depth, block.first[0]), start_h = window_start(height, block.first[1])
    cdef ptrdiff_t row_cells = job.row_outputs * job.band, slices = cells_seen(depth, job.cut[0].extent)
    cdef ptrdiff_t rows = cells_seen(height, job.cut[1].extent), slice_cells = rows * row_cells
    cdef ptrdiff_t first = min(rows, max(0, -start_h)), plane, d, i, n
    cdef ptrdiff_t end = max(first, min(cells_seen(height, block.n[1]), height.length - start_h))
    cdef bint one_run = job.group > 1 and slice_cells * slices < ONE_RUN_CELLS and not job.strips, exact = False
    cdef const char *x
    find_columns(job, scratch, &block)
    # Of several planes in a group find_columns has filled what is around all: they are one block, always the same.
    if not job.refills and scratch.filled != block.first[1] + 1:
        fill_padding(job, scratch, 0, start_d, slices, first * row_cells, end * row_cells, slice_cells)
    scratch.filled = block.first[1] + 1
    for plane in range(block.planes):
        x = job.cells + job.item * (plane_offset(job, block.plane + plane) + start_d * depth.step
                                    + start_h * height.step + block.channel)
        for d in range(slices):
            if not is_seen(depth, start_d, d):
                continue
            i = first
            while i < end:
                n = min(job.strip, end - i)
                if height.stride > span(height):
                    # Not the rows between the windows.
                    if i % height.stride >= span(height):
                        i += height.stride - i % height.stride
                        continue
                    n = min(n, span(height) - i % height.stride)
                exact |= make_rows(job, scratch, &block, x + job.item * (d * depth.step + i * height.step),
                                   (plane * slices + d) * rows + i, n, not one_run)
                i += n
    if one_run:
        # With the padding between planes.
        exact = pass_along(job, scratch, 0, job.row_levels, first * row_cells, first * row_cells,
                           (block.planes * slices - 1) * slice_cells + (end - first) * row_cells, False)
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


cdef inline bint is_seen(const Axis *depth, ptrdiff_t start, ptrdiff_t d) noexcept nogil:
    """Whether the d-th slice from `start` on is there, and not one between the windows."""
    return 0 <= start + d < depth.length and (depth.stride <= span(depth) or d % depth.stride < span(depth))


cdef inline void find_columns(const Job *job, Scratch *scratch, const Block *block) noexcept nogil:
    """Which columns of x a block sees, and where in a row of scratch the first ones go, one for each image."""
    cdef const Axis *width = &job.axis[2]
    cdef ptrdiff_t start = window_start(width, block.first[2]), i, at
    scratch.first = max(0, start)
    scratch.columns = min(width.length - scratch.first, job.row_outputs * width.stride - (scratch.first - start))
    for i in range(width.stride):
        at = scratch.first - start + i
        scratch.tap[i] = at % width.stride * job.cells_in.image + at // width.stride * job.band
    # Padding remains beside the rows, where all blocks have the same columns.
    if scratch.filled == 0 or job.cut[2].count > 1 and (
            start < 0 or cells_seen(width, block.n[2]) > width.length - start):
        fill_cells(job, scratch, 0, job.cells_in.image)
        if scratch.filled == 0:
            fill_made(job, scratch, 0, job.rows.image)


cdef void fill_padding(const Job *job, Scratch *scratch, ptrdiff_t at, ptrdiff_t start, ptrdiff_t slices,
                       ptrdiff_t first, ptrdiff_t end, ptrdiff_t slice_cells) noexcept nogil:
    """Padding in front of the slices of a plane and behind them, and in each above cell `first` and from `end` on."""
    cdef ptrdiff_t d, i, n
    for d in range(slices):
        for i in range(2):
            n = first if i == 0 else slice_cells - end
            if not 0 <= start + d < job.axis[0].length:
                n = slice_cells if i == 0 else 0
            fill_made(job, scratch, at + i * end, n)
            if not job.refills:
                fill_cells(job, scratch, at + i * end, n)
        at += slice_cells


cdef inline void fill_cells(const Job *job, Scratch *scratch, ptrdiff_t at, ptrdiff_t n) noexcept nogil:
    """Padding in n cells of each place modulo stride."""
    cdef cpool_fill *fill = job.kernels.fill[log2_bytes(job.item)]
    if job.in_pairs:
        fill(buffer_cells(job, scratch, &job.cells_in, 2 * at), 0, 1, 2 * n, job.fill)
    else:
        fill(buffer_cells(job, scratch, &job.cells_in, at), job.cells_in.image, job.cells_in.images, n, job.fill)


cdef inline void fill_made(const Job *job, Scratch *scratch, ptrdiff_t at, ptrdiff_t n) noexcept nogil:
    """What the passes along rows make of padding."""
    job.kernels.fill[log2_bytes(job.item)](buffer_cells(job, scratch, &job.rows, at), 0, 1, n, job.fill)
    if job.record != NULL:
        memset(buffer_places(job, scratch, &job.rows, at), 0, n * place_bytes(job))


cdef inline bint make_rows(const Job *job, Scratch *scratch, const Block *block, const char *src, ptrdiff_t row,
                           ptrdiff_t n, bint passes) noexcept nogil:
    """Lays out n rows of x and makes of them those from `row` on; src: column 0 of the first."""
    cdef ptrdiff_t from_row = 0 if job.strips else row, row_cells = job.row_outputs * job.band
    lay_out_flat_rows(job, scratch, block, from_row, n, src)
    return passes and pass_along(job, scratch, 0, job.row_levels, from_row * row_cells, row * row_cells, n * row_cells,
                                 False)


cdef inline void lay_out_flat_rows(const Job *job, Scratch *scratch, const Block *block, ptrdiff_t row, ptrdiff_t n,
                                   const char *src) noexcept nogil:
    """n rows of x as those from `row` on. src: column 0 of the first."""
    cdef const Axis *width = &job.axis[2]
    cdef ptrdiff_t pitch = job.axis[1].step if n > 1 else 0, i, first, n_columns = scratch.columns
    cdef ptrdiff_t made_pitch = job.row_outputs * job.band
    src += scratch.first * width.step * job.item
    if job.band > 1 and width.stride == 1 and job.bands == 1 and width.step == job.channels:
        job.kernels.pack(buffer_cells(job, scratch, &job.cells_in, scratch.tap[0] + row * made_pitch),
                         made_pitch * job.item, src, pitch * job.item, n, n_columns * job.channels * job.item,
                         job.ahead)
    elif job.band > 1:
        for i in range(n):
            for first in range(min(width.stride, n_columns)):
                job.kernels.pack(buffer_cells(job, scratch, &job.cells_in, scratch.tap[first] + (row + i) * made_pitch),
                                 job.band * job.item, src + (i * pitch + first * width.step) * job.item,
                                 width.stride * width.step * job.item if n_columns > width.stride else 0,
                                 (n_columns - first - 1) // width.stride + 1, block.channels * job.item, job.ahead)
    elif width.step == 1 and (job.in_pairs or width.stride == 1):
        made_pitch *= width.stride
        job.kernels.pack(buffer_cells(job, scratch, &job.cells_in, row * made_pitch + scratch.first
                                      - window_start(width, block.first[2])),
                         made_pitch * job.item, src, pitch * job.item, n, n_columns * job.item, job.ahead)
    else:
        job.kernels.split[log2_bytes(job.item)](
            buffer_cells(job, scratch, &job.cells_in, row * made_pitch), made_pitch, scratch.tap, width.stride, src,
            pitch, width.step if n_columns > 1 else 1, n, n_columns)


cdef inline bint pass_along(const Job *job, Scratch *scratch, int first, int end, ptrdiff_t from_at, ptrdiff_t at,
                            ptrdiff_t n, bint exact) noexcept nogil:
    """The passes from `first` to `end` over n cells of a run; whether anything was NaN, or is `exact`."""
    cdef char *made = buffer_cells(job, scratch, &job.rows, at)
    cdef char *places = buffer_places(job, scratch, &job.rows, at)
    cdef ptrdiff_t lanes = max(1, job.kernels.vector_bytes >> log2_bytes(job.item))
    cdef ptrdiff_t made_by[MOST_LEVELS]
    cdef cpool_pass along
    cdef int i
    if n <= 0:
        return exact
    # Each pass makes all that the next one reads in whole vectors: what it reads past that would be an earlier item's.
    for i in range(end - 1, first - 1, -1):
        n = (n + lanes - 1) & -lanes
        made_by[i] = n
        n += job.level[i].lost
    along.value, along.code, along.later, along.in_pairs, along.n_images = made, places, True, False, 1
    if first == 0:
        along.n_images = job.axis[2].stride
        along.value = buffer_cells(job, scratch, &job.cells_in, 2 * from_at if job.in_pairs else from_at)
        along.code, along.later, along.in_pairs = NULL, False, job.in_pairs
    for i in range(first, end):
        along.n_taps = job.level[i].n_taps
        along.tap = job.tap + job.level[i].first
        along.tap_code = job.tap_code + job.level[i].first
        exact |= job.along(made, places, &along, made_by[i], exact)
        along.value, along.code, along.later, along.in_pairs, along.n_images = made, places, True, False, 1
    return exact


cdef inline void pass_down(const Job *job, Scratch *scratch, const Block *block, ptrdiff_t slices,
                           ptrdiff_t slice_cells, bint exact) noexcept nogil:
    """The last pass, into y and the record."""
    cdef const Axis *depth = &job.axis[0]
    cdef const Axis *height = &job.axis[1]
    cdef const Axis *last = &job.axis[job.last_axis]
    cdef ptrdiff_t y_row = job.axis[2].output * job.channels, y_slice = height.output * y_row
    cdef ptrdiff_t row_cells = job.row_outputs * job.band, n_slices = block.n[0], planes = block.planes, plane, d, at
    cdef ptrdiff_t first_y, y, width = block.channels if job.bands > 1 else block.n[2] * job.channels
    cdef ptrdiff_t room = planes * n_slices * block.n[1] * y_row
    cdef bint apart = has_outputs_apart(job)
    cdef char *outputs = job.outputs
    cdef char *record = job.record
    cdef cpool_pass down
    first_y = (((block.plane * depth.output + block.first[0]) * height.output + block.first[1]) * y_row
               + block.first[2] * job.channels + block.channel)
    if apart:
        width = y_row = block.n[2]
        y_slice = block.n[1] * y_row
        room, first_y = n_slices * y_slice, 0
        outputs = scratch.cells + job.outputs_apart
        record = outputs + ceil_div(room * job.item, 8) * 8 if record != NULL else NULL
    elif job.bands * job.cut[2].count > 1:
        room = 0
    down.later, down.n_taps = True, 1 if is_tall(job) else last.kernel
    down.pitch = height.stride * row_cells if block.n[1] > 1 else 0
    down.tap_pitch = last.dilation * (row_cells if job.last_axis == 1 else slice_cells) if down.n_taps > 1 else 0
    down.code_step = job.axis[2].kernel if job.last_axis == 1 else job.axis[2].kernel * height.kernel
    if job.bands > 1 and not apart:
        # Column by column.
        down.n_planes, down.plane, down.y_plane = block.n[2], job.band, job.channels
    elif depth.output == 1:
        down.n_planes, down.plane, down.y_plane = planes, slices * slice_cells, y_slice
        planes = 1
    else:
        down.n_planes, down.plane, down.y_plane = n_slices, depth.stride * slice_cells, y_slice
        n_slices = 1
    for plane in range(planes):
        for d in range(n_slices):
            y = (plane * depth.output + d) * y_slice
            at = (plane * slices + d * depth.stride) * slice_cells
            down.value = buffer_cells(job, scratch, &job.rows, at)
            down.code = buffer_places(job, scratch, &job.rows, at)
            job.down(outputs + (first_y + y) * job.item,
                     record + (first_y + y) * job.code_item if record != NULL else NULL, y_row, &down, block.n[1],
                     width, room - y if room else 0, exact)
    if apart:
        spread_outputs(job, block, job.outputs, outputs, job.item)
        if record != NULL:
            spread_outputs(job, block, job.record, record, job.code_item)


cdef fused element_t:
    uint8_t
    uint16_t
    uint32_t
    uint64_t


cdef void spread_outputs(const Job *job, const Block *block, char *dst, const char *src, ptrdiff_t item) noexcept nogil:
    """The outputs of a block of one channel, or their codes, of `item` bytes, to where they lie between the others'."""
    cdef ptrdiff_t d, h, at, row = block.n[2]
    for d in range(block.first[0], block.first[0] + block.n[0]):
        for h in range(block.first[1], block.first[1] + block.n[1]):
            at = (((block.plane * job.axis[0].output + d) * job.axis[1].output + h) * job.axis[2].output
                  + block.first[2]) * job.channels + block.channel
            if item == 1:
                spread_row(<uint8_t *> dst + at, <const uint8_t *> src, row, job.channels)
            elif item == 2:
                spread_row(<uint16_t *> dst + at, <const uint16_t *> src, row, job.channels)
            elif item == 4:
                spread_row(<uint32_t *> dst + at, <const uint32_t *> src, row, job.channels)
            else:
                spread_row(<uint64_t *> dst + at, <const uint64_t *> src, row, job.channels)
            src += row * item


cdef inline void spread_row(element_t *dst, const element_t *src, ptrdiff_t n, ptrdiff_t step) noexcept nogil:
    cdef ptrdiff_t i
    for i in range(n):
        dst[i * step] = src[i]
