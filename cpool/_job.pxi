# One pooling call as C structures, and what forward and backward share: where a window's cells lie along an axis.

cdef struct Axis:
    ptrdiff_t length, kernel, stride, before, dilation, output
    ptrdiff_t step  # elements of x from one cell to the next

cdef struct Job:
    void (*run)(const Job *, Scratch *, ptrdiff_t) noexcept nogil
    ptrdiff_t items               # calls of run, each of which writes its own part of the result
    const cpool_kernels *kernels
    cpool_window_best *best
    cpool_window_sum *sum
    Axis axis[3]
    ptrdiff_t channels            # channels last: how many lie side by side; else 1
    ptrdiff_t planes
    int n_lead
    ptrdiff_t lead_length[64]     # the axes before the pooled ones and channels, merged where one step covers two
    ptrdiff_t lead_step[64]
    char *cells                   # x or dx
    char *outputs                 # y or dout, contiguous
    char *record                  # beside outputs; NULL: not wanted
    ptrdiff_t item, code_item     # bytes of an element, of a code
    char fill[8]                  # what padding holds: what never wins, or adds nothing to a sum
    # How rows are cut into pieces and laid out in scratch (row traversals alone)
    ptrdiff_t tile, tiles, block, blocks
    ptrdiff_t phases, phase_cells
    ptrdiff_t first_output        # backward: the first output that looks at the first tile; may be negative
    ptrdiff_t row_cells, gather_cells  # backward: outputs that look at a tile, and at the rows of a block
    ptrdiff_t *tap                # [kernel] offset in scratch
    ptrdiff_t *tap_direct         # [kernel] offset in the array
    int64_t *tap_code             # [kernel]
    ptrdiff_t *phase_taps         # backward: [phases + 1] where each phase's taps begin
    ptrdiff_t n_rows, n_taps      # the most that a window has
    ptrdiff_t scratch_bytes

cdef struct Scratch:
    const void **value
    const void **code
    int64_t *row_code
    ptrdiff_t *tap
    int64_t *tap_code
    char *cells

cdef inline ptrdiff_t ceil_div(ptrdiff_t a, ptrdiff_t b) noexcept nogil:
    """Rounded up, for any a and b > 0. (Division here is C's, rounded to zero.)"""
    return a // b + (a % b > 0)

cdef inline ptrdiff_t positive_modulo(ptrdiff_t a, ptrdiff_t b) noexcept nogil:
    return a % b + b if a % b < 0 else a % b

cdef inline ptrdiff_t window_start(const Axis *axis, ptrdiff_t output) noexcept nogil:
    return output * axis.stride - axis.before

cdef inline ptrdiff_t first_tap(const Axis *axis, ptrdiff_t start) noexcept nogil:
    return 0 if start >= 0 else ceil_div(-start, axis.dilation)

cdef inline ptrdiff_t end_tap(const Axis *axis, ptrdiff_t start) noexcept nogil:
    return min(axis.kernel, (axis.length - 1 - start) // axis.dilation + 1)

cdef inline ptrdiff_t span(const Axis *axis) noexcept nogil:
    return (axis.kernel - 1) * axis.dilation + 1

cdef inline ptrdiff_t first_whole_window(const Axis *axis) noexcept nogil:
    """The windows from here to end_whole_window see none of the padding."""
    return min(axis.output, ceil_div(axis.before, axis.stride))

cdef inline ptrdiff_t end_whole_window(const Axis *axis) noexcept nogil:
    cdef ptrdiff_t first = first_whole_window(axis)
    cdef ptrdiff_t room = axis.length + axis.before - span(axis)
    return max(first, min(axis.output, room // axis.stride + 1)) if room >= 0 else first

cdef inline ptrdiff_t first_viewer(const Axis *axis, ptrdiff_t cell) noexcept nogil:
    """The outputs from here to last_viewer may look at this cell; neither is clipped to the outputs there are."""
    return ceil_div(cell + axis.before - span(axis) + 1, axis.stride)

cdef inline ptrdiff_t last_viewer(const Axis *axis, ptrdiff_t cell) noexcept nogil:
    return (cell + axis.before) // axis.stride

cdef struct Viewer:
    ptrdiff_t output, tap  # tap -1: no such output, or its dilation passes over the cell

cdef inline ptrdiff_t most_viewers(const Axis *axis) noexcept nogil:
    """The most outputs that look at one cell."""
    return min(min(axis.kernel, axis.output), (span(axis) - 1) // axis.stride + 1)

cdef inline ptrdiff_t viewer_candidates(const Axis *axis, ptrdiff_t cell) noexcept nogil:
    """How many numbers viewer() has to be asked for to list the outputs that look at a cell."""
    if axis.dilation <= axis.stride:
        return min(axis.output - 1, last_viewer(axis, cell)) - max(0, first_viewer(axis, cell)) + 1
    return (last_viewing_tap(axis, cell) + 1
            - max(0, ceil_div(window_distance(axis, axis.output - 1, cell), axis.dilation)))

cdef inline Viewer viewer(const Axis *axis, ptrdiff_t cell, ptrdiff_t number) noexcept nogil:
    """The outputs that look at a cell, in their order: found from outputs or from taps, whichever has fewer to try."""
    cdef Viewer found
    cdef ptrdiff_t distance
    if axis.dilation <= axis.stride:
        found.output = max(0, first_viewer(axis, cell)) + number
        distance = window_distance(axis, found.output, cell)
        found.tap = distance // axis.dilation if distance % axis.dilation == 0 else -1
    else:
        found.tap = last_viewing_tap(axis, cell) - number
        distance = cell + axis.before - found.tap * axis.dilation
        found.output = distance // axis.stride
        if distance % axis.stride:
            found.tap = -1
    return found

cdef inline ptrdiff_t window_distance(const Axis *axis, ptrdiff_t output, ptrdiff_t cell) noexcept nogil:
    return cell - window_start(axis, output)

cdef inline ptrdiff_t last_viewing_tap(const Axis *axis, ptrdiff_t cell) noexcept nogil:
    return min(axis.kernel - 1, (cell + axis.before) // axis.dilation)

cdef inline ptrdiff_t plane_offset(const Job *job, ptrdiff_t plane) noexcept nogil:
    """Elements from the array's first cell to the plane's."""
    cdef ptrdiff_t offset = 0
    cdef int i
    for i in range(job.n_lead - 1, 0, -1):
        offset += plane % job.lead_length[i] * job.lead_step[i]
        plane //= job.lead_length[i]
    return offset + plane * job.lead_step[0]

cdef inline cpool_window window_of(const Scratch *scratch, const ptrdiff_t *tap, const int64_t *tap_code,
                                   ptrdiff_t n_taps, ptrdiff_t pitch) noexcept nogil:
    cdef cpool_window window
    window.value = scratch.value
    window.code = scratch.code
    window.row_code = scratch.row_code
    window.n_rows = 0
    window.tap = tap
    window.tap_code = tap_code
    window.n_taps = n_taps
    window.pitch = pitch
    return window

cdef inline int log2_bytes(ptrdiff_t n_bytes) noexcept nogil:
    return 0 if n_bytes == 1 else 1 if n_bytes == 2 else 2 if n_bytes == 4 else 3
