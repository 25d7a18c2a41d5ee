# Backward: makes rows of dx out of the rows of dout that look at them, in the order of the outputs, so that a cell's
# terms are added as np.add.at would. The same two traversals as forward, one arithmetic (window_sum).

cdef ptrdiff_t list_viewers(const Job *job, Scratch *scratch, ptrdiff_t d, ptrdiff_t h, ptrdiff_t oh_base,
                            const char *dout, const char *record, ptrdiff_t row_cells,
                            ptrdiff_t depth_cells) noexcept nogil:
    """Lists the rows of dout that look at row (d, h). dout and record: output row (first viewer of d, oh_base)."""
    cdef const Axis *depth = &job.axis[0]
    cdef const Axis *height = &job.axis[1]
    cdef ptrdiff_t i, j, at, n = 0, first_od = max(0, first_viewer(depth, d))
    cdef Viewer by_depth, by_height
    for i in range(viewer_candidates(depth, d)):
        by_depth = viewer(depth, d, i)
        if by_depth.tap < 0:
            continue
        for j in range(viewer_candidates(height, h)):
            by_height = viewer(height, h, j)
            if by_height.tap < 0:
                continue
            at = (by_depth.output - first_od) * depth_cells + (by_height.output - oh_base) * row_cells
            scratch.value[n] = dout + at * job.item
            scratch.code[n] = record + at * job.code_item
            scratch.row_code[n] = (by_depth.tap * height.kernel + by_height.tap) * job.axis[2].kernel
            n += 1
    return n


cdef void backward_pixels(const Job *job, Scratch *scratch, ptrdiff_t item) noexcept nogil:
    """One row of dx[columns][channels], a column at a time."""
    cdef const Axis *depth = &job.axis[0]
    cdef const Axis *height = &job.axis[1]
    cdef const Axis *width = &job.axis[2]
    cdef ptrdiff_t h = item % height.length
    cdef ptrdiff_t d = item // height.length % depth.length
    cdef ptrdiff_t plane = item // height.length // depth.length
    cdef ptrdiff_t row_cells = width.output * job.channels
    cdef ptrdiff_t base = (plane * depth.output + max(0, first_viewer(depth, d))) * height.output * row_cells
    cdef ptrdiff_t w, i
    cdef Viewer by_width
    cdef cpool_window window = window_of(scratch, scratch.tap, scratch.tap_code, 0, 0)
    cdef char *dx = job.cells + item * width.length * job.channels * job.item

    window.n_rows = list_viewers(job, scratch, d, h, 0, job.outputs + base * job.item,
                                 job.record + base * job.code_item, row_cells, height.output * row_cells)
    for w in range(width.length):
        window.n_taps = 0
        for i in range(viewer_candidates(width, w)):
            by_width = viewer(width, w, i)
            if by_width.tap >= 0:
                scratch.tap[window.n_taps] = by_width.output * job.channels
                scratch.tap_code[window.n_taps] = by_width.tap
                window.n_taps += 1
        if window.n_rows and window.n_taps:
            job.sum(dx + w * job.channels * job.item, job.channels, &window, 1, job.channels)
        else:
            memset(dx + w * job.channels * job.item, 0, job.channels * job.item)


