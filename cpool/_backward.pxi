# Backward: clears dx and adds each dout to the cell that its record names, in the order of the outputs, as np.add.at
# would. It is done in chunks that stay in the cache between the two. Of windows of over 65,536 taps the record is made
# indices first (_scatter.pxi).
#
# Where dx would not stay in the caches, sums and windows side by side are written past them, in whole lines of the
# cache or, where rows lie at multiples of 16 bytes, as they come: 1.05x to 4x. A line that is written both ways waits
# for memory each time.

cdef struct Gradient:
    void (*run)(const Gradient *, char *, ptrdiff_t) noexcept nogil
    ptrdiff_t items              # calls of run, each of which writes its own part of dx
    const cpool_kernels *kernels
    int dtype
    const Job *job               # the forward's, for its geometry,
    const Axis *depth            # and its axes by their names
    const Axis *height
    const Axis *width
    cpool_taps taps              # from a window's first cell on
    ptrdiff_t bytes, n_outputs   # of dx; elements of dout
    bint streams                 # dx is larger than the caches
    ptrdiff_t block, blocks      # rows that are an item (of dx, or of outputs), and how many of these a slice has
    # Windows side by side (_spread.pxi)
    bint exact                   # no cell of dx is without a window
    ptrdiff_t rows               # output rows of a slice of dx
    # Sums (_sums.pxi, _row_sums.pxi)
    bint rising                  # codes of taps are in the order of the outputs that look at a cell
    cpool_same same              # kernel 0: not this way
    cpool_columns columns
    ptrdiff_t before, after      # elements between a cell and the first and the last output that look at it
    ptrdiff_t codes, made        # bytes from the start of a thread's scratch to the records, to dx's cells
    bint in_scratch              # cells are made there, and go past the caches together
    # Scratch
    ptrdiff_t scratch_bytes      # of a thread
    char *scratch
    # Scatter
    cpool_outputs outputs        # what is the same for all chunks
    uint64_t cell[3]             # elements of dx from one cell to the next
    int cut                      # the axis that blocks cut: the first that is more than one point
    ptrdiff_t planes, channels, item, code_item
    ptrdiff_t group              # planes done together
    ptrdiff_t chunk              # outputs along the cut axis done at a time
    char *dx
    const char *dout
    const char *record

cdef ptrdiff_t CLEARED_BYTES = 131072  # about the most of dx that is cleared at a time, several planes together; from
                                       # memory twice that, 1.05x to 1.3x; of a quarter of it 0.3x to 0.9x (Zen 5)
cdef ptrdiff_t CHUNK_BYTES = 32768  # about the most that is made at a time where each cell is written once
cdef ptrdiff_t WRITTEN_BYTES = 131072  # about the most of dx that is an item where each cell is written once
cdef ptrdiff_t BYTES_OF_TAP = sizeof(ptrdiff_t) + sizeof(int64_t)
cdef ptrdiff_t FEW_OUTPUTS = 9      # of planes that are scattered as one, if they may be: 1.1x to 2x, of 16 0.9x
cdef int GROUP = 4                  # planes, or channels, that scatter_record does together


