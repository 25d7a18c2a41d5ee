# From records to indices, and from indices back to cells. Loops over the planes of whole arrays; `channels` as in Job.

cdef struct Decoding:
    Job job                       # outputs: the indices
    uint64_t offset_of[256]       # of each code, where a code is a byte

cdef struct Scattering:
    cpool_scatter *kernel
    char *cells
    const char *value
    const int64_t *index
    ptrdiff_t item, n, plane_cells, channels


cdef void decode_row(void *argument, ptrdiff_t thread, ptrdiff_t item) noexcept nogil:
    """int64 indices, flat over a plane's pooled axes, of one output row of records."""
    cdef const Job *job = &(<const Decoding *> argument).job
    cdef const uint64_t *offset_of = (<Decoding *> argument).offset_of
    cdef int64_t *indices = <int64_t *> job.outputs
    cdef ptrdiff_t oh = item % job.height.output, od = item // job.height.output % job.depth.output
    # Unsigned: a window's start may lie so far outside that its number wraps; with the tap's it is in the plane.
    cdef uint64_t row = (<uint64_t> window_start(job.depth, od) * <uint64_t> job.height.length
                         + <uint64_t> window_start(job.height, oh)) * <uint64_t> job.width.length
    cdef ptrdiff_t first = item * job.width.output * job.channels, ow, c, i
    cdef uint64_t start
    cdef int64_t code
    for ow in range(job.width.output):
        start = row + <uint64_t> window_start(job.width, ow)
        for c in range(job.channels):
            i = first + ow * job.channels + c
            if job.code_item == 1:
                indices[i] = <int64_t> (start + offset_of[(<const uint8_t *> job.record)[i]])
            else:
                if job.code_item == 2:
                    code = (<const uint16_t *> job.record)[i]
                elif job.code_item == 4:
                    code = (<const uint32_t *> job.record)[i]
                else:
                    code = (<const int64_t *> job.record)[i]
                indices[i] = <int64_t> (start + offset_of_code(job, code))


cdef inline uint64_t offset_of_code(const Job *job, int64_t code) noexcept nogil:
    """From a window's start to the tap of this code, in cells of a plane."""
    cdef const Axis *width = job.width
    cdef uint64_t row = <uint64_t> (code // width.kernel), column = <uint64_t> (code % width.kernel)
    cdef uint64_t depth_rows = (row // <uint64_t> job.height.kernel * <uint64_t> job.depth.dilation
                                * <uint64_t> job.height.length)
    return ((depth_rows + row % <uint64_t> job.height.kernel * <uint64_t> job.height.dilation) * <uint64_t> width.length
                      + column * <uint64_t> width.dilation)


cdef ndarray decode(ndarray record, Plan plan):
    """The int64 index of each winner in its plane, from the record, in the same layout."""
    cdef ndarray indices = plan.new_output("indices", INT64)
    cdef Decoding decoding
    cdef Job *job = &decoding.job
    cdef ptrdiff_t i, items, row_cells
    job[0] = plan.job
    job.record, job.outputs = <char *> PyArray_DATA(record), <char *> PyArray_DATA(indices)
    row_cells = job.width.output * job.channels
    items = record.size // row_cells
    for i in range(min(plan.taps, 256)):
        decoding.offset_of[i] = offset_of_code(job, i)
    run_items(decode_row, &decoding, items, threads_for(items, <double> items * row_cells))
    return indices


def any_outside(ndarray indices, uint64_t plane_cells):
    """Whether one is not in [0, plane_cells). indices: contiguous int64; negative ones, as unsigned, are past it."""
    cdef const uint64_t *index = <const uint64_t *> PyArray_DATA(indices)
    cdef ptrdiff_t i = 0, n = indices.size
    with nogil:
        while i < n and index[i] < plane_cells:
            i += 1
    return i < n


cdef void scatter_plane(void *argument, ptrdiff_t thread, ptrdiff_t plane) noexcept nogil:
    cdef const Scattering *s = <const Scattering *> argument
    cdef ptrdiff_t at = plane // s.channels * s.channels * s.n + plane % s.channels
    s.kernel(s.cells + (plane // s.channels * s.channels * s.plane_cells + plane % s.channels) * s.item, s.channels,
             s.value + at * s.item, s.index + at, s.channels, s.n)


def scatter(bint add, int dtype, planes, indices, values, ptrdiff_t n, ptrdiff_t plane_cells, ptrdiff_t channels):
    """Clears `planes` and adds (else puts) n values a plane at their indices, in order; all in one layout."""
    cdef Scattering s
    cdef ptrdiff_t n_planes = planes.size // plane_cells if plane_cells else 0, total = planes.nbytes
    s.item, s.n, s.plane_cells, s.channels = planes.itemsize, n, plane_cells, channels
    s.cells, s.value, s.index = address(planes), address(values), <const int64_t *> address(indices)
    s.kernel = chosen.scatter_add[dtype] if add else chosen.scatter_put[log2_bytes(s.item)]
    with nogil:
        memset(s.cells, 0, total)
    run_items(scatter_plane, &s, n_planes, threads_for(n_planes, <double> n_planes * plane_cells))
