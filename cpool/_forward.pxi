# Forward, straight from x: small windows of NCHW and of channels last, and any geometry whatever. Else: _flat.pxi.

cdef void forward_pixels(const Job *job, Scratch *scratch, ptrdiff_t item) noexcept nogil:
    """Some output rows, y[rows][columns][channels]: each cell of a window is one vector of channels in x itself."""
    cdef ptrdiff_t slice = item // job.blocks, oh = item % job.blocks * job.block
    cdef ptrdiff_t end_oh = min(oh + job.block, job.height.output), ow, run, y
    cdef cpool_window window = window_of(job, scratch)
    window.y_line = job.width.output * job.channels
    while oh < end_oh:
        window.n_lines = list_rows(job, scratch, &window, slice, oh, end_oh)
        window.line = window.pitch
        window.pitch = job.width.stride * job.width.step if job.width.end_whole - job.width.whole > 1 else 0
        ow = 0
        while ow < job.width.output:
            see_columns(&window, job.width, ow, first_tap(job.width, window_start(job.width, ow)))
            run = job.width.end_whole - ow if job.width.whole <= ow < job.width.end_whole else 1
            y = output_at(job, 0, slice, oh, ow)
            job.kernels.window_best[job.key][job.size](job.outputs + y * job.item, record_at(job, y), job.channels,
                                                       &window, run, job.channels, 0)
            ow += run
        oh += window.n_lines


