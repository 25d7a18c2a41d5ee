# One pooling call as C structures, and what forward and backward share: where a window's cells lie along an axis.

cdef struct Axis:
    ptrdiff_t length, kernel, stride, before, dilation, output
    ptrdiff_t step                # elements of x from one cell to the next
    ptrdiff_t whole, end_whole    # the windows from the one to the other see none of the padding

cdef struct Level:                # one pass in scratch
    ptrdiff_t first, n_taps       # its taps in the job's list
    ptrdiff_t lost                # cells at a run's end whose windows would end past it

cdef struct Cut:                  # how forward_flat cuts an axis
    ptrdiff_t extent, count       # outputs of a block; blocks

cdef struct Block:
    ptrdiff_t plane, planes
    ptrdiff_t channel, channels
    ptrdiff_t first[3]            # outputs from these on,
    ptrdiff_t n[3]                # so many

cdef struct Job:
    void (*run)(const Job *, Scratch *, ptrdiff_t) noexcept nogil
    ptrdiff_t items               # calls of run, each of which writes its own part of the result
    const cpool_kernels *kernels
    const char *way               # what the run is called, for tests
    int key, size                 # of x's elements (CPOOL_FOR_EACH_KEY); of codes, as a power of two, 0 without record
    const Axis *axis[3]           # the plan's, and their names
    const Axis *depth
    const Axis *height
    const Axis *width
    Axis merged                   # height, of all planes as one (merge_planes)
    ptrdiff_t channels            # channels last: how many lie side by side; else 1
    ptrdiff_t planes
    int n_lead                    # axes before the pooled ones and channels, merged where one step covers two:
    const ptrdiff_t *lead_length  # [n_lead]
    const ptrdiff_t *lead_step
    bint flat                     # planes have two axes: depth is one point
    bint whole                    # the only window is all of a plane, which is one run of memory
    ptrdiff_t side, step          # taps of a square window without gaps, and its stride both ways; else 0
    char *cells                   # x
    char *end                     # past the last of x's elements
    char *outputs                 # y, or the indices of a record; contiguous
    char *record                  # beside outputs; NULL: not wanted
    ptrdiff_t item, code_item     # bytes of an element, of a code
    ptrdiff_t plane_cells         # without channels
    ptrdiff_t x_bytes             # of all of x's cells, also where some share their memory
    char fill[8]                  # what padding holds: what never wins
    char fill_key[8]              # the same between passes
    uint64_t flip                 # what makes keys of x's elements
    # forward_flat
    bint in_pairs                 # rows are not taken apart by place modulo stride
    Cut cut[3]
    int last_axis                 # the one whose pass makes y
    int levels, row_levels        # passes in scratch; those along the rows
    Level level[24]               # MOST_LEVELS
    ptrdiff_t group               # planes of a block
    ptrdiff_t band, bands         # channels last: channels of a block; so many of these a plane has
    # In scratch: x's cells in an image for each place modulo stride, then what passes make of them, then its places
    ptrdiff_t image, n_made       # elements of an image, of what is made
    ptrdiff_t made, places        # bytes from the start of scratch
    ptrdiff_t outputs_apart       # bytes from the start of scratch to a block's outputs, where y does not take them
    ptrdiff_t strip               # rows of x that lie in scratch at a time
    bint strips                   # fewer than a block has
    bint refills                  # padding does not stay around the rows from block to block
    ptrdiff_t n_list              # taps in all
    ptrdiff_t row_outputs         # from one row to the next, of each place modulo stride
    bint raises                   # blocks are whole planes or rows, and some windows begin in the padding
    char *least                   # the least place of each output of a plane
    # Forward from x itself
    cpool_planes layout           # forward_planes
    bint streams                  # past the caches
    ptrdiff_t ahead               # how far ahead x is asked for, in bytes
    ptrdiff_t block, blocks       # output rows done at a time, and how many times
    ptrdiff_t columns             # of outputs done at a time (forward_down_columns)
    # Scratch
    ptrdiff_t *tap                # [n_list] offset in scratch
    int64_t *tap_code             # [n_list]
    ptrdiff_t n_rows              # the most that a window has
    ptrdiff_t scratch_bytes
    Scratch *scratch              # [threads]

cdef struct Scratch:
    const void **value
    int64_t *row_code
    char *cells
    ptrdiff_t filled              # the first output row for which padding is filled in, and 1
    ptrdiff_t first, columns      # of x's columns that a block sees;
    ptrdiff_t beside              # columns of padding before them

