# Forward of small square windows of channels last whose rows begin one apart, some rows at a time: 1.2x to 2.2x against
# a row alone, which sees each cell of x as often as there are taps.

cdef ptrdiff_t CHANNEL_ROWS = 8         # output rows done at a time: with 16 0.6x to 1.0x,
cdef ptrdiff_t FEW_CHANNEL_ROWS = 4     # or so many, where lines of several rows have one place in the first cache,
cdef ptrdiff_t WAY_BYTES = 4096         # which those have that lie a multiple of this apart, or x comes from memory
cdef ptrdiff_t PIXELS_AHEAD_BYTES = 512 # in each row; farther 0.8x to 1.0x,
cdef ptrdiff_t FAR_PIXELS_AHEAD_BYTES = 2048  # but from memory 1.05x to 1.15x


cdef bint plan_channels(Job *job) noexcept nogil:
    """Shares the output rows out in blocks."""
    cdef bint far = job.x_bytes > LARGE_CACHE_BYTES
    cdef bint aliased = job.height.step * job.item % WAY_BYTES == 0 or job.width.step * job.item % (WAY_BYTES // 2) == 0
    if (job.kernels.best_pixels[job.key] == NULL or not has_vectors_of_channels(job.channels, job.item)
            or not job.flat or job.height.stride > 1 or not (2 <= job.side <= 3 or job.side == 5 and takes_fives(job))):
        return False
    job.block = min(job.height.output, FEW_CHANNEL_ROWS if far or aliased else CHANNEL_ROWS)
    job.blocks = ceil_div(job.height.output, job.block)
    job.items = job.planes * job.blocks
    job.ahead = FAR_PIXELS_AHEAD_BYTES if far else PIXELS_AHEAD_BYTES
    job.run, job.way = forward_channels, b"forward by rows of pixels"
    return True


cdef inline bint takes_fives(const Job *job) noexcept nogil:
    """Whether 5x5 windows are faster than by passes: 1.2x to 2x on a Xeon (20x20 of 512 channels,
    without a record, 0.75x), 1.1x to 2.4x on Zen 5.

    But on Zen 5 0.8x to 1.1x from near caches, and 0.4x to 0.5x where pixels alias: it guesses the first cache's way.
    """
    return job.kernels.vector_bytes == 64 and (not cpool_is_amd() or job.x_bytes > SECOND_CACHE_BYTES
                                               and job.channels * job.item % (WAY_BYTES // 2) != 0)


cdef inline bint has_vectors_of_channels(ptrdiff_t channels, ptrdiff_t item) noexcept nogil:
    """Whether channels lie side by side, and are worth a vector."""
    return channels > 1 and channels * item >= LEAST_RUN


cdef void forward_channels(const Job *job, Scratch *scratch, ptrdiff_t item) noexcept nogil:
    """A block of output rows of one plane: those columns together whose windows see the same taps."""
    cdef const Axis *height = job.height
    cdef ptrdiff_t plane = item // job.blocks, oh = item % job.blocks * job.block, ow = 0, y, start, seen, t
    cdef cpool_channels c
    c.height, c.row, c.kernel, c.first = height.length, height.step, height.kernel, window_start(height, oh)
    c.n_rows, c.n_channels = min(job.block, height.output - oh), job.channels
    c.y_row, c.step = job.width.output * job.channels, job.width.stride * job.width.step if job.width.output > 1 else 0
    c.shared = max(0, job.width.kernel - job.width.stride)
    c.fill, c.flip, c.ahead = <const void *> &job.fill[0], job.flip, job.ahead
    while ow < job.width.output:
        start = window_start(job.width, ow)
        c.n_pixels = job.width.end_whole - ow if job.width.whole <= ow < job.width.end_whole else 1
        for t in range(job.width.kernel):
            # A tap in padding changes neither the winner nor its place as another one that is there.
            seen = max(first_tap(job.width, start), min(t, end_tap(job.width, start) - 1))
            c.tap[t], c.tap_code[t] = (start + seen) * job.width.step, seen
        y = output_at(job, plane, 0, oh, ow)
        job.kernels.best_pixels[job.key](job.outputs + y * job.item, record_at(job, y),
                                         job.cells + plane_offset(job, plane) * job.item, &c)
        ow += c.n_pixels