cpdef backward(int dtype, ndarray dout, ndarray record, ndarray dx, Plan plan):
    """Adds dout where record says that a cell won; all contiguous in dx's layout; each of its cells is written."""
    cdef Gradient g
    cdef Job one_plane
    cdef ptrdiff_t cells = dx.size, planes, threads, apart
    cdef char *memory
    memset(&g, 0, sizeof(Gradient))
    g.kernels, g.dtype = chosen, dtype
    g.item, g.channels, g.code_item = dx.itemsize, plan.job.channels, plan.job.code_item
    g.bytes, g.n_outputs = cells * g.item, dout.size
    g.streams = (g.bytes > (CACHE_BYTES if g.channels == 1 else LARGE_CACHE_BYTES)
                 and chosen.pack_past != NULL)
    g.dx, g.dout, g.record = address(dx), address(dout), address(record)
    take_geometry(&g, &plan.job)
    if g.code_item > 2:
        ways[1] = b"backward by indices"
        planes = g.planes * g.channels
        scatter(True, dtype, dx, plan.decode(record), dout, g.n_outputs // planes, cells // planes, g.channels)
        return
    g.taps.n = plan.taps
    if g.code_item > 1 or not (plan_row_sums(&g) or plan_spread(&g) or plan_sums(&g) or plan_flat_sums(&g)):
        if plane_outputs(g.job) <= FEW_OUTPUTS:
            # Here planes lie one after the other, whatever those of x do.
            one_plane, apart = plan.job, g.height.length * g.height.step
            one_plane.n_lead, one_plane.lead_step = 1, &apart
            merge_planes(&one_plane)
            take_geometry(&g, &one_plane)
        plan_scatter(&g)
    threads = threads_for(g.items, <double> cells)
    g.scratch_bytes = ceil_div(g.scratch_bytes, 64) * 64
    memory = <char *> malloc(64 + threads * g.scratch_bytes + g.taps.n * BYTES_OF_TAP)
    if memory == NULL:
        raise MemoryError("no memory for the scratch of a gradient")
    g.scratch = memory + (-<ptrdiff_t> memory % 64 + 64)
    lay_out_taps(&g, g.scratch + threads * g.scratch_bytes)
    run_items(run_gradient_item, &g, g.items, threads)
    free(memory)


cdef void run_gradient_item(void *gradient, ptrdiff_t thread, ptrdiff_t item) noexcept nogil:
    cdef const Gradient *g = <const Gradient *> gradient
    g.run(g, g.scratch + thread * g.scratch_bytes, item)


cdef void take_geometry(Gradient *g, const Job *job) noexcept:
    """Sizes and steps of dx and of the outputs, as the kernels want them."""
    cdef cpool_outputs *outputs = &g.outputs
    cdef uint64_t cells = g.channels
    cdef int i
    g.job, g.planes = job, job.planes
    g.depth, g.height, g.width = job.depth, job.height, job.width
    for i in range(2, -1, -1):
        g.cell[i] = cells
        cells *= <uint64_t> g.job.axis[i].length
    outputs.step, outputs.row = g.channels, g.width.output * g.channels
    outputs.dx_step = <ptrdiff_t> (<uint64_t> g.width.stride * g.cell[2])
    outputs.dx_row = <ptrdiff_t> (<uint64_t> g.height.stride * g.cell[1])
    outputs.n_planes, outputs.plane, outputs.dx_plane = g.channels, 1, 1
    if g.channels == 1:
        outputs.plane, outputs.dx_plane = plane_outputs(g.job), <ptrdiff_t> cells
    g.cut = 0
    while g.cut < 2 and g.job.axis[g.cut].length == 1 and g.job.axis[g.cut].output == 1:
        g.cut += 1


cdef void plan_scatter(Gradient *g) noexcept:
    """Cuts the planes into groups, blocks and chunks."""
    cdef const Axis *axis = g.job.axis[g.cut]
    cdef ptrdiff_t slice_bytes = <ptrdiff_t> g.cell[g.cut] * g.item
    cdef ptrdiff_t threads = threads_for(MOST_THREADS, <double> g.bytes / g.item)
    g.group = 1 if g.channels > 1 else min(g.planes, GROUP)
    g.blocks = 1
    g.items = ceil_div(g.planes, g.group)
    # Windows that lie in two blocks are looked at twice: blocks are much longer than windows.
    if threads > 1 and g.items < 4 * threads:
        g.blocks = max(1, min(4 * threads // g.items, axis.length // (4 * min(axis.length, span(axis)))))
    g.block = ceil_div(axis.length, g.blocks)
    g.blocks = ceil_div(axis.length, g.block)
    g.items *= g.blocks
    g.chunk = max(1, CLEARED_BYTES * (2 if g.streams else 1) // (slice_bytes * g.group) // axis.stride)
    g.run = backward_block
    ways[1] = (b"backward of all planes as one" if g.job.height == &g.job.merged
               else b"backward of parts of planes" if g.blocks > 1 else b"backward of channels" if g.channels > 1
               else b"backward of four planes at a time" if g.group == GROUP else b"backward of up to three planes")


cdef void lay_out_taps(Gradient *g, char *memory) noexcept:
    """Where each tap lies from its window's first cell on."""
    cdef ptrdiff_t *offset = <ptrdiff_t *> memory
    cdef int64_t *code = <int64_t *> (offset + g.taps.n)
    cdef uint64_t step[3]
    cdef ptrdiff_t d, h, w
    cdef int64_t n = 0
    cdef int i
    # Unsigned: the offsets of taps that see nothing may wrap.
    for i in range(3):
        step[i] = g.cell[i] * <uint64_t> g.job.axis[i].dilation
    g.taps.offset, g.taps.code, g.outputs.offset_of = offset, code, offset
    for d in range(g.depth.kernel):
        for h in range(g.height.kernel):
            for w in range(g.width.kernel):
                offset[n] = <ptrdiff_t> (<uint64_t> d * step[0] + <uint64_t> h * step[1] + <uint64_t> w * step[2])
                code[n] = g.taps.n - 1 - n if g.rising else n
                n += 1


cdef void backward_block(const Gradient *g, char *scratch, ptrdiff_t item) noexcept nogil:
    """A block of some planes of dx."""
    cdef const Axis *axis = g.job.axis[g.cut]
    cdef ptrdiff_t slice_cells = <ptrdiff_t> g.cell[g.cut], slice_bytes = slice_cells * g.item
    cdef ptrdiff_t plane = item // g.blocks * g.group, n_planes = min(g.group, g.planes - plane)
    cdef ptrdiff_t first = item % g.blocks * g.block, end = min(axis.length, first + g.block), cleared = first, upto
    cdef ptrdiff_t o = first_viewer(axis, first), end_o = end_viewer(axis, end - 1)
    cdef ptrdiff_t pitch = axis.length * slice_bytes, next_o, last
    cdef cpool_outputs outputs = g.outputs
    cdef char *dx = g.dx + plane * pitch
    outputs.first, outputs.end = first * slice_cells, end * slice_cells
    if g.channels == 1:
        outputs.n_planes = n_planes
    while o < end_o:
        next_o = min(o + g.chunk, end_o)
        last = window_start(axis, next_o - 1)
        upto = end if span(axis) >= end - last else max(cleared, last + span(axis))
        clear_rows(dx + cleared * slice_bytes, pitch, n_planes, (upto - cleared) * slice_bytes)
        cleared = upto
        outputs.checked = (first > window_start(axis, o) and first > 0) or (end < axis.length and upto == end)
        scatter_chunk(g, &outputs, dx, plane, o, next_o)
        o = next_o
    if cleared < end:
        clear_rows(dx + cleared * slice_bytes, pitch, n_planes, (end - cleared) * slice_bytes)


cdef inline void clear_rows(char *row, ptrdiff_t pitch, ptrdiff_t n, ptrdiff_t n_bytes) noexcept nogil:
    cdef ptrdiff_t i
    if n_bytes == pitch:
        n_bytes, n = n * pitch, 1
    for i in range(n):
        memset(row + i * pitch, 0, n_bytes)


cdef void scatter_chunk(const Gradient *g, cpool_outputs *outputs, char *dx, ptrdiff_t plane, ptrdiff_t o,
                        ptrdiff_t end_o) noexcept nogil:
    """The outputs from o to end_o along the cut axis, all of them along the others."""
    cdef ptrdiff_t[3] first = [0, 0, 0]
    cdef ptrdiff_t[3] n = [g.depth.output, g.height.output, g.width.output]
    cdef ptrdiff_t d, at
    first[g.cut], n[g.cut] = o, end_o - o
    outputs.n_rows, outputs.width = n[1], n[2]
    for d in range(first[0], first[0] + n[0]):
        outputs.start = <ptrdiff_t> (<uint64_t> window_start(g.depth, d) * g.cell[0]
                                     + <uint64_t> window_start(g.height, first[1]) * g.cell[1]
                                     + <uint64_t> window_start(g.width, first[2]) * g.cell[2])
        at = output_at(g.job, plane, d, first[1], first[2])
        g.kernels.scatter_record[g.dtype][g.code_item - 1](dx, g.dout + at * g.item, g.record + at * g.code_item,
                                                           outputs)