cdef inline ptrdiff_t ceil_div(ptrdiff_t a, ptrdiff_t b) noexcept nogil:
    """Rounded up, for any a and b > 0. (Division here is C's, rounded to zero.)"""
    return a // b + (a % b > 0)

cdef inline ptrdiff_t window_start(const Axis *axis, ptrdiff_t output) noexcept nogil:
    return output * axis.stride - axis.before

cdef inline ptrdiff_t first_tap(const Axis *axis, ptrdiff_t start) noexcept nogil:
    return 0 if start >= 0 else ceil_div(-start, axis.dilation)

cdef inline ptrdiff_t end_tap(const Axis *axis, ptrdiff_t start) noexcept nogil:
    return min(axis.kernel, (axis.length - 1 - start) // axis.dilation + 1)

cdef inline ptrdiff_t span(const Axis *axis) noexcept nogil:
    return (axis.kernel - 1) * axis.dilation + 1

cdef inline void find_whole_windows(Axis *axis) noexcept nogil:
    cdef ptrdiff_t room = axis.length + axis.before - span(axis)
    axis.whole = min(axis.output, ceil_div(axis.before, axis.stride))
    axis.end_whole = max(axis.whole, min(axis.output, room // axis.stride + 1)) if room >= 0 else axis.whole

cdef void find_facts(Job *job) noexcept:
    """What ways of forward ask of the geometry."""
    cdef const Axis *axis
    cdef int i
    job.plane_cells = 1
    job.flat = job.depth.kernel == job.depth.length == job.depth.output == 1
    job.side = job.width.kernel if job.height.kernel == job.width.kernel else 0
    if max(job.height.dilation, job.width.dilation) > 1:
        job.side = 0
    job.step = job.width.stride if job.height.stride == job.width.stride else 0
    job.whole = job.channels == 1
    for i in range(2, -1, -1):
        axis = job.axis[i]
        job.whole = (job.whole and axis.kernel == axis.length and axis.output == 1 and axis.before == 0
                     and (axis.length == 1 or axis.dilation == 1 and axis.step == job.plane_cells))
        job.plane_cells *= axis.length

cdef inline ptrdiff_t first_viewer(const Axis *axis, ptrdiff_t cell) noexcept nogil:
    """The outputs from here to before end_viewer may look at this cell."""
    return min(axis.output, max(0, ceil_div(cell + axis.before - span(axis) + 1, axis.stride)))

cdef inline ptrdiff_t end_viewer(const Axis *axis, ptrdiff_t cell) noexcept nogil:
    return min(axis.output, (cell + axis.before) // axis.stride + 1)

cdef inline ptrdiff_t plane_outputs(const Job *job) noexcept nogil:
    return job.depth.output * job.height.output * job.width.output * job.channels

cdef inline ptrdiff_t output_at(const Job *job, ptrdiff_t plane, ptrdiff_t d, ptrdiff_t h, ptrdiff_t w) noexcept nogil:
    """Where an output's first channel lies in y, in elements."""
    return (((plane * job.depth.output + d) * job.height.output + h) * job.width.output + w) * job.channels

cdef inline char *record_at(const Job *job, ptrdiff_t y) noexcept nogil:
    return job.record + y * job.code_item if job.record != NULL else NULL

cdef inline ptrdiff_t plane_offset(const Job *job, ptrdiff_t plane) noexcept nogil:
    """Elements from the array's first cell to the plane's."""
    cdef ptrdiff_t offset = 0
    cdef int i
    for i in range(job.n_lead - 1, 0, -1):
        offset += plane % job.lead_length[i] * job.lead_step[i]
        plane //= job.lead_length[i]
    return offset + plane * job.lead_step[0]

cdef inline cpool_window window_of(const Job *job, const Scratch *scratch) noexcept nogil:
    return cpool_window(scratch.value, scratch.row_code, NULL, 0, 0, 0, 0, 0, 0, 1, 0, 0, job.flip, 0, job.streams,
                        job.ahead)

cdef inline void see_columns(cpool_window *window, const Axis *width, ptrdiff_t ow, ptrdiff_t first) noexcept nogil:
    """Gives the window the taps of output column ow from `first` on that lie in x."""
    cdef ptrdiff_t start = window_start(width, ow)
    window.n_taps = end_tap(width, start) - first
    window.tap, window.tap_code = (start + first * width.dilation) * width.step, first
    window.tap_step = width.dilation * width.step if window.n_taps > 1 else 0

cdef inline int log2_bytes(ptrdiff_t n_bytes) noexcept nogil:
    return 0 if n_bytes == 1 else 1 if n_bytes == 2 else 2 if n_bytes == 4 else 3
