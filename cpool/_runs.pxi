# Forward of windows of whole rows of NCHW, each of which is one run of memory: window_one.h says what that buys.

cdef ptrdiff_t LEAST_WINDOW = 32        # cells


cdef bint plan_runs(Job *job, cpool_best_one *best) noexcept nogil:
    """Whether windows have all columns, and many cells, and hardly overlap."""
    cdef const Axis *depth = &job.axis[0]
    cdef const Axis *height = &job.axis[1]
    cdef const Axis *width = &job.axis[2]
    if (job.channels > 1 or max(depth.kernel, depth.length, depth.output) > 1 or width.before > 0
            or width.kernel != width.length or width.output > 1 or width.step != 1
            or max(height.dilation, width.dilation) > 1 or <double> height.kernel * width.kernel < LEAST_WINDOW
            or not (height.step == width.length or height.length == 1)
            or not (height.output == 1 or height.kernel <= 4.0 * height.stride)):
        return False
    job.one, job.n_rows = best, 0
    job.items = job.planes
    return True


cdef void forward_runs(const Job *job, Scratch *scratch, ptrdiff_t plane) noexcept nogil:
    """The windows of one plane."""
    cdef const Axis *height = &job.axis[1]
    cdef const char *cells = job.cells + plane_offset(job, plane) * job.item
    cdef ptrdiff_t oh, at, start, first, place, width = job.axis[2].length
    for oh in range(height.output):
        at, start = plane * height.output + oh, window_start(height, oh)
        first = first_tap(height, start)
        place = first * width + job.one(job.outputs + at * job.item, cells + (start + first) * width * job.item,
                                        (end_tap(height, start) - first) * width, job.flip)
        if job.record != NULL:
            store_code(job.record + at * job.code_item, job.code_item, place)


cdef inline void store_code(char *code, ptrdiff_t n_bytes, uint64_t place) noexcept nogil:
    if n_bytes == 1:
        (<uint8_t *> code)[0] = <uint8_t> place
    elif n_bytes == 2:
        (<uint16_t *> code)[0] = <uint16_t> place
    elif n_bytes == 4:
        (<uint32_t *> code)[0] = <uint32_t> place
    else:
        (<uint64_t *> code)[0] = place
