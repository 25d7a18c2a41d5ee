# How forward in passes (_flat.pxi) cuts the outputs into blocks whose scratch stays in the cache, what lies where in
# scratch, and which taps each pass has.

cdef enum:
    MOST_ALONG = 5                      # taps of a pass in scratch, but of a first one as many as two strides
    MOST_LEVELS = 24                    # such passes: no axis has more than 5**8 taps in scratch
cdef ptrdiff_t MOST_DOWN = 16           # taps of the last axis: of more the pass into y would not grow as the logarithm
cdef ptrdiff_t FLAT_BYTES = 32768       # scratch of a group of planes: it stays in the first cache with x and y
cdef ptrdiff_t BLOCK_BYTES = 65536      # of a block of a plane
cdef ptrdiff_t STRIP_BYTES = 8192       # of x that lie in scratch at a time, of channels last twice as many
cdef ptrdiff_t MOST_BAND_BYTES = 256    # of a band of channels (choose_band)
cdef ptrdiff_t LEAST_WHOLE_BAND_BYTES = 128 # of whole planes; of 64 1.0x, of 16 0.3x to 1.0x
cdef ptrdiff_t LEAST_BAND_BYTES = 16    # of blocks: 1.3x to 5x of one channel at a time
cdef ptrdiff_t LEAST_COLUMNS = 128      # of a block that does not have all
cdef ptrdiff_t RUN_BYTES = 32768        # of a band's columns; where they are fewer, blocks have less rows: RGB from
                                        # memory 1.1x to 2.5x, of 8192 1.05x to 2.2x; 7x7 of 32 channels 0.9x


