# Forward of whole planes of x with rows of a few vectors and small square windows, straight from x. Against passes, on
# planes of 7x7 to 28x28: 2x to 1.2x at stride 1, 2.7x to 1.7x at stride 2 (AVX2, Zen 3); of 35x35 to 128x128 at stride
# 1: 1.7x to 1.3x (AVX-512), with a record 1.3x to 1.05x (AVX2, Zen 4). And of others of up to 16 taps over as many
# planes at a time as a vector has lanes: window_aside.h says what that buys.

cdef ptrdiff_t PLANE_ROW_BYTES = 128    # of a row of outputs,
cdef ptrdiff_t WHOLE_ROW_BYTES = 96     # at stride 2 from the last cache or memory, where no window sees padding: of
cdef ptrdiff_t PAIRS_ROW_BYTES = 64     # more, or this of 2x2 windows, plan_rows takes 0.7x to 0.9x (Xeon)
cdef ptrdiff_t PLANE_ROW_VECTORS = 8    # or this at stride 1, but 0.65x of vectors of 32 bytes without a record
cdef ptrdiff_t PLANE_BYTES = 16384      # of a plane,
cdef ptrdiff_t WIDE_PLANE_BYTES = 65536 # or this where rows may be so wide: 0.9x of 224x224 floats
cdef ptrdiff_t PLANES_BYTES = 65536     # about so many of those done at a time
cdef ptrdiff_t ASIDE_STRIDE = 3         # from this stride on planes lie side by side,
cdef ptrdiff_t LEAST_ASIDE = 4          # below it of so many taps or more; of 3x3 0.5x to 0.7x of plan_planes
cdef ptrdiff_t ASIDE_TAP_BYTES = 32     # the longest row of outputs, a tap: with 36 bytes 0.86x (6x6 windows, Zen 5),
cdef ptrdiff_t ASIDE_ROW_BYTES = 240    # and in all: of 320 bytes 0.8x to 1.05x
cdef ptrdiff_t BARE_ASIDE_ROW_BYTES = 128    # without a record; of 160 bytes 1.1x
cdef ptrdiff_t ALIASED_BYTES = 2048     # what lies a multiple of this apart is in each other's way in the cache: 0.4x
cdef ptrdiff_t ASIDE_ROWS = 8           # of outputs done at a time


cdef inline bint are_even(const Job *job) noexcept nogil:
    """Whether planes lie evenly, and records are of bytes."""
    return job.code_item == 1 and job.channels == 1 and job.n_lead == 1 and (job.lead_step[0] >= 0 or job.planes == 1)


cdef inline bint has_square_windows(const Job *job) noexcept nogil:
    return (are_even(job) and job.flat and job.side > 0 and job.step > 0
            and max(job.height.before, job.width.before) < job.side
            and job.width.step == 1 and (job.height.step > 0 or job.height.length == 1))


cdef void lay_out_planes(Job *job) noexcept nogil:
    """What the kernels get to know of planes."""
    cdef const Axis *height = job.height
    cdef const Axis *width = job.width
    cdef cpool_planes *layout = &job.layout
    layout.first, layout.end, layout.fill, layout.flip = job.cells, job.end, <const void *> &job.fill[0], job.flip
    layout.height, layout.width, layout.row, layout.plane = height.length, width.length, height.step, job.lead_step[0]
    # A single window's stride may be anything: no more than can matter.
    layout.kernel = width.kernel
    layout.stride = <ptrdiff_t> min(<double> width.stride, <double> height.length + width.length + width.kernel)
    layout.before[0], layout.before[1] = height.before, width.before
    layout.output[0], layout.output[1] = height.output, width.output