cdef void plan_pixels(Job *job) noexcept nogil:
    """An item is some output rows: on planes of few pixels 1.1x to 2x against one."""
    job.n_rows = rows_of_window(job)
    # Each thread has several, whatever a window costs.
    cdef double seen = <double> job.n_rows * job.width.kernel * job.width.output * job.channels
    job.block = <ptrdiff_t> max(1.0, min(<double> job.height.output, THREAD_WORK // 2 / seen))
    job.blocks = ceil_div(job.height.output, job.block)
    job.block = ceil_div(job.height.output, job.blocks)
    job.items = job.planes * job.depth.output * job.blocks
    # Known windows; others would have vectors of 32 bytes for it and write as ever: 1.1x to 1.85x from memory (Xeon).
    job.streams = job.x_bytes > LARGE_CACHE_BYTES and 2 <= job.n_rows <= 3 and job.n_rows == job.width.kernel
    job.ahead = rows_ahead(job)
    job.run, job.way = forward_pixels, b"forward by pixels of x"


cdef inline ptrdiff_t rows_of_window(const Job *job) noexcept nogil:
    return min(job.depth.kernel, job.depth.length) * min(job.height.kernel, job.height.length)


cdef inline bint takes_pairs(const Job *job) noexcept nogil:
    """Whether vectors take every second element straight from x."""
    return job.kernels.window_best_pairs[job.key] != NULL


cdef inline bint takes_pixels(const Job *job) noexcept nogil:
    """Channels last with small windows, or such as hardly overlap: each tap is a run of channels in x itself."""
    cdef double taps = 1, cells = 1
    # Pixels of four vectors of 64 bytes: 1.0x to 1.5x of what overlaps more; of fewer, or of 32 bytes, 0.7x to 1.4x.
    cdef int overlap = 8 if job.kernels.vector_bytes == 64 and job.channels * job.item >= 256 else 4
    cdef int i
    for i in range(3):
        taps *= job.axis[i].kernel
        cells *= min(job.axis[i].kernel, job.axis[i].stride)
    # With codes of two bytes the kernel has no vectors: passes 2.5x to 6x.
    return (has_vectors_of_channels(job.channels, job.item) and (job.record == NULL or job.code_item == 1)
            and (taps <= ONE_PASS_TAPS or taps <= overlap * cells))


cdef void merge_planes(Job *job) noexcept nogil:
    """Makes all planes one where no window reaches past its plane's rows, which lie evenly."""
    cdef Axis *merged = &job.merged
    if (job.channels == 1 and job.n_lead == 1 and job.flat and is_tiled(job.height)
            and job.height.end_whole - job.height.whole == job.height.output
            and (job.height.length == 1 or job.lead_step[0] == job.height.length * job.height.step)):
        merged[0] = job.height[0]
        if merged.length == 1:
            merged.step = job.lead_step[0]
        merged.length *= job.planes
        merged.output *= job.planes
        merged.end_whole = merged.output
        job.height = job.axis[1] = merged
        job.planes = 1


cdef inline bint are_one_plane(const Job *job) noexcept nogil:
    """Whether in rows of x, of windows two columns wide, all planes are one."""
    return (job.width.kernel == 2 and job.width.stride > 1 and job.width.output * job.item >= 16
            and job.height.before == 0 and is_tiled(job.height))


cdef bint plan_rows(Job *job, bint if_faster) noexcept nogil:
    """Whether output rows are made of x's rows themselves, all taps in place; if_faster: only where passes are slower.

    1.3x on 224x224 and 28x28 planes of stride 2 against laying the rows out first, which waits for x.
    """
    cdef const Axis *width = job.width
    cdef bint padded = (width.end_whole - width.whole < width.output
                        or job.height.end_whole - job.height.whole < job.height.output)
    # Windows of two axes are as fast by passes at stride 1 and of shorter rows, but where all planes are one.
    cdef bint square = if_faster and job.height.kernel > 1 and width.kernel > 1 and job.flat and not are_one_plane(job)
    # Those that see padding are done one by one, of short rows they are too many.
    cdef bint few = sees_left(width) and (not square or width.end_whole == width.output)
    cdef ptrdiff_t least = PADDED_ROW_BYTES if padded and not few else 48 if padded or square else 16
    if (job.channels > 1 or width.step != 1 or job.code_item > 1 or width.output * job.item < least
            or not (has_pairs(job) if width.stride == 2
                    else width.stride == 1 and not square and <double> rows_of_window(job) * width.kernel <= ROW_TAPS)):
        return False
    job.n_rows = rows_of_window(job)
    if width.stride == 2:
        job.streams = job.x_bytes > LARGE_CACHE_BYTES
        job.ahead = rows_ahead(job)
    job.block = min(job.height.output, max(1, BLOCK_CELLS // width.output))
    job.blocks = ceil_div(job.height.output, job.block)
    job.group = 1 if job.blocks > 1 else max(1, BLOCK_CELLS // (job.height.output * width.output))
    job.items = ceil_div(job.planes * job.depth.output, job.group) * job.blocks
    job.run, job.way = forward_rows, b"forward by rows of x"
    return True


cdef inline bint has_pairs(const Job *job) noexcept nogil:
    """Whether windows are such as window_best_pairs is for."""
    return (takes_pairs(job) and 2 <= job.width.kernel <= 3 and job.width.dilation == 1
            and rows_of_window(job) <= CPOOL_MOST_PAIR_ROWS)


cdef inline ptrdiff_t bytes_ahead(const Job *job) noexcept nogil:
    """How far ahead x is asked for: 1.2x to 2x where it is not in a near cache."""
    return FAR_AHEAD_BYTES if job.x_bytes > LARGE_CACHE_BYTES else CPOOL_AHEAD_BYTES if job.x_bytes > NEAR_BYTES else 0


cdef inline ptrdiff_t rows_ahead(const Job *job) noexcept nogil:
    """The same in whole windows of rows: a window's last rows are then as far from those that are new to a later one.

    Of channels last from memory 1.0x to 1.8x; from the caches not where rows are long: of 28 KB 0.75x to 0.9x (Zen 5).
    """
    cdef ptrdiff_t ahead = bytes_ahead(job)
    return whole_windows(job, ahead, 2 * ahead if job.channels > 1 and job.x_bytes <= LARGE_CACHE_BYTES else NEAR_BYTES)


cdef inline ptrdiff_t whole_windows(const Job *job, ptrdiff_t ahead, ptrdiff_t most) noexcept nogil:
    """So many bytes, rounded up to whole windows of rows where these are not more than `most` apart."""
    cdef double pitch = <double> job.height.stride * job.height.step * job.item
    return ceil_div(ahead, <ptrdiff_t> pitch) * <ptrdiff_t> pitch if 0 < pitch <= most else ahead


cdef inline bint is_tiled(const Axis *axis) noexcept nogil:
    """Whether the strides of an axis' outputs are its length."""
    return axis.length % axis.stride == 0 and axis.output == axis.length // axis.stride


cdef inline bint sees_left(const Axis *width) noexcept nogil:
    """Whether only the first window reaches to the left of the row, with its first tap of three alone."""
    return (width.stride == 2 and width.before == 1 and width.kernel == 3 and width.dilation == 1
            and width.end_whole > 1)


cdef void forward_rows(const Job *job, Scratch *scratch, ptrdiff_t item) noexcept nogil:
    """A block of output rows of one slice, or of several slices."""
    cdef ptrdiff_t first = 0 if sees_left(job.width) else job.width.whole, end = job.width.end_whole, ow
    # The whole windows first: their rows may be written past their end, into what comes next.
    if first < end:
        forward_columns(job, scratch, item, first, end - first)
    for ow in range(first):
        forward_columns(job, scratch, item, ow, 1)
    for ow in range(end, job.width.output):
        forward_columns(job, scratch, item, ow, 1)


cdef void forward_columns(const Job *job, Scratch *scratch, ptrdiff_t item, ptrdiff_t ow, ptrdiff_t n) noexcept nogil:
    """n columns of a block whose windows see the same taps."""
    cdef ptrdiff_t first_slice = item // job.blocks * job.group, first_oh = item % job.blocks * job.block
    cdef ptrdiff_t end_slice = min(first_slice + job.group, job.planes * job.depth.output)
    cdef ptrdiff_t end_oh = min(first_oh + job.block, job.height.output)
    cdef ptrdiff_t end_y = output_at(job, 0, end_slice - 1, end_oh, 0)
    # A single column has no stride.
    cdef cpool_window_best *best = (job.kernels.window_best_pairs[job.key] if job.width.stride == 2 and n > 1
                                    else job.kernels.window_best[job.key][job.size])
    cdef ptrdiff_t slice, oh, run, y, room, readable
    cdef cpool_window window = window_of(job, scratch)
    cdef const char *last
    window.left = ow == 0 and sees_left(job.width)
    see_columns(&window, job.width, ow, 0 if window.left else first_tap(job.width, window_start(job.width, ow)))
    for slice in range(first_slice, end_slice):
        oh = first_oh
        while oh < end_oh:
            run = list_rows(job, scratch, &window, slice, oh, end_oh)
            y = output_at(job, 0, slice, oh, ow)
            # A row may be written past its end as far as this block goes, if x goes on as far as is read then: two
            # vectors past the last row. But columns that see padding come last, beside others that are done.
            room = end_y - y if window.n_taps == job.width.kernel else 0
            last = <const char *> scratch.value[window.n_rows - 1] + job.item * (
                window.tap + (window.n_taps - 1) * window.tap_step + job.width.stride * n + 64 * 2 // job.item)
            readable = (job.end - last) // job.item
            if job.height.step < 0 or job.depth.step < 0:
                # The last row is not the one that lies nearest x's end.
                room = 0
            elif readable < (run - 1) * window.pitch:
                room = 0 if readable < 0 else min(room, (readable // window.pitch + 1) * job.width.output)
            best(job.outputs + y * job.item, record_at(job, y), job.width.output, &window, run, n, room)
            oh += run


cdef ptrdiff_t list_rows(const Job *job, Scratch *scratch, cpool_window *window, ptrdiff_t slice, ptrdiff_t oh,
                         ptrdiff_t end_oh) noexcept nogil:
    """Lists the rows of x that output row oh looks at; returns how many output rows have the same, a stride further."""
    cdef const Axis *depth = job.depth
    cdef const Axis *height = job.height
    cdef ptrdiff_t start_d = window_start(depth, slice % depth.output), start_h = window_start(height, oh)
    cdef ptrdiff_t jd, jh, run = 1
    cdef const char *plane = job.cells + plane_offset(job, slice // depth.output) * job.item
    if oh >= height.whole:
        run = max(1, min(end_oh, height.end_whole) - oh)
    window.pitch = height.stride * height.step if run > 1 else 0
    window.n_rows = 0
    for jd in range(first_tap(depth, start_d), end_tap(depth, start_d)):
        for jh in range(first_tap(height, start_h), end_tap(height, start_h)):
            scratch.value[window.n_rows] = plane + job.item * (
                (start_d + jd * depth.dilation) * depth.step + (start_h + jh * height.dilation) * height.step)
            scratch.row_code[window.n_rows] = (jd * height.kernel + jh) * job.width.kernel
            window.n_rows += 1
    return run
