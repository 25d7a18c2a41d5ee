# Forward of windows of whole rows of NCHW that do not overlap, each of which is one run of memory: window_one.h.

cdef ptrdiff_t LEAST_WINDOW_BYTES = 1024   # of a window; of 448 to 840 0.3x to 1.1x of passes


cdef bint plan_runs(Job *job, cpool_best_one *best) noexcept nogil:
    """Whether windows have all columns, and enough cells, or places for which passes have no vectors (40x and more)."""
    cdef const Axis *depth = &job.axis[0]
    cdef const Axis *height = &job.axis[1]
    cdef const Axis *width = &job.axis[2]
    cdef bint long = <double> height.kernel * width.kernel * job.item >= LEAST_WINDOW_BYTES
    if (job.channels > 1 or max(depth.kernel, depth.length, depth.output) > 1 or width.before > 0
            or width.kernel != width.length or width.output > 1 or width.step != 1
            or max(height.dilation, width.dilation) > 1
            or not (height.step == width.length or height.length == 1)
            or not (height.output == 1 or height.kernel <= height.stride)
            or not (long or job.record != NULL and job.code_item > job.item)):
        return False
    job.one, job.n_rows = best, 0
    job.items = job.planes * height.output
    return True


cdef void forward_runs(const Job *job, Scratch *scratch, ptrdiff_t item) noexcept nogil:
    """One window."""
    cdef const Axis *height = &job.axis[1]
    cdef ptrdiff_t width = job.axis[2].length, start = window_start(height, item % height.output), place
    cdef ptrdiff_t first = first_tap(height, start), rows = end_tap(height, start) - first
    cdef const char *cells = job.cells + (plane_offset(job, item // height.output) + (start + first) * width) * job.item
    place = first * width + job.one(job.outputs + item * job.item, cells, rows * width, job.flip)
    if job.record != NULL:
        store_code(job.record + item * job.code_item, job.code_item, place)


cdef inline void store_code(char *code, ptrdiff_t n_bytes, uint64_t place) noexcept nogil:
    if n_bytes == 1:
        (<uint8_t *> code)[0] = <uint8_t> place
    elif n_bytes == 2:
        (<uint16_t *> code)[0] = <uint16_t> place
    elif n_bytes == 4:
        (<uint32_t *> code)[0] = <uint32_t> place
    else:
        (<uint64_t *> code)[0] = place
