# Forward of whole planes of x with rows of a few vectors and small square windows, straight from x. Against passes, on
# planes of 7x7 to 28x28: 2x to 1.2x at stride 1, 2.7x to 1.7x at stride 2 (AVX2, Zen 3); of 35x35 to 128x128 at stride
# 1: 1.7x to 1.3x (AVX-512), with a record 1.3x to 1.05x (AVX2, Zen 4). And of others of up to 16 taps over as many
# planes at a time as a vector has lanes: window_aside.h says what that buys.

cdef ptrdiff_t PLANE_ROW_BYTES = 128    # of a row of outputs,
cdef ptrdiff_t PLANE_ROW_VECTORS = 8    # or this at stride 1, but 0.65x of vectors of 32 bytes without a record
cdef ptrdiff_t PLANE_BYTES = 16384      # of a plane,
cdef ptrdiff_t WIDE_PLANE_BYTES = 65536 # or this where rows may be so wide: 0.9x of 224x224 floats
cdef ptrdiff_t PLANES_BYTES = 65536     # about so many of those done at a time
cdef ptrdiff_t ASIDE_STRIDE = 3         # from this stride on planes lie side by side; at 2 0.9x to 1.2x of passes
cdef ptrdiff_t LEAST_ASIDE = 4          # at stride 1 the fewest taps; of 3x3 0.5x to 0.7x of plan_planes
cdef ptrdiff_t ASIDE_TAP_BYTES = 32     # the longest row of outputs, a tap: with 36 bytes 0.86x (6x6 windows, Zen 5),
cdef ptrdiff_t ASIDE_ROW_BYTES = 240    # and in all: of 320 bytes 0.8x to 1.05x
cdef ptrdiff_t BARE_ASIDE_ROW_BYTES = 128    # without a record; of 160 bytes 1.1x
cdef ptrdiff_t ALIASED_BYTES = 2048     # what lies a multiple of this apart is in each other's way in the cache: 0.4x
cdef ptrdiff_t ASIDE_ROWS = 8           # of outputs done at a time


cdef inline bint are_even(const Job *job) noexcept nogil:
    """Whether planes lie evenly, of rows of neighbouring cells, and windows are without gaps; records of bytes."""
    cdef const Axis *height = &job.axis[1]
    cdef const Axis *width = &job.axis[2]
    return (job.code_item == 1 and job.channels == 1 and job.axis[0].kernel == 1 and job.axis[0].length == 1
            and job.axis[0].output == 1 and job.n_lead == 1 and max(height.dilation, width.dilation) == 1
            and width.step == 1 and (height.step > 0 or height.length == 1)
            and (job.lead_step[0] >= 0 or job.planes == 1))


cdef inline bint has_square_windows(const Job *job) noexcept nogil:
    cdef const Axis *height = &job.axis[1]
    cdef const Axis *width = &job.axis[2]
    return (are_even(job) and height.kernel == width.kernel and height.stride == width.stride
            and max(height.before, width.before) < width.kernel)


cdef bint plan_planes(Job *job, cpool_best_planes *best, bint in_pairs) noexcept nogil:
    """Shares the planes out in groups that stay in the first cache with what is made of them."""
    cdef const Axis *height = &job.axis[1]
    cdef const Axis *width = &job.axis[2]
    cdef ptrdiff_t lanes = job.kernels.vector_bytes // job.item
    cdef bint wide = width.stride == 1 and (job.record != NULL or job.kernels.vector_bytes == 64)
    cdef ptrdiff_t row_bytes = max(PLANE_ROW_BYTES, PLANE_ROW_VECTORS * job.kernels.vector_bytes if wide else 0)
    cdef double plane_bytes = <double> height.length * width.length * job.item
    if (best == NULL or not has_square_windows(job)
            or not (2 <= width.kernel <= 3 or width.kernel == 5 and width.stride == 1)
            or width.stride > (2 if in_pairs else 1) or plane_bytes > (WIDE_PLANE_BYTES if wide else PLANE_BYTES)
            or <double> width.output * job.item > row_bytes or are_one_plane(job)):
        return False
    job.planes_of, job.n_rows, job.ahead = best, 0, bytes_ahead(job)
    job.group = max(1, <ptrdiff_t> (PLANES_BYTES / plane_bytes))
    job.items = ceil_div(job.planes, job.group)
    job.scratch_bytes = job.item * (height.length * width.length + width.before + width.kernel
                                    + width.stride * max(width.output, lanes))
    return True


