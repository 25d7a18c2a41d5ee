# From records to indices, and from indices back to cells. Loops over the planes of whole arrays; `channels` as in Job.

cdef void decode_row(const Job *job, ptrdiff_t item, int64_t *indices, const int64_t *offset_of) noexcept nogil:
    """int64 indices, flat over the pooled axes of a plane, of one output row of records. offset_of: NULL above 256 taps."""
    cdef const Axis *depth = &job.axis[0]
    cdef const Axis *height = &job.axis[1]
    cdef const Axis *width = &job.axis[2]
    cdef ptrdiff_t oh = item % height.output, od = item // height.output % depth.output
    cdef int64_t row = (window_start(depth, od) * height.length + window_start(height, oh)) * width.length
    cdef ptrdiff_t first = item * width.output * job.channels, ow, c, i
    cdef int64_t start, code
    for ow in range(width.output):
        start = row + window_start(width, ow)
        for c in range(job.channels):
            i = first + ow * job.channels + c
            if offset_of != NULL:
                indices[i] = start + offset_of[(<const uint8_t *> job.record)[i]]
            else:
                if job.code_item == 1:
                    code = (<const uint8_t *> job.record)[i]
                elif job.code_item == 2:
                    code = (<const uint16_t *> job.record)[i]
                elif job.code_item == 4:
                    code = (<const uint32_t *> job.record)[i]
                else:
                    code = (<const int64_t *> job.record)[i]
                indices[i] = start + offset_of_code(job, code)


cdef inline int64_t offset_of_code(const Job *job, int64_t code) noexcept nogil:
    """From a window's start to the tap of this code, in cells of a plane."""
    cdef const Axis *height = &job.axis[1]
    cdef const Axis *width = &job.axis[2]
    cdef int64_t row = code // width.kernel
    return ((row // height.kernel * job.axis[0].dilation * height.length + row % height.kernel * height.dilation) * width.length
            + code % width.kernel * width.dilation)


cdef ptrdiff_t first_outside(const int64_t *indices, ptrdiff_t n, int64_t plane_cells) noexcept nogil:
    """The position of the first index that is not in its plane, or n."""
    cdef ptrdiff_t i
    for i in range(n):
        if indices[i] < 0 or indices[i] >= plane_cells:
            return i
    return n
