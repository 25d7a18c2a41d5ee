# Backward as sums, in vectors: each cell of dx is written once, with the sum of the outputs whose record names it. A
# vector is some of a cell's channels, or, of NCHW, the same cell of 16 planes, transposed in scratch (lanes).

cdef enum:
    MOST_SUMMED = 64                # taps
    MOST_PHASES = 8


cdef bint plan_sums(Gradient *g, cpool_sum_record *kernel) noexcept nogil:
    """Whether vectors of sums, of which each looks at all its windows, are fewer than outputs."""
    cdef const Axis *height = &g.axis[1]
    cdef const Axis *width = &g.axis[2]
    if g.taps.n > MOST_SUMMED or g.taps.n * g.item > chosen.vector_bytes:
        return False
    g.sum = kernel
    if g.channels > 1:
        if width.stride > MOST_PHASES:
            return False
        g.run = backward_sums
        g.items = g.planes * g.axis[0].length * height.length
        return g.channels * g.item >= 16
    if (g.axis[0].kernel > 1 or g.axis[0].length > 1 or g.axis[0].output > 1 or g.planes < LANES
            or height.stride > 1 or width.stride > 1):
        return False
    g.block = height.length
    while scratch_of_lanes(g) > MOST_SCRATCH:
        if g.block == 1:
            return False
        g.block = ceil_div(g.block, 2)
    g.blocks = ceil_div(height.length, g.block)
    g.items = ceil_div(g.planes, LANES) * g.blocks
    g.run = backward_lanes
    return True


cdef inline ptrdiff_t viewers(const Axis *axis, ptrdiff_t n) noexcept nogil:
    """Outputs, before and past the real ones too, that may look at n cells of which the first is a stride's multiple."""
    return last_viewer(axis, n - 1) - first_viewer(axis, 0) + 1


cdef double scratch_of_lanes(Gradient *g) noexcept nogil:
    """A thread's scratch: outputs, with those that there are not around them, their records, and a block of dx."""
    cdef double outputs = <double> LANES * viewers(&g.axis[1], g.block) * viewers(&g.axis[2], g.axis[2].length)
    cdef double cells = <double> LANES * (<double> g.block * g.axis[2].length + LANES)
    cdef double bytes = outputs * (g.item + 1) + cells * g.item
    if bytes <= MOST_SCRATCH:
        g.codes = <ptrdiff_t> outputs * g.item
        g.cells = g.codes + <ptrdiff_t> outputs
        g.scratch_bytes = ceil_div(<ptrdiff_t> bytes, 64) * 64
    return bytes


cdef inline ptrdiff_t lane_places(const Gradient *g) noexcept nogil:
    return viewers(&g.axis[1], g.block) * g.axis[2].output


cdef void lay_out_sums(Gradient *g, char *scratch, int threads) noexcept nogil:
    """Where a block's outputs go. Around them is nothing to add."""
    cdef const Axis *width = &g.axis[2]
    cdef ptrdiff_t pitch = viewers(width, width.length), row, column, i
    for i in range(threads):
        memset(scratch + i * g.scratch_bytes, 0, g.cells)
    g.place = <ptrdiff_t *> (scratch + threads * g.scratch_bytes)
    for row in range(viewers(&g.axis[1], g.block)):
        for column in range(width.output):
            g.place[row * width.output + column] = (row * pitch + column - first_viewer(width, 0)) * LANES