cdef bint plan_backward_rows(Job *job) noexcept nogil:
    """Cuts the rows of dx into tiles and blocks whose dout fits in scratch; False where no cut does.

    The columns of one phase (column modulo stride) have the same taps, so they are done side by side in scratch and
    then spread over the row. A tile is a whole number of strides.
    """
    cdef const Axis *height = &job.axis[1]
    cdef const Axis *width = &job.axis[2]
    cdef ptrdiff_t depth_viewers, height_viewers, gather_cells, needed
    job.phases = min(width.stride, width.length)
    if span(width) > ROW_CELLS or job.phases > ROW_CELLS:
        return False
    job.phase_cells = ceil_div(min(width.length, ROW_CELLS), job.phases)
    job.tile = job.phase_cells * job.phases
    job.first_output = first_viewer(width, 0)
    job.row_cells = last_viewer(width, job.phases - 1) - job.first_output + job.phase_cells
    depth_viewers = min(job.axis[0].output, (span(&job.axis[0]) - 1) // job.axis[0].stride + 1)
    job.block = 0
    while job.block < height.length:
        height_viewers = min(height.output,
                             min(height.output, (span(height) - 1) // height.stride) + job.block // height.stride + 2)
        # A double, because as an integer it could pass int64.
        if <double> depth_viewers * height_viewers * job.row_cells > 8 * SCRATCH_BYTES:
            break
        # Rounded up, so that what lies behind it in scratch is aligned.
        gather_cells = (depth_viewers * height_viewers * job.row_cells + 63) // 64 * 64
        needed = gather_cells * (job.item + job.code_item) + (job.block // height.stride + 1) * job.tile * job.item
        if needed > (SCRATCH_BYTES if job.block else 8 * SCRATCH_BYTES):
            break
        if job.block and (job.block + 1) * job.tile > BLOCK_CELLS:
            break
        job.block += 1
        job.gather_cells, job.scratch_bytes = gather_cells, needed
    return job.block > 0


cdef void lay_out_backward_taps(Job *job) noexcept nogil:
    """The taps of each phase, by rising output: those of phase p stand from phase_taps[p] on."""
    cdef const Axis *width = &job.axis[2]
    cdef ptrdiff_t t, phase, at
    memset(job.phase_taps, 0, (job.phases + 1) * sizeof(ptrdiff_t))
    for t in range(width.kernel):
        phase = positive_modulo(t * width.dilation - width.before, width.stride)
        if phase + 1 < job.phases:
            job.phase_taps[phase + 2] += 1
    for phase in range(1, job.phases):
        job.phase_taps[phase + 1] += job.phase_taps[phase]
    for t in range(width.kernel - 1, -1, -1):
        phase = positive_modulo(t * width.dilation - width.before, width.stride)
        if phase < job.phases:
            at = job.phase_taps[phase + 1]
            job.tap[at] = (phase + width.before - t * width.dilation) // width.stride - job.first_output
            job.tap_code[at] = t
            job.phase_taps[phase + 1] += 1


cdef void gather_backward_rows(const Job *job, char *dst, const char *src, ptrdiff_t item, ptrdiff_t n,
                               ptrdiff_t ow) noexcept nogil:
    """Lays n rows of dout, or of the record, out from output column `ow` on, zeros where there is no such column."""
    cdef ptrdiff_t n_outputs = job.axis[2].output
    cdef ptrdiff_t before = min(job.row_cells, max(0, -ow)), end = max(before, min(job.row_cells, n_outputs - ow))
    src += max(0, min(ow, n_outputs - 1)) * item
    job.kernels.gather[log2_bytes(item)](dst, job.row_cells, src, n_outputs, 1, n, before, end - before,
                                         job.row_cells - end, job.fill)


cdef void backward_rows(const Job *job, Scratch *scratch, ptrdiff_t item) noexcept nogil:
    """One block of rows of dx, one tile of their columns."""
    cdef const Axis *depth = &job.axis[0]
    cdef const Axis *height = &job.axis[1]
    cdef const Axis *width = &job.axis[2]
    cdef ptrdiff_t w = item % job.tiles * job.tile
    cdef ptrdiff_t h = item // job.tiles % job.blocks * job.block
    cdef ptrdiff_t d = item // job.tiles // job.blocks % depth.length
    cdef ptrdiff_t plane = item // job.tiles // job.blocks // depth.length
    cdef ptrdiff_t n_columns = min(job.tile, width.length - w), end_h = min(h + job.block, height.length)
    cdef ptrdiff_t ow = job.first_output + w // width.stride
    cdef ptrdiff_t od = max(0, first_viewer(depth, d)), end_od = min(depth.output, last_viewer(depth, d) + 1)
    cdef ptrdiff_t oh = max(0, first_viewer(height, h)), end_oh = min(height.output, last_viewer(height, end_h - 1) + 1)
    cdef ptrdiff_t row_cells = width.output, depth_cells = height.output * width.output
    cdef ptrdiff_t first = ((plane * depth.output + od) * height.output + oh) * width.output
    cdef char *dout = job.outputs + (first + ow) * job.item
    cdef char *record = job.record + (first + ow) * job.code_item
    cdef char *dx = job.cells + (((plane * depth.length + d) * height.length + h) * width.length + w) * job.item
    cdef ptrdiff_t row, run, i

    if ow < 0 or ow + job.row_cells > width.output:
        dout, record = scratch.cells, scratch.cells + job.gather_cells * job.item
        row_cells, depth_cells = job.row_cells, (end_oh - oh) * job.row_cells
        if end_oh > oh:
            for i in range(end_od - od):
                first = (((plane * depth.output + od + i) * height.output) + oh) * width.output
                gather_backward_rows(job, dout + i * depth_cells * job.item, job.outputs + first * job.item, job.item,
                                     end_oh - oh, ow)
                gather_backward_rows(job, record + i * depth_cells * job.code_item, job.record + first * job.code_item,
                                     job.code_item, end_oh - oh, ow)
    # Rows a stride apart have the same taps: they are done together, as far as their viewers are not clipped.
    for row in range(h, min(end_h, h + min(height.stride, job.block))):
        i = row
        while i < end_h:
            run = backward_row_run(job, scratch, d, i, end_h, oh, dout, record, row_cells, depth_cells,
                                   dx + (i - h) * width.length * job.item, n_columns)
            if height.stride >= job.block:
                break
            i += run * height.stride


cdef ptrdiff_t backward_row_run(const Job *job, Scratch *scratch, ptrdiff_t d, ptrdiff_t h, ptrdiff_t end_h,
                                ptrdiff_t oh_base, const char *dout, const char *record, ptrdiff_t row_cells,
                                ptrdiff_t depth_cells, char *dx, ptrdiff_t n_columns) noexcept nogil:
    """Row h and those strides further that have the same viewers; returns how many these are."""
    cdef const Axis *height = &job.axis[1]
    cdef ptrdiff_t run = 1, pitch = 0, phase, n, full = n_columns // job.phases, rest = n_columns % job.phases
    cdef ptrdiff_t viewer = last_viewer(height, h)
    cdef cpool_window window = window_of(scratch, NULL, NULL, 0, row_cells)
    cdef char *phases = scratch.cells + job.gather_cells * (job.item + job.code_item)
    cdef cpool_spread *spread = job.kernels.spread[log2_bytes(job.item)]
    if first_viewer(height, h) >= 0 and viewer < height.output:
        run = min(height.output - viewer, (end_h - 1 - h) // height.stride + 1)
    if run > 1:
        pitch = height.stride * job.axis[2].length
    window.n_rows = list_viewers(job, scratch, d, h, oh_base, dout, record, row_cells, depth_cells)
    for phase in range(job.phases):
        window.tap = job.tap + job.phase_taps[phase]
        window.tap_code = job.tap_code + job.phase_taps[phase]
        window.n_taps = job.phase_taps[phase + 1] - job.phase_taps[phase]
        n = full + (phase < rest)
        if n == 0:
            break
        if job.phases == 1 and window.n_rows and window.n_taps:
            job.sum(dx, pitch, &window, run, n)
        elif window.n_rows and window.n_taps:
            job.sum(phases + phase * job.phase_cells * job.item, job.tile, &window, run, n)
        else:
            zero_rows(phases + phase * job.phase_cells * job.item, job.tile * job.item, run, n * job.item)
    if job.phases > 1 or not (window.n_rows and window.n_taps):
        if full:
            spread(dx, pitch, job.phases, phases, job.tile, job.phase_cells, job.phases, run, full)
        if rest:
            spread(dx + full * job.phases * job.item, pitch, job.phases, phases + full * job.item, job.tile,
                   job.phase_cells, rest, run, 1)
    return run


cdef inline void zero_rows(char *row, ptrdiff_t pitch, ptrdiff_t n, ptrdiff_t n_bytes) noexcept nogil:
    cdef ptrdiff_t i
    for i in range(n):
        memset(row + i * pitch, 0, n_bytes)