cdef bint plan_aside(Job *job, cpool_best_planes *best) noexcept nogil:
    """As many planes at a time as a vector has lanes, side by side."""
    cdef const Axis *height = &job.axis[1]
    cdef const Axis *width = &job.axis[2]
    cdef ptrdiff_t lanes = job.kernels.vector_bytes // job.item, stride = window_step(job), row, line, twice, most_rows
    job.whole = is_whole_plane(job)
    if (best == NULL or job.planes < lanes or (plane_cells(job) if job.whole else width.length) < 4
            or not (job.whole or has_square_windows(job) and (stride >= ASIDE_STRIDE or goes_aside(job, lanes)))):
        return False
    # Planes that are done twice, in a last group over the one before, or threads without a group.
    twice = ceil_div(job.planes, lanes) * lanes - job.planes
    if ((twice * 8 > job.planes and stride == 1 and width.output * job.item > 64)
            or job.planes // lanes < threads_for(job.planes, work_of(job))):
        return False
    row = width.output * lanes * (job.item + place_bytes(job))
    line = (plane_cells(job) if job.whole else width.length) * lanes * job.item
    # In scratch are a row of x, the winners of so many rows of it, and a block of outputs. At stride 1 there is room
    # for 38 rows; a block needs kernel + 7 <= 23.
    most_rows = (<ptrdiff_t> MOST_SCRATCH - line) // row
    job.block = 1 if job.whole else min(ASIDE_ROWS, (most_rows - height.kernel + stride) // (stride + 1))
    job.strip = 1 if job.whole else min(height.length, most_rows - job.block)
    if job.block < min(2, height.output): # 0.85x of passes
        return False
    job.planes_of, job.n_rows, job.ahead = best, 0, 0
    job.group, job.items = lanes, job.planes // lanes
    job.scratch_bytes = line + (job.strip + job.block) * row
    return True


cdef inline bint is_whole_plane(const Job *job) noexcept nogil:
    """Whether the only window is all of the plane, which is one run of memory: then that is one row."""
    cdef const Axis *height = &job.axis[1]
    cdef const Axis *width = &job.axis[2]
    return (are_even(job) and height.kernel == height.length and width.kernel == width.length
            and height.output * width.output == 1 and height.before + width.before == 0
            and (height.step == width.length or height.length == 1))


cdef inline ptrdiff_t window_step(const Job *job) noexcept nogil:
    """The stride; of a single window, where it may be anything, no more than it can matter."""
    return min(job.axis[2].stride, job.axis[1].length + job.axis[2].length + job.axis[2].kernel)


cdef inline ptrdiff_t plane_cells(const Job *job) noexcept nogil:
    return job.axis[1].length * job.axis[2].length


cdef inline bint goes_aside(const Job *job, ptrdiff_t lanes) noexcept nogil:
    """Whether planes side by side are faster at stride 1."""
    cdef ptrdiff_t kernel = job.axis[2].kernel, row_bytes = job.axis[2].output * job.item
    return (job.axis[2].stride == 1 and kernel >= LEAST_ASIDE
            and row_bytes <= (min(ASIDE_TAP_BYTES * kernel, ASIDE_ROW_BYTES) if job.record != NULL
                              else BARE_ASIDE_ROW_BYTES)
            and job.lead_step[0] * job.item % ALIASED_BYTES != 0 and row_bytes * lanes % ALIASED_BYTES != 0
            and job.axis[1].output * row_bytes % ALIASED_BYTES != 0)


cdef void forward_planes(const Job *job, Scratch *scratch, ptrdiff_t item) noexcept nogil:
    """Some planes."""
    cdef const Axis *height = &job.axis[1]
    cdef const Axis *width = &job.axis[2]
    cdef ptrdiff_t first = item * job.group, y = first * height.output * width.output
    cdef ptrdiff_t n = job.group if item < job.items - 1 else job.planes - first
    cdef cpool_planes planes
    planes.first, planes.end, planes.copy = job.cells, job.end, scratch.cells
    planes.fill, planes.flip, planes.ahead = <const void *> &job.fill[0], job.flip, job.ahead
    planes.height, planes.width, planes.row, planes.plane = height.length, width.length, height.step, job.lead_step[0]
    planes.kernel, planes.stride, planes.rows, planes.block = width.kernel, window_step(job), job.strip, job.block
    planes.before[0], planes.before[1] = height.before, width.before
    planes.output[0], planes.output[1] = height.output, width.output
    if job.whole:
        planes.height, planes.width, planes.kernel, planes.stride = 1, plane_cells(job), plane_cells(job), 1
    job.planes_of(job.outputs + y * job.item, job.record + y if job.record != NULL else NULL,
                  job.cells + first * job.lead_step[0] * job.item, &planes, n)