cdef bint plan_flat(Job *job) noexcept nogil:
    """Cuts the outputs into groups of planes, or blocks of one, whose scratch stays in the cache.

    Where it returns False, other ways of forward set what they need of the job anew.
    """
    cdef ptrdiff_t one, more
    if (job.record != NULL and job.code_item > 2) or not is_countable(job):
        return False
    job.last_axis = 0 if job.depth.kernel > 1 else 1
    job.group = 1
    if not choose_band(job):
        return False
    job.bands = ceil_div(job.channels, job.band)
    if job.channels == 1 and plane_blocks(job) == 1:
        # What many planes more take: of one it may be nothing, in whole lines.
        one = lay_out_flat(job)
        job.group = 65
        more = (lay_out_flat(job) - one) // 64
        job.group = max(1, min(job.planes, 1 + (FLAT_BYTES - one) // max(1, more)))
    job.raises = (job.record != NULL and job.channels == 1 and job.cut[2].count == 1
                  and job.depth.before + job.height.before + job.width.before > 0
                  and plane_outputs(job) <= 2 * BLOCK_CELLS // job.code_item)
    job.items = ceil_div(job.planes, job.group) * job.bands * plane_blocks(job)
    job.scratch_bytes = lay_out_flat(job)
    job.ahead = bytes_ahead(job)
    job.n_list = MOST_ALONG * MOST_LEVELS + min(job.width.kernel, 2 * job.width.stride)
    # Pairs of neighbouring columns are taken apart by the first pass itself.
    job.in_pairs = (takes_pairs(job) and (job.record == NULL or job.code_item == 1) and job.channels == 1
                    and job.width.step == 1 and job.width.stride == 2 and job.width.kernel > 1
                    and job.width.dilation == 1)
    job.run = forward_flat
    job.way = b"forward by passes of one channel" if has_outputs_apart(job) else b"forward by passes"
    return True


cdef inline bint is_countable(const Job *job) noexcept nogil:
    """Whether numbers of cells in scratch, and steps between them, fit in an integer with room to spare."""
    cdef double cells = job.width.stride
    cdef int i
    for i in range(3):
        # The last window may reach farther than an integer counts (ceil_mode).
        cells *= max(<double> job.axis[i].length, (job.axis[i].output - 1.0) * job.axis[i].stride + span(job.axis[i]))
    return cells < 2.0**40


cdef bint choose_band(Job *job) noexcept nogil:
    """Cuts the outputs for bands of as many channels as scratch takes well; whether that can be.

    Bands of 256 bytes where planes stay whole or have no more channels, which is one run of memory: 1.1x to 1.7x
    against 128; these 1.0x to 1.8x against 64.
    """
    cdef ptrdiff_t n_bytes = MOST_BAND_BYTES
    if job.channels == 1:
        job.band = 1
        return cut_blocks(job)
    while n_bytes >= LEAST_WHOLE_BAND_BYTES:
        job.band = min(job.channels, n_bytes // job.item)
        if cut_blocks(job) and plane_blocks(job) == 1:
            return True
        n_bytes //= 2
    n_bytes = MOST_BAND_BYTES if job.channels * job.item <= MOST_BAND_BYTES else MOST_BAND_BYTES // 2
    while n_bytes >= LEAST_BAND_BYTES:
        job.band = min(job.channels, n_bytes // job.item)
        if cut_blocks(job) and not has_small_blocks(job):
            return True
        n_bytes //= 2
    # Where a window of so few channels fills scratch nearly alone, they are done one by one: 31x31 19x.
    job.band = 1
    return cut_blocks(job)


cdef bint cut_blocks(Job *job) noexcept nogil:
    """Cuts the outputs into blocks of a plane for which scratch is enough; whether that can be."""
    cdef ptrdiff_t few = max(4, job.height.kernel), columns
    cdef ptrdiff_t fewest = 2 * span(job.height) if shares_rows(job) else 1  # rows that blocks see twice are no more
    cdef int i
    for i in range(3):
        set_extent(job, i, job.axis[i].output)
    while lay_out_flat(job) > most_scratch(job):
        if job.cut[0].extent > 1:
            i = 0
        elif job.band > 1:
            columns = cells_seen(job.width, job.cut[2].extent)
            i = 1 if cells_seen(job.height, job.cut[1].extent) >= columns or (
                columns * job.band * job.item < RUN_BYTES and job.cut[1].extent > fewest) else 2
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


cdef inline ptrdiff_t plane_blocks(const Job *job) noexcept nogil:
    return job.cut[0].count * job.cut[1].count * job.cut[2].count


cdef inline bint has_small_blocks(const Job *job) noexcept nogil:
    """Whether blocks are smaller than a window, so that what they share is seen often."""
    return (shares_rows(job) and job.cut[1].extent < min(job.height.kernel, job.height.output)
            or job.cut[2].extent < min(job.width.kernel, job.width.output))


cdef inline bint shares_rows(const Job *job) noexcept nogil:
    return job.height.stride < span(job.height)


cdef inline ptrdiff_t most_scratch(const Job *job) noexcept nogil:
    """Little, but where blocks of less than four windows' rows would repeat much: 9x9 to 15x15 windows 1.3x to 1.5x."""
    return (MOST_SCRATCH if job.band > 1 or has_more_passes(job) or job.cut[1].extent <= 4 * job.height.kernel
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


cdef inline ptrdiff_t place_bytes(const Job *job) noexcept nogil:
    """Of a winner's place between the passes: in vectors without masks a lane as wide as the element's."""
    return max(job.item, job.code_item) if 0 < job.kernels.vector_bytes < 64 else job.code_item


cdef ptrdiff_t lay_out_flat(Job *job) noexcept nogil:
    """What lies where in scratch; returns its bytes."""
    cdef const Axis *width = job.width
    cdef ptrdiff_t row = cells_seen(width, job.cut[2].extent), past, line = 64 // job.item
    cdef ptrdiff_t rows = cells_seen(job.depth, job.cut[0].extent) * cells_seen(job.height, job.cut[1].extent)
    if job.cut[2].count == 1:
        row = width.length + max(width.before, cells_seen(width, width.output) - width.before - width.length)
    job.row_outputs = ceil_div(row, width.stride)
    job.strip = min(rows, max(1, (STRIP_BYTES if job.band == 1 else 2 * STRIP_BYTES) // (row * job.band * job.item)))
    job.strips = job.strip < rows
    job.refills = job.strips or has_more_passes(job)
    # Past the last row lies what passes read and make for each other, each in whole vectors.
    past = job.band * (2 * span(width) // width.stride + job.row_outputs) + (MOST_LEVELS + 2) * line
    job.image = job.band * (job.strip * (1 if job.strips else job.group) * job.row_outputs) + past
    job.n_made = job.band * (job.group * rows * job.row_outputs) + past
    job.image, job.n_made = job.image & -line, job.n_made & -line
    job.made = width.stride * job.image * job.item
    job.places = job.made + job.n_made * job.item
    job.outputs_apart = job.places + (job.n_made * place_bytes(job) if job.record != NULL else 0)
    if not has_outputs_apart(job):
        return job.outputs_apart
    return (job.outputs_apart
            + job.cut[0].extent * job.cut[1].extent * job.cut[2].extent * (job.item + job.code_item) + 8)


cdef inline bint has_outputs_apart(const Job *job) noexcept nogil:
    """Whether the outputs of one channel are made in scratch, because there are others between them in y."""
    return job.channels > 1 and job.band == 1


cdef inline char *laid_out(const Job *job, const Scratch *scratch, ptrdiff_t at) noexcept nogil:
    return scratch.cells + at * job.item


cdef inline char *made(const Job *job, const Scratch *scratch, ptrdiff_t at) noexcept nogil:
    return scratch.cells + job.made + at * job.item


cdef inline char *places(const Job *job, const Scratch *scratch, ptrdiff_t at) noexcept nogil:
    return scratch.cells + job.places + at * place_bytes(job) if job.record != NULL else NULL


cdef void lay_out_flat_taps(Job *job) noexcept:
    """The taps of each pass in scratch."""
    cdef const Axis *width = job.width
    cdef ptrdiff_t row = job.row_outputs * job.band, first = width.kernel, t, n = 0
    cdef int64_t factor = width.kernel
    # Windows that begin a stride apart: the best of so many cells that the rest of a window is whole strides.
    if width.stride == 1:
        n = list_passes(job, width.kernel, width.dilation * job.band, 0, 1)
    else:
        if width.kernel >= 2 * width.stride:
            first = width.stride + width.kernel % width.stride
        for t in range(first):
            job.tap[t] = (t * width.dilation % width.stride * job.image
                          + t * width.dilation // width.stride * job.band)
            job.tap_code[t] = t
        job.level[0] = Level(0, first, 0)
        job.levels = 1
        n = first
        if first < width.kernel:
            n = list_passes(job, (width.kernel - first) // width.stride + 1, width.dilation * job.band, n, width.stride)
    job.row_levels = job.levels
    if has_more_passes(job):
        n = list_passes(job, job.height.kernel, job.height.dilation * row, n, factor)
        factor *= job.height.kernel
        row *= cells_seen(job.height, job.cut[1].extent)
    if job.last_axis == 0 and is_tall(job):
        list_passes(job, job.depth.kernel, job.depth.dilation * row, n, factor)


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
