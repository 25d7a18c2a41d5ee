# Forward in blocks. A block's input is laid out in scratch, taken apart on each axis by position modulo stride (phases)
# and with the padding filled in, so that each tap of neighbouring windows is a run of neighbours. A small window is one
# pass over all its taps. A large one is a pass for each axis, along which a stride of 1 goes in steps of four: the best
# of 4, 16, 64 neighbours, so that the cost grows as the logarithm of the window.
#
# Here the plan: how outputs are cut into blocks, what lies where in scratch, the taps of each pass.

cdef bint plan_blocks(Job *job) noexcept nogil:
    """Cuts the outputs into blocks whose cells fit in scratch; False where those of a single output do not."""
    cdef double taps = <double> job.axis[0].kernel * job.axis[1].kernel * job.axis[2].kernel
    cdef int i
    job.passes = taps > ONE_PASS_TAPS
    job.last_axis = 0 if job.axis[0].kernel > 1 else 1 if job.axis[1].kernel > 1 else 2
    job.by_axis = job.passes and job.last_axis < 2
    job.group, job.band = 1, job.channels
    for i in range(3):
        job.cut[i].by_tap = job.axis[i].stride > span(&job.axis[i])
        job.cut[i].phases = job.axis[i].kernel if job.cut[i].by_tap else job.axis[i].stride
        set_extent(job, i, job.axis[i].output)
    job.packs = (not job.passes and job.cut[2].cells > job.cut[2].extent
                 and job.axis[2].output * job.channels * job.item < PACKED_BYTES)
    while lay_out_scratch(job) > (MOST_SCRATCH if job.by_axis else BLOCK_BYTES):
        # Channels to a cache line's worth; rows stay whole as long as they can.
        if job.band > 64 // job.item:
            job.band = max(64 // job.item, job.band // 2)
            continue
        i = 0 if job.cut[0].extent > 1 else 1 if job.packs or job.cut[1].extent > 8 or job.cut[2].extent <= 128 else 2
        if i == 1 and job.cut[1].extent == 1:
            i = 2
        if job.cut[i].extent == 1:
            break
        set_extent(job, i, (job.cut[i].extent + 1) // 2)
    job.bands = ceil_div(job.channels, job.band)
    job.refills = job.by_axis or job.cut[0].count * job.cut[1].count > 1
    if job.bands * job.cut[0].count * job.cut[1].count * job.cut[2].count == 1:
        job.group = <ptrdiff_t> max(1.0, min(<double> job.planes, BLOCK_BYTES / lay_out_scratch(job)))
        job.raises = job.record != NULL and job.code_item < 8 and (
            job.axis[0].before > 0 or job.axis[1].before > 0 or job.axis[2].before > 0)
    job.items = ceil_div(job.planes, job.group) * job.bands * job.cut[0].count * job.cut[1].count * job.cut[2].count
    job.scratch_bytes = <ptrdiff_t> min(lay_out_scratch(job), 2.0 * MOST_SCRATCH)
    return job.scratch_bytes <= MOST_SCRATCH


cdef void set_extent(Job *job, int i, ptrdiff_t extent) noexcept nogil:
    cdef const Axis *axis = &job.axis[i]
    cdef Cut *cut = &job.cut[i]
    cut.extent = extent
    cut.count = ceil_div(axis.output, extent)
    cut.cells = extent if cut.by_tap else extent + (span(axis) - 1) // axis.stride


cdef double lay_out_scratch(Job *job) noexcept nogil:
    """Where each buffer of a block lies in scratch; returns their bytes, a double because it could pass int64."""
    cdef const Cut *depth = &job.cut[0]
    cdef const Cut *height = &job.cut[1]
    cdef const Cut *width = &job.cut[2]
    cdef double rows = <double> job.group * depth.cells * height.cells, end = 0
    cdef double cells = <double> width.cells * job.band, outputs = <double> width.extent * job.band
    cdef bint places = job.record != NULL
    if job.by_axis:
        # Only so many rows at a time: the pass along them is done when they are laid out.
        job.strip = <ptrdiff_t> max(1.0, min(<double> height.cells,
                                             BLOCK_BYTES / (2 * cells * width.phases * job.item)))
        rows = job.strip
    end = place_buffer(job, &job.cells_in, end, (1.0 if job.by_axis else <double> depth.phases * height.phases)
                       * width.phases, rows * cells, False)
    if job.passes:
        end = place_buffer(job, &job.steps, end, 1, rows * cells, places)
    if job.by_axis:
        rows = <double> job.group * depth.cells * height.cells
        end = place_buffer(job, &job.rows, end, <double> depth.phases * height.phases, rows * outputs, places)
        if job.last_axis == 0:
            end = place_buffer(job, &job.slices, end, depth.phases,
                               rows / height.cells * height.extent * outputs, places)
    if job.packs:
        end = place_buffer(job, &job.packed, end, 1, <double> job.group * depth.extent * height.extent * cells, places)
    return end


cdef inline ptrdiff_t first_cell(const Axis *axis, const Cut *cut, ptrdiff_t output, ptrdiff_t phase) noexcept nogil:
    """Where the cells of a phase that an output and its neighbours see begin; the length if past the end."""
    cdef ptrdiff_t start = window_start(axis, output), offset = phase * axis.dilation if cut.by_tap else phase
    return axis.length if start >= 0 and offset >= axis.length - start else start + offset


cdef inline ptrdiff_t cells_seen(const Axis *axis, const Cut *cut, ptrdiff_t n, ptrdiff_t phase) noexcept nogil:
    """Cells of a phase that n outputs see."""
    return n if cut.by_tap else n + (span(axis) - 1 - phase) // axis.stride


cdef inline ptrdiff_t cells_before(const Axis *axis, ptrdiff_t start, ptrdiff_t n) noexcept nogil:
    """Of n cells, a stride apart from `start` on, how many come before the array."""
    return 0 if start >= 0 else min(n, ceil_div(-start, axis.stride))


cdef inline ptrdiff_t cells_to_end(const Axis *axis, ptrdiff_t start, ptrdiff_t n) noexcept nogil:
    """Of n cells, a stride apart from `start` on, how many come before the array's end."""
    return 0 if start >= axis.length else min(n, (axis.length - 1 - start) // axis.stride + 1)


cdef double place_buffer(const Job *job, Buffer *buffer, double start, double images, double cells,
                         bint places) noexcept nogil:
    """Values from byte `start` on and behind them their places; each image ends in room for a vector past its end."""
    cdef double image = cells + slack(job), n = images * image
    cdef double size = (<ptrdiff_t> min(n * job.item, 2.0**40) + 63) // 64 * 64
    buffer.images = <ptrdiff_t> min(images, 2.0**40)
    buffer.image = <ptrdiff_t> min(image, 2.0**40)
    buffer.value = <ptrdiff_t> min(start, 2.0**40)
    buffer.code = <ptrdiff_t> min(start + size, 2.0**40) if places else -1
    return start + size + (<double> (<ptrdiff_t> min(n * job.code_item, 2.0**40) + 63) // 64 * 64 if places else 0)


cdef inline ptrdiff_t slack(const Job *job) noexcept nogil:
    """Elements at the end of each image of a buffer, for vectors that end past it."""
    return 64 // job.item


cdef inline char *buffer_cells(const Job *job, const Scratch *scratch, const Buffer *buffer,
                               ptrdiff_t at) noexcept nogil:
    return scratch.cells + buffer.value + at * job.item


cdef inline char *buffer_places(const Job *job, const Scratch *scratch, const Buffer *buffer,
                                ptrdiff_t at) noexcept nogil:
    return scratch.cells + buffer.code + at * job.code_item if buffer.code >= 0 else NULL


cdef inline const Level *last_level(const Job *job, int i) noexcept nogil:
    return &job.cut[i].level[job.cut[i].levels - 1]


cdef inline ptrdiff_t tap_offset(const Job *job, int i, ptrdiff_t tap, ptrdiff_t image, ptrdiff_t inner) noexcept nogil:
    """From a window's place in a buffer to the cell of a tap; inner: elements from one cell of the axis to the next."""
    cdef const Axis *axis = &job.axis[i]
    if job.cut[i].by_tap:
        return tap * image
    return tap * axis.dilation % axis.stride * image + tap * axis.dilation // axis.stride * inner


cdef ptrdiff_t inner_cells(const Job *job, int i, bint before) noexcept nogil:
    """Elements from one cell of an axis to the next, before or after the passes along the axes inside it."""
    cdef ptrdiff_t inner = job.band
    cdef int k
    for k in range(i + 1, 3):
        inner *= job.cut[k].cells if before else job.cut[k].extent
    return inner


cdef void lay_out_block_taps(Job *job) noexcept nogil:
    """The taps of each pass, in the order of their places."""
    cdef const Axis *axis
    cdef ptrdiff_t d, h, w, t, reach, following, inner, image, n = 0
    cdef int64_t factor = 1
    cdef int i
    cdef Level *level
    if not job.passes:
        for d in range(job.axis[0].kernel):
            for h in range(job.axis[1].kernel):
                for w in range(job.axis[2].kernel):
                    image = job.cells_in.image
                    job.tap[n] = (tap_offset(job, 2, w, image, job.band)
                                  + tap_offset(job, 1, h, image * job.cut[2].phases, inner_cells(job, 1, True))
                                  + tap_offset(job, 0, d, image * job.cut[2].phases * job.cut[1].phases,
                                               inner_cells(job, 0, True)))
                    job.tap_code[n] = n
                    n += 1
        job.cut[2].level[0] = Level(0, n, 0)
        job.cut[2].levels = 1
        return
    for i in range(2, -1, -1):
        axis = &job.axis[i]
        inner = inner_cells(job, i, False)
        image = job.cells_in.image if i == 2 else job.rows.image if i == 1 else job.slices.image
        job.cut[i].levels = 0
        reach = 1
        while True:
            following = axis.kernel if axis.stride > 1 or axis.kernel <= (STEP + 1) * reach else reach * STEP
            level = &job.cut[i].level[job.cut[i].levels]
            level.first = n
            t = 0
            while True:
                job.tap[n] = tap_offset(job, i, t, image, inner)
                job.tap_code[n] = t * factor
                n += 1
                if t + reach >= following:
                    break
                t = min(t + reach, following - reach)
            level.n_taps = n - level.first
            level.lost = (following - 1) * axis.dilation * inner
            job.cut[i].levels += 1
            if following == axis.kernel:
                break
            reach = following
        factor *= axis.kernel
