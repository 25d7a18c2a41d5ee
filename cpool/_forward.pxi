# Forward: makes output rows out of the input rows that their windows cover. Two traversals, one arithmetic
# (window_best): pixels, for any geometry and for channels last, and rows, for NCHW, with columns done side by side.

cdef void forward_pixels(const Job *job, Scratch *scratch, ptrdiff_t item) noexcept nogil:
    """One output row, y[output columns][channels]: each cell of a window is one vector of channels in x itself."""
    cdef const Axis *depth = &job.axis[0]
    cdef const Axis *height = &job.axis[1]
    cdef const Axis *width = &job.axis[2]
    cdef ptrdiff_t oh = item % height.output
    cdef ptrdiff_t od = item // height.output % depth.output
    cdef ptrdiff_t start_d = window_start(depth, od), start_h = window_start(height, oh)
    cdef ptrdiff_t jd, jh, t, ow, start, first, run
    cdef ptrdiff_t whole = first_whole_window(width), whole_end = end_whole_window(width)
    cdef ptrdiff_t y = item * width.output * job.channels
    cdef char *record
    cdef cpool_window window = window_of(scratch, scratch.tap, scratch.tap_code, 0,
                                          width.stride * width.step if whole_end - whole > 1 else 0)
    cdef char *plane = job.cells + plane_offset(job, item // height.output // depth.output) * job.item

    for jd in range(first_tap(depth, start_d), end_tap(depth, start_d)):
        for jh in range(first_tap(height, start_h), end_tap(height, start_h)):
            scratch.value[window.n_rows] = plane + job.item * (
                (start_d + jd * depth.dilation) * depth.step + (start_h + jh * height.dilation) * height.step)
            scratch.row_code[window.n_rows] = (jd * height.kernel + jh) * width.kernel
            window.n_rows += 1
    ow = 0
    while ow < width.output:
        start = window_start(width, ow)
        first = first_tap(width, start)
        window.n_taps = end_tap(width, start) - first
        run = whole_end - ow if whole <= ow < whole_end else 1
        for t in range(window.n_taps):
            scratch.tap[t] = (start + (first + t) * width.dilation) * width.step
            scratch.tap_code[t] = first + t
        record = job.record + (y + ow * job.channels) * job.code_item if job.record != NULL else NULL
        job.best(job.outputs + (y + ow * job.channels) * job.item, record, job.channels, &window, run, job.channels)
        ow += run


cdef bint plan_forward_rows(Job *job) noexcept nogil:
    """Cuts output rows into tiles and blocks whose input fits in scratch; False where no cut does.

    In scratch an input row lies taken apart by column modulo stride (its phases), so that each tap of neighbouring
    windows is a run of neighbours, with the padding filled in.
    """
    cdef const Axis *height = &job.axis[1]
    cdef const Axis *width = &job.axis[2]
    cdef double needed, more
    cdef bint direct = in_place(width, 0, width.output)
    if not direct and span(width) > ROW_CELLS:
        return False
    job.tile = min(width.output, ROW_CELLS)
    while True:
        if width.stride < span(width):
            job.phases = width.stride
            job.phase_cells = job.tile + (span(width) - 1) // width.stride
        else:
            job.phases = width.kernel
            job.phase_cells = job.tile
        needed = 0 if direct else rows_bytes(job, min(height.kernel, height.length))
        if needed <= SCRATCH_BYTES or job.tile == 1:
            break
        job.tile = (job.tile + 1) // 2
    if needed > 8 * SCRATCH_BYTES:
        return False
    # Several rows at a time spare calls, and input rows that two windows share are laid out once.
    job.block = 1
    while job.block < height.output and (job.block + 1) * job.tile <= BLOCK_CELLS:
        if not direct:
            more = rows_bytes(job, window_end(height, job.block * height.stride))
            if height.stride > span(height) or more > SCRATCH_BYTES:
                break
            needed = more
        job.block += 1
    job.scratch_bytes = <ptrdiff_t> needed
    return True


cdef inline double rows_bytes(const Job *job, ptrdiff_t n_rows) noexcept nogil:
    """Scratch for so many input rows of each depth that a window sees. A double: as an integer it could pass int64."""
    cdef double depth_taps = <double> min(job.axis[0].kernel, job.axis[0].length)
    return depth_taps * n_rows * job.phases * job.phase_cells * job.item


cdef inline ptrdiff_t window_end(const Axis *axis, ptrdiff_t start) noexcept nogil:
    """One past the last cell that a window from `start` on covers, at most the length; the sum could pass int64."""
    return axis.length if span(axis) >= axis.length - start else start + span(axis)


cdef inline bint in_place(const Axis *width, ptrdiff_t ow, ptrdiff_t n_columns) noexcept nogil:
    """Whether each tap of these windows is a run of neighbours in x itself."""
    return (width.stride == 1 and width.step == 1 and first_whole_window(width) <= ow
            and ow + n_columns <= end_whole_window(width))


cdef void lay_out_forward_taps(Job *job) noexcept nogil:
    cdef const Axis *width = &job.axis[2]
    cdef ptrdiff_t t, column
    for t in range(width.kernel):
        column = t * width.dilation
        job.tap_direct[t] = column
        job.tap_code[t] = t
        if width.stride < span(width):
            job.tap[t] = column % width.stride * job.phase_cells + column // width.stride
        else:
            job.tap[t] = t * job.phase_cells


cdef void gather_forward_rows(const Job *job, char *dst, const char *src, ptrdiff_t n, ptrdiff_t src_pitch,
                              ptrdiff_t ow) noexcept nogil:
    """Lays n input rows out in scratch from the first column of output `ow` on. src: column 0 of the first row."""
    cdef const Axis *width = &job.axis[2]
    cdef cpool_gather *gather = job.kernels.gather[log2_bytes(job.item)]
    cdef ptrdiff_t phase, column, before, end
    for phase in range(job.phases):
        column = window_start(width, ow) + (phase if width.stride < span(width) else phase * width.dilation)
        before = 0 if column >= 0 else min(job.phase_cells, ceil_div(-column, width.stride))
        end = 0 if column >= width.length else min(job.phase_cells, (width.length - 1 - column) // width.stride + 1)
        end = max(before, end)
        gather(dst + phase * job.phase_cells * job.item, job.phases * job.phase_cells,
               src + ((column + before * width.stride) * width.step * job.item if end > before else 0), src_pitch,
               width.stride * width.step if end - before > 1 else 1, n, before, end - before, job.phase_cells - end,
               job.fill)


cdef void forward_rows(const Job *job, Scratch *scratch, ptrdiff_t item) noexcept nogil:
    """One block of output rows, one tile of their columns."""
    cdef const Axis *depth = &job.axis[0]
    cdef const Axis *height = &job.axis[1]
    cdef const Axis *width = &job.axis[2]
    cdef ptrdiff_t ow = item % job.tiles * job.tile
    cdef ptrdiff_t oh = item // job.tiles % job.blocks * job.block
    cdef ptrdiff_t od = item // job.tiles // job.blocks % depth.output
    cdef ptrdiff_t plane = item // job.tiles // job.blocks // depth.output
    cdef ptrdiff_t n_columns = min(job.tile, width.output - ow), end_oh = min(oh + job.block, height.output)
    cdef bint direct = in_place(width, ow, n_columns)
    cdef ptrdiff_t start_d = window_start(depth, od), start_h = window_start(height, oh)
    cdef ptrdiff_t first_jd = first_tap(depth, start_d), end_jd = end_tap(depth, start_d)
    cdef ptrdiff_t row_step, depth_step, top, n_rows, row_cells, depth_cells, jd, jh, first_jh, end_jh, run, y
    cdef char *base
    cdef char *cells = scratch.cells
    cdef cpool_window window

    # Scratch holds n_rows rows from row `top` on, row_step apart: what a single window passes over is left out.
    if end_oh - oh > 1:
        row_step = 1
        top = max(0, start_h)
        n_rows = window_end(height, window_start(height, end_oh - 1)) - top
    else:
        top = start_h + first_tap(height, start_h) * height.dilation
        n_rows = end_tap(height, start_h) - first_tap(height, start_h)
        row_step = height.dilation if n_rows > 1 else 1
    depth_step = depth.dilation * depth.step if end_jd - first_jd > 1 else 0
    base = job.cells + job.item * (
        plane_offset(job, plane) + (start_d + first_jd * depth.dilation) * depth.step + top * height.step)
    if direct:
        row_cells, depth_cells = row_step * height.step, depth_step
        cells = base + job.item * window_start(width, ow)
    else:
        row_cells = job.phases * job.phase_cells
        depth_cells = n_rows * row_cells
        for jd in range(end_jd - first_jd):
            gather_forward_rows(job, cells + jd * depth_cells * job.item, base + jd * depth_step * job.item, n_rows,
                                row_step * height.step, ow)
    window = window_of(scratch, job.tap_direct if direct else job.tap, job.tap_code, width.kernel, 0)
    while oh < end_oh:
        start_h = window_start(height, oh)
        first_jh, end_jh = first_tap(height, start_h), end_tap(height, start_h)
        run = min(end_oh, end_whole_window(height)) - oh if end_jh - first_jh == height.kernel else 1
        window.n_rows = 0
        window.pitch = height.stride * row_cells if run > 1 else 0
        for jd in range(first_jd, end_jd):
            for jh in range(first_jh, end_jh):
                scratch.value[window.n_rows] = cells + job.item * (
                    (jd - first_jd) * depth_cells + (start_h + jh * height.dilation - top) // row_step * row_cells)
                scratch.row_code[window.n_rows] = (jd * height.kernel + jh) * width.kernel
                window.n_rows += 1
        y = ((plane * depth.output + od) * height.output + oh) * width.output + ow
        job.best(job.outputs + y * job.item, job.record + y * job.code_item if job.record != NULL else NULL,
                 width.output, &window, run, n_columns)
        if job.record != NULL and not direct:
            skip_padding(job, job.record + y * job.code_item, scratch.row_code[0], ow, run, n_columns)
        oh += run


cdef void skip_padding(const Job *job, char *record, int64_t row_code, ptrdiff_t ow, ptrdiff_t n,
                       ptrdiff_t n_columns) noexcept nogil:
    """Where padding on the left holds the first place, moves it to the first element.

    Padding holds what never wins, so it stands first only where all elements of the window are that, and then the first
    element is the winner. Padding on the right comes later and never beats an element.
    """
    cdef const Axis *width = &job.axis[2]
    cdef ptrdiff_t i, j
    cdef int64_t least
    for j in range(min(n_columns, first_whole_window(width) - ow)):
        least = row_code + first_tap(width, window_start(width, ow + j))
        for i in range(n):
            raise_code(record, i * width.output + j, job.code_item, least)


cdef inline void raise_code(char *record, ptrdiff_t i, ptrdiff_t code_item, int64_t least) noexcept nogil:
    if code_item == 1:
        if (<uint8_t *> record)[i] < least:
            (<uint8_t *> record)[i] = <uint8_t> least
    elif code_item == 2:
        if (<uint16_t *> record)[i] < least:
            (<uint16_t *> record)[i] = <uint16_t> least
    elif code_item == 4:
        if (<uint32_t *> record)[i] < least:
            (<uint32_t *> record)[i] = <uint32_t> least
    elif (<int64_t *> record)[i] < least:
        (<int64_t *> record)[i] = least