cdef void backward_lanes(const Gradient *g, char *scratch, ptrdiff_t item) noexcept nogil:
    """A block of rows of 16 planes of dx."""
    cdef const Axis *height = &g.axis[1]
    cdef const Axis *width = &g.axis[2]
    cdef ptrdiff_t plane = item // g.blocks * LANES, planes = min(LANES, g.planes - plane)
    cdef ptrdiff_t first = item % g.blocks * g.block, n = min(g.block, height.length - first)
    # The block's rows of outputs, and those of them that there are.
    cdef ptrdiff_t low = first_viewer(height, first), high = last_viewer(height, first + n - 1) + 1
    cdef ptrdiff_t top = min(high, max(low, 0)), bottom = max(top, min(high, height.output))
    cdef ptrdiff_t low_column = first_viewer(width, 0), pitch = viewers(width, width.length) * LANES
    cdef ptrdiff_t outputs = height.output * width.output, at = plane * outputs + top * width.output
    cdef ptrdiff_t cells = height.length * width.length, t
    cdef ptrdiff_t offset[MOST_SUMMED]
    cdef int64_t code[MOST_SUMMED]
    cdef cpool_taps taps
    cdef cpool_cells run
    cdef char *dx = scratch + g.cells
    taps.offset, taps.code = offset, code
    memset(scratch, 0, (top - low) * pitch * g.item)
    memset(scratch + (bottom - low) * pitch * g.item, 0, (high - bottom) * pitch * g.item)
    if top < bottom:
        chosen.transpose[log2_bytes(g.item)](scratch + (top - low) * pitch * g.item, g.place, g.dout + at * g.item,
                                             outputs, planes, (bottom - top) * width.output)
        chosen.transpose[0](scratch + g.codes + (top - low) * pitch, g.place, g.record + at, outputs, planes,
                            (bottom - top) * width.output)
    # Stride 1: all cells have the same windows around them.
    taps.n = g.taps.n
    for t in range(taps.n):
        code[t] = taps.n - 1 - t
        offset[t] = ((first + height.before - code[t] // width.kernel * height.dilation - low) * pitch
                     + (width.before - code[t] % width.kernel * width.dilation - low_column) * LANES)
    run.n_rows, run.n, run.n_phases, run.width = n, width.length, 1, LANES
    run.dx_row, run.row, run.streams = width.length * LANES, pitch, False
    g.sum(dx, scratch, scratch + g.codes, &taps, &run)
    take_out_of_lanes(g.dx + (plane * cells + first * width.length) * g.item, cells, dx, n * width.length, planes,
                      g.item)


cdef inline ptrdiff_t viewer(const Axis *axis, ptrdiff_t cell, ptrdiff_t tap) noexcept nogil:
    """The output of which this cell is this tap, or -1."""
    cdef ptrdiff_t start = cell + axis.before - tap * axis.dilation
    return start // axis.stride if start >= 0 and start % axis.stride == 0 and start // axis.stride < axis.output else -1


cdef void backward_sums(const Gradient *g, char *scratch, ptrdiff_t item) noexcept nogil:
    """One row of dx, of channels last."""
    cdef const Axis *depth = &g.axis[0]
    cdef const Axis *height = &g.axis[1]
    cdef const Axis *width = &g.axis[2]
    cdef ptrdiff_t slice = item // height.length, od, oh, ow, d, h, w, r, t, p, i = 0, n, n_rows = 0, n_taps = 0
    cdef ptrdiff_t row = width.output * g.channels
    cdef ptrdiff_t at = slice // depth.length * depth.output * height.output * row
    cdef ptrdiff_t row_offset[MOST_SUMMED]
    cdef ptrdiff_t row_code[MOST_SUMMED]
    cdef ptrdiff_t offset[MOST_SUMMED]
    cdef int64_t code[MOST_SUMMED]
    cdef cpool_taps taps[MOST_PHASES]
    cdef cpool_cells run
    cdef char *dx = g.dx + item * width.length * g.channels * g.item
    run.n_rows, run.width, run.streams = 1, g.channels, g.bytes > CACHE_BYTES
    run.dx_row = run.row = 0
    for d in range(depth.kernel - 1, -1, -1):
        od = viewer(depth, slice % depth.length, d)
        for h in range(height.kernel - 1, -1, -1):
            oh = viewer(height, item % height.length, h)
            if od >= 0 and oh >= 0:
                row_offset[n_rows] = (od * height.output + oh) * row
                row_code[n_rows] = (d * height.kernel + h) * width.kernel
                n_rows += 1
    while i * width.stride < width.length:
        # Cells a stride apart have the same windows, but at the ends of the row.
        run.n_phases = min(width.stride, width.length - i * width.stride)
        run.n = (width.length - run.n_phases) // width.stride + 1 - i
        n = 0
        for p in range(run.n_phases):
            taps[p].offset, taps[p].code = offset + n, code + n
            n_taps = 0
            for t in range(width.kernel - 1, -1, -1):
                ow = p + width.before - t * width.dilation
                if ow % width.stride == 0:
                    ow = ow // width.stride + i
                    if ow < 0:
                        run.n = min(run.n, -ow)
                    elif ow < width.output:
                        run.n = min(run.n, width.output - ow)
                        offset[n + n_taps], code[n + n_taps] = ow * g.channels, t
                        n_taps += 1
            # From one row's taps, in rising order, to those of all rows.
            for r in range(n_rows - 1, -1, -1):
                for t in range(n_taps):
                    offset[n + r * n_taps + t] = row_offset[r] + offset[n + t]
                    code[n + r * n_taps + t] = row_code[r] + code[n + t]
            taps[p].n = n_rows * n_taps
            n += max(n_rows, 1) * n_taps
        g.sum(dx + i * width.stride * g.channels * g.item, g.dout + at * g.item, g.record + at, taps, &run)
        i += run.n
