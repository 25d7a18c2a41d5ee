# Places of winners that would name padding.

cdef fused record_t:
    uint8_t
    uint16_t


cdef void find_least_places(Job *job) noexcept nogil:
    """The least place of each output of a plane, for blocks of whole planes: 1.5x on 5x5 to 13x13 windows."""
    cdef Block block
    cdef int i
    block.plane, block.planes, block.channel, block.channels = 0, 1, 0, job.channels
    for i in range(3):
        block.first[i], block.n[i] = 0, job.axis[i].output
    memset(job.least, 0, plane_outputs(job) * job.code_item)
    skip_padding(job, job.least, &block)


cdef void raise_places(const Job *job, const Block *block) noexcept nogil:
    """As skip_padding, of whole planes, or whole rows of a slice."""
    cdef ptrdiff_t at = output_at(job, 0, block.first[0], block.first[1], 0)
    cdef ptrdiff_t n = block.n[0] * block.n[1] * job.width.output, plane
    cdef const char *least = job.least + at * job.code_item
    cdef char *record
    for plane in range(block.plane, block.plane + block.planes):
        record = job.record + (plane * plane_outputs(job) + at) * job.code_item
        if job.code_item == 1:
            raise_row(<uint8_t *> record, <const uint8_t *> least, n)
        else:
            raise_row(<uint16_t *> record, <const uint16_t *> least, n)


cdef inline void raise_row(record_t *record, const record_t *least, ptrdiff_t n) noexcept nogil:
    cdef ptrdiff_t i
    for i in range(n):
        record[i] = least[i] if record[i] < least[i] else record[i]


cdef void skip_padding(const Job *job, char *record, const Block *block) noexcept nogil:
    """Moves the places of windows that begin in the padding to their first element where they name what comes before.

    Padding holds what never wins, so it is named only where all elements of the window are that, and as the first of
    all; then the first element is the winner. Every other place in such a window is past that one.
    """
    cdef ptrdiff_t beside = max(0, min(block.n[2], job.width.whole - block.first[2])), plane, d, h, w, n, run, start, at
    cdef int64_t first, least
    if job.depth.before == 0 and job.height.before == 0 and beside == 0:
        return
    for plane in range(block.plane, block.plane + block.planes):
        for d in range(block.first[0], block.first[0] + block.n[0]):
            for h in range(block.first[1], block.first[1] + block.n[1]):
                at = output_at(job, plane, d, h, block.first[2]) + block.channel
                first = (first_tap(job.depth, window_start(job.depth, d)) * job.height.kernel
                         + first_tap(job.height, window_start(job.height, h))) * job.width.kernel
                w, n = 0, block.n[2] if first > 0 else beside
                while w < n:
                    start = window_start(job.width, block.first[2] + w)
                    run = n - w if start >= 0 and job.bands == 1 else 1
                    least = first + first_tap(job.width, start)
                    if job.code_item == 1:
                        raise_codes(<uint8_t *> record + at, run * block.channels, <uint8_t> least)
                    else:
                        raise_codes(<uint16_t *> record + at, run * block.channels, <uint16_t> least)
                    at += run * job.channels
                    w += run


cdef inline void raise_codes(record_t *record, ptrdiff_t n, record_t least) noexcept nogil:
    cdef ptrdiff_t i
    for i in range(n):
        record[i] = max(record[i], least)