cdef bint plan_planes(Job *job) noexcept nogil:
    """Shares the planes out in groups that stay in the first cache with what is made of them."""
    cdef const Axis *width = job.width
    cdef ptrdiff_t lanes = job.kernels.vector_bytes // job.item
    cdef bint wide = width.stride == 1 and (job.record != NULL or job.kernels.vector_bytes == 64)
    cdef ptrdiff_t row_bytes = max(PLANE_ROW_BYTES, PLANE_ROW_VECTORS * job.kernels.vector_bytes if wide else 0)
    cdef ptrdiff_t plane_bytes = job.plane_cells * job.item
    if (width.stride == 2 and job.x_bytes > 2 * SECOND_CACHE_BYTES and width.end_whole - width.whole == width.output
            and job.height.end_whole - job.height.whole == job.height.output):
        row_bytes = PAIRS_ROW_BYTES if width.kernel == 2 else WHOLE_ROW_BYTES if job.item < 8 else row_bytes
    # Where all planes are one, only rows that fill more than half of a vector of 64 bytes: 1.05x to 1.25x, others less.
    cdef bint is_vector = job.item == 4 and 32 < width.output * 4 <= job.kernels.vector_bytes
    if (job.kernels.best_planes[job.key] == NULL or not has_square_windows(job)
            or not (2 <= job.side <= 3 or job.side == 5 and job.step == 1)
            or job.step > (2 if takes_pairs(job) else 1) or plane_bytes > (WIDE_PLANE_BYTES if wide else PLANE_BYTES)
            or <double> width.output * job.item > row_bytes or (are_one_plane(job) and not is_vector)):
        return False
    lay_out_planes(job)
    job.layout.ahead = bytes_ahead(job)
    job.group = max(1, PLANES_BYTES // plane_bytes)
    job.items = ceil_div(job.planes, job.group)
    job.scratch_bytes = plane_bytes + job.item * (width.before + width.kernel + width.stride * max(width.output, lanes))
    job.run, job.way = forward_planes, b"forward by planes"
    return True


cdef bint plan_aside(Job *job) noexcept nogil:
    """As many planes at a time as a vector has lanes, side by side."""
    cdef cpool_planes *layout = &job.layout
    cdef ptrdiff_t lanes = job.kernels.vector_bytes // job.item, row, line, twice, most_rows, rows_of_block
    lay_out_planes(job)
    if job.whole: # as one row
        layout.width = layout.kernel = job.plane_cells
        layout.height = layout.stride = 1
    if (job.kernels.best_aside[job.key] == NULL or job.planes < lanes or layout.width < 4
            or not (job.whole and are_even(job)
                    or has_square_windows(job) and goes_aside(job, lanes))):
        return False
    # Planes that are done twice, in a last group over the one before, or threads without a group.
    twice = ceil_div(job.planes, lanes) * lanes - job.planes
    if ((twice * 8 > job.planes and layout.stride == 1 and layout.output[1] * job.item > 64)
            or job.planes // lanes < threads_for(job.planes, work_of(job))):
        return False
    row = layout.output[1] * lanes * (job.item + place_bytes(job))
    line = layout.width * lanes * job.item
    # In scratch are a row of x, the winners of so many rows of it, and a block of outputs. At stride 1 there is room
    # for 38 rows; a block needs kernel + 7 <= 23.
    most_rows = (MOST_SCRATCH - line) // row
    rows_of_block = (most_rows - layout.kernel + layout.stride) // (layout.stride + 1)
    layout.block = 1 if job.whole else min(ASIDE_ROWS, rows_of_block)
    layout.rows = min(layout.height, most_rows - layout.block)
    if layout.block < min(2, layout.output[0]): # 0.85x of passes
        return False
    job.group, job.items = lanes, job.planes // lanes
    job.scratch_bytes = line + (layout.rows + layout.block) * row
    job.run, job.way = forward_planes, b"forward by planes side by side"
    return True


cdef inline bint goes_aside(const Job *job, ptrdiff_t lanes) noexcept nogil:
    """Whether windows of this stride are faster over planes side by side."""
    cdef ptrdiff_t row_bytes = job.width.output * job.item
    if job.step >= ASIDE_STRIDE:
        return True
    if job.side < LEAST_ASIDE or job.lead_step[0] * job.item % ALIASED_BYTES == 0:
        return False
    # Of rows of outputs of one vector and a quarter 1.3x, of shorter ones to 3.4x; of 24 floats 1.1x (Zen 5).
    if job.step == 2:
        return 4 * row_bytes <= 5 * job.kernels.vector_bytes
    return (row_bytes <= (min(ASIDE_TAP_BYTES * job.side, ASIDE_ROW_BYTES) if job.record != NULL
                          else BARE_ASIDE_ROW_BYTES)
            and row_bytes * lanes % ALIASED_BYTES != 0 and job.height.output * row_bytes % ALIASED_BYTES != 0)


cdef void forward_planes(const Job *job, Scratch *scratch, ptrdiff_t item) noexcept nogil:
    """Some planes."""
    cdef ptrdiff_t first = item * job.group, y = first * plane_outputs(job)
    cdef ptrdiff_t n = job.group if item < job.items - 1 else job.planes - first
    cdef cpool_best_planes *kernel = job.kernels.best_planes[job.key]
    cdef cpool_planes layout = job.layout
    if layout.block > 0:
        kernel = job.kernels.best_aside[job.key]
    layout.copy = scratch.cells
    kernel(job.outputs + y * job.item, record_at(job, y), job.cells + first * job.lead_step[0] * job.item, &layout, n)
