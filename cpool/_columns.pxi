# Forward of NCHW in steps of three columns and more, first down the rows and then along what they leave: the best of
# each column of some output rows, straight from x, then of the columns of each window, which are taken apart by their
# place modulo the stride. Against passes, which take all of x apart, 1.2x to 5x with a record, to 8x without (Zen 5).

cdef ptrdiff_t COLUMNS_STRIDE = 3       # from this stride on
cdef ptrdiff_t LEAST_COLUMNS_BYTES = 32 # of a row of x; of 14 0.4x
cdef ptrdiff_t COLUMNS_BYTES = 24576    # of the best of columns, taken apart or not, with places: the first cache


cdef bint plan_columns(Job *job) noexcept nogil:
    """Whether rows of x are looked at twice at most, nearly, and no window reaches beside one.

    At three times 0.6x to 0.9x; windows of one row 0.7x, without vectors 0.75x to 1.1x.
    """
    cdef const Axis *height = job.height
    cdef const Axis *width = job.width
    cdef double cell = 2.0 * (job.item + 1), seen = width.length
    cdef double often = <double> job.depth.kernel * height.kernel / min(height.stride, height.kernel)
    if (job.kernels.vector_bytes == 0 or job.channels > 1 or width.step != 1 or job.code_item > 1
            or width.stride < COLUMNS_STRIDE or width.kernel == 1 or rows_of_window(job) == 1 or often > 2
            or width.end_whole - width.whole < width.output or seen * job.item < LEAST_COLUMNS_BYTES):
        return False
    # Some columns of outputs at a time where whole rows are too long.
    job.columns = width.output
    if seen * cell > COLUMNS_BYTES:
        job.columns = max(1, <ptrdiff_t> ((COLUMNS_BYTES / cell - span(width)) / width.stride) + 1)
    job.row_outputs = job.columns + (span(width) - 1) // width.stride
    seen = <double> job.row_outputs * width.stride
    if seen * cell > MOST_SCRATCH // 2:
        return False
    job.block = 1
    if job.columns == width.output:
        job.block = max(1, min(height.output, <ptrdiff_t> (COLUMNS_BYTES / (seen * cell))))
    job.blocks = ceil_div(height.output, job.block)
    job.items = job.planes * job.depth.output * job.blocks
    job.image = job.block * job.row_outputs
    job.made = 3 * width.kernel * sizeof(void *)
    job.scratch_bytes = job.made + <ptrdiff_t> cell * job.image * width.stride
    job.n_rows = rows_of_window(job)
    # As little as kernels ask for at all: 1.2x to 2x where x is not in a near cache.
    job.ahead = whole_windows(job, 2 * CPOOL_AHEAD_BYTES + 1, NEAR_BYTES) if job.x_bytes > NEAR_BYTES else 0
    job.run, job.way = forward_down_columns, b"forward by columns"
    return True


cdef inline bint is_float(const Job *job) noexcept nogil:
    return job.key == CPOOL_f32 or job.key == CPOOL_f64 or job.key == CPOOL_min_f32


cdef void forward_down_columns(const Job *job, Scratch *scratch, ptrdiff_t item) noexcept nogil:
    """A block of output rows of one slice."""
    cdef const Axis *height = job.height
    cdef const Axis *width = job.width
    cdef cpool_window_best *best = job.kernels.window_best[job.key][0]
    cdef ptrdiff_t slice = item // job.blocks, oh = item % job.blocks * job.block, ow, n, seen, run, y, t, at
    cdef ptrdiff_t end_oh = min(oh + job.block, height.output), cells = job.image * width.stride
    # Also without a record floats have places, which say whose bits are first: of zeros of both signs, and of NaN.
    cdef bint placed = job.record != NULL or is_float(job)
    # In scratch are the lists of a window's columns; the best of columns, and taken apart; and so their places.
    cdef const void **value = <const void **> scratch.cells
    cdef const void **code = value + width.kernel
    cdef int64_t *tap_code = <int64_t *> (code + width.kernel)
    cdef char *whole = scratch.cells + job.made
    cdef char *apart = whole + cells * job.item
    cdef char *places = apart + cells * job.item
    cdef char *record
    cdef cpool_window rows = window_of(job, scratch)
    cdef cpool_window columns = window_of(job, scratch)
    columns.value, columns.code, columns.row_code, columns.n_rows = value, code, tap_code, width.kernel
    columns.n_taps, columns.pitch, columns.ahead = 1, job.row_outputs, 0
    for t in range(width.kernel):
        at = t * width.dilation % width.stride * job.image + t * width.dilation // width.stride
        value[t] = apart + at * job.item
        code[t] = places + cells + at
        tap_code[t] = t
    rows.n_taps = 1
    while oh < end_oh:
        run = list_rows(job, scratch, &rows, slice, oh, end_oh)
        ow = 0
        while ow < width.output:
            n = min(job.columns, width.output - ow)
            rows.tap = ow * width.stride
            seen = cells_seen(width, n)
            best(whole, places if placed else NULL, seen, &rows, run, seen, 0)
            job.kernels.split[log2_bytes(job.item)](apart, job.row_outputs, job.image, 0, width.stride, whole, seen, 1,
                                                    run, seen)
            if placed:
                job.kernels.split[0](places + cells, job.row_outputs, job.image, 0, width.stride, places, seen, 1, run,
                                     seen)
            y = output_at(job, 0, slice, oh, ow)
            record = record_at(job, y)
            if record == NULL and placed:
                record = places
            if n == job.row_outputs == width.output: # all rows are one
                best(job.outputs + y * job.item, record, 0, &columns, 1, run * n, 0)
            else:
                best(job.outputs + y * job.item, record, width.output, &columns, run, n, 0)
            ow += n
        oh += run
