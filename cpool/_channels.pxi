# Forward and backward of small square windows of channels last, some rows at a time. Forward, of windows whose rows
# begin one apart: 1.2x to 2.2x against a row alone, which sees each cell of x as often as there are taps.

cdef ptrdiff_t CHANNEL_ROWS = 8         # output rows done at a time: with 16 0.6x to 1.0x,
cdef ptrdiff_t FEW_CHANNEL_ROWS = 4     # or so many, where lines of several rows have one place in the first cache,
cdef ptrdiff_t WAY_BYTES = 4096         # which those have that lie a multiple of this apart, or x comes from memory
cdef ptrdiff_t SECOND_CACHE_BYTES = 2 << 20  # arrays of more come at least from the last cache
cdef ptrdiff_t PIXELS_AHEAD_BYTES = 512 # in each row; farther 0.8x to 1.0x,
cdef ptrdiff_t FAR_PIXELS_AHEAD_BYTES = 2048  # but from memory 1.05x to 1.15x
cdef ptrdiff_t MADE_PIXELS_BYTES = 2048 # of each row of dx that is made in scratch before it goes past the caches


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


cdef bint plan_pixel_sums(Gradient *g) noexcept nogil:
    """The same of backward: 1.1x to 2x against sums of a row alone, but 0.6x to 1.05x where pixels alias, and 0.5x to
    1.4x of 2x2 windows where elements are small and dx is not.

    What goes past the caches is made in scratch, some pixels of some rows at a time: 1.05x to 1.8x.
    """
    cdef ptrdiff_t pixel = g.channels * g.item, stride = g.width.stride
    if (g.kernels.sum_pixels[g.dtype] == NULL or not has_vectors_of_channels(g.channels, g.item)
            or pixel % (WAY_BYTES // 2) == 0 or not g.job.flat or not 2 <= g.job.side <= 3
            or not 1 <= g.job.step < g.job.side or (g.job.side == 2 and g.item < 4 and g.bytes > SECOND_CACHE_BYTES)
            or (stride == 2 and max(g.height.before, g.width.before) > 1)):
        return False
    if g.streams:
        g.block = CHANNEL_ROWS
        g.chunk = min(g.width.length, stride * max(1, MADE_PIXELS_BYTES // (stride * pixel)))
        if g.block * g.chunk * pixel > MOST_SCRATCH:
            return False
        g.scratch_bytes = g.block * g.chunk * pixel
    else:
        g.block = stride * (FEW_CHANNEL_ROWS if g.width.length * pixel % WAY_BYTES == 0 else CHANNEL_ROWS)
        g.chunk = g.width.length
    g.blocks = ceil_div(g.height.length + (g.height.before if stride == 2 else 0), g.block)
    g.items = g.planes * g.blocks
    g.run = backward_pixels
    ways[1] = b"backward by sums down the rows of pixels"
    return True


cdef void backward_pixels(const Gradient *g, char *scratch, ptrdiff_t item) noexcept nogil:
    """A block of rows of one plane of dx, at stride 2 from where a window begins: alike columns together."""
    cdef ptrdiff_t plane = item // g.blocks, row = g.width.output * g.channels, at = plane * g.height.output * row
    cdef ptrdiff_t first = item % g.blocks * g.block, pixel = g.channels * g.item, column = 0, strip = 0, r
    cdef char *dx
    cdef char *cells
    cdef cpool_sums c
    c.height, c.row, c.kernel, c.stride, c.above = g.height.output, row, g.job.side, g.width.stride, 0
    c.n_channels, c.dx_row = g.channels, g.width.length * g.channels
    c.ahead = FAR_PIXELS_AHEAD_BYTES if g.streams else PIXELS_AHEAD_BYTES
    c.first = first + g.height.before
    if c.stride == 2:
        c.first, c.above = first // 2, -g.height.before if first == 0 else 0
        first = max(0, first - g.height.before)
        column = -g.width.before
    c.n_rows = min(g.block + c.above, g.height.length - first)
    dx = g.dx + (plane * g.height.length + first) * g.width.length * pixel
    cells = dx
    if g.streams:
        cells, c.dx_row = scratch, g.chunk * g.channels
    while column < g.width.length:
        find_viewers(g.width, column, &c)
        c.n_pixels = min(c.n_pixels, max(1, (strip + g.chunk - column) // c.stride))
        g.kernels.sum_pixels[g.dtype](cells + (column - strip) * pixel, g.dout + at * g.item, g.record + at, &c)
        column += c.n_pixels * c.stride
        if g.streams and (column - strip > g.chunk - c.stride or column >= g.width.length):
            for r in range(c.n_rows):
                g.kernels.pack_past(dx + (r * g.width.length + strip) * pixel, cells + r * g.chunk * pixel,
                                    (min(column, g.width.length) - strip) * pixel)
            strip = column


cdef inline void find_viewers(const Axis *width, ptrdiff_t column, cpool_sums *c) noexcept nogil:
    """The outputs that see a column, or from a window's beginning a pair of them, and how many go on like that."""
    cdef ptrdiff_t others = c.kernel - c.stride, first = (column + width.before) // c.stride - others, viewer, t
    for t in range(c.kernel):
        viewer = first + min(t, others)
        # By their columns 2, 1, 0 (of two taps 1, 0), or of pairs 2, 0, 1.
        c.tap_code[t] = (2 * c.kernel - 1 - t * c.stride) % c.kernel if 0 <= viewer < width.output else -1
        c.tap[t] = max(0, min(viewer, width.output - 1)) * c.n_channels
    c.pixels = (column >= 0) + 2 * (column + 1 < width.length)
    c.n_pixels = 1
    if first >= 0 and c.pixels == 3:
        c.n_pixels = max(1, min(width.output - first - others, (width.length - column) // c.stride))
