# Forward in blocks: the passes of window_best over what is laid out, and the last one, into y and the record.

cdef const Buffer *step_along(const Job *job, Scratch *scratch, int i, const Buffer *source, const Buffer *made,
                              ptrdiff_t n_cells) noexcept nogil:
    """All passes along an axis but the last, each over a buffer's cells as one run; returns where the last finds them.

    In place where source is made: a pass reads only from where it writes on.
    """
    cdef ptrdiff_t number, at
    cdef ptrdiff_t images = source.images if source == made else 1, image
    cdef const Level *level
    for number in range(job.cut[i].levels - 1):
        level = &job.cut[i].level[number]
        for image in range(images):
            at = image * source.image
            best_of(job, level, buffer_cells(job, scratch, made, at), buffer_places(job, scratch, made, at), 0,
                    buffer_cells(job, scratch, source, at), buffer_places(job, scratch, source, at), 0, 1,
                    n_cells - level.lost, n_cells + slack(job))
        source = made
    return source


cdef void pass_columns_and_slices(const Job *job, Scratch *scratch, const Block *block) noexcept nogil:
    """The passes along the columns and from slice to slice, over what lay_out_block has made of the rows."""
    cdef ptrdiff_t row = job.cut[2].extent * job.band, slice = job.cut[1].cells * row
    cdef ptrdiff_t made_slice = job.cut[1].extent * row, n_slices = block.planes * job.cut[0].cells, image
    cdef const Buffer *source = step_along(job, scratch, 1, &job.rows, &job.rows, n_slices * slice)
    if job.last_axis == 1:
        emit(job, scratch, block, last_level(job, 1), source, n_slices // block.planes * slice, slice, row)
        return
    for image in range(job.cut[0].phases):
        best_of(job, last_level(job, 1), buffer_cells(job, scratch, &job.slices, image * job.slices.image),
                buffer_places(job, scratch, &job.slices, image * job.slices.image), made_slice,
                buffer_cells(job, scratch, source, image * job.cut[1].phases * source.image),
                buffer_places(job, scratch, source, image * job.cut[1].phases * source.image), slice, n_slices,
                made_slice, n_slices * made_slice + slack(job))
    source = step_along(job, scratch, 0, &job.slices, &job.slices, n_slices * made_slice)
    emit(job, scratch, block, last_level(job, 0), source, n_slices // block.planes * made_slice, made_slice, row)


cdef void pass_rows(const Job *job, Scratch *scratch, const Block *block) noexcept nogil:
    """A window in one pass, or the passes of one along the rows alone."""
    cdef ptrdiff_t row = job.cut[2].cells * job.band, slice = job.cut[1].cells * row
    cdef ptrdiff_t plane = job.cut[0].cells * slice
    cdef const Buffer *source = step_along(job, scratch, 2, &job.cells_in, &job.steps, block.planes * plane)
    emit(job, scratch, block, last_level(job, 2), source, plane, slice, row)


cdef void emit(const Job *job, Scratch *scratch, const Block *block, const Level *level, const Buffer *source,
               ptrdiff_t plane_cells, ptrdiff_t slice_cells, ptrdiff_t row_cells) noexcept nogil:
    """The last pass, into y and the record; planes, slices and rows lie so many cells apart in the source."""
    cdef ptrdiff_t row = job.axis[2].output * job.channels, slice = job.axis[1].output * row, pitch = row
    cdef ptrdiff_t width = block.n[2] * job.channels, n_rows = block.n[1], n_slices = block.n[0]
    cdef ptrdiff_t planes = block.planes, runs = 1, plane, d, h, at, room, y
    cdef bint whole_rows = job.bands == 1 and width == row
    cdef bint adjacent = whole_rows and n_rows == job.axis[1].output and n_slices == job.axis[0].output
    if job.packs:
        pack_rows(job, scratch, block, level, source, plane_cells, slice_cells, row_cells)
        return
    if job.bands > 1:
        # Of each output a few channels: a row of those for each.
        runs, n_rows, width, pitch = n_rows, block.n[2], block.channels, job.channels
    elif whole_rows and row_cells == row:
        # Without a halo rows follow each other in the source as in y: one run.
        width, n_rows = width * n_rows, 1
        if adjacent and slice_cells == slice and plane_cells == n_slices * slice:
            width, n_slices, planes = width * n_slices * planes, 1, 1
    for plane in range(planes):
        for d in range(n_slices):
            for h in range(runs):
                at = plane * plane_cells + d * slice_cells + h * row_cells
                y = (((block.plane + plane) * job.axis[0].output + block.first[0] + d) * slice
                     + (block.first[1] + h) * row + block.first[2] * job.channels + block.channel)
                # Past a row's end may be written what this block writes afterwards.
                room = ((block.plane + block.planes) * job.axis[0].output * slice - y if adjacent
                        else n_rows * width if whole_rows else 0)
                best_of(job, level, job.outputs + y * job.item,
                        job.record + y * job.code_item if job.record != NULL else NULL, pitch,
                        buffer_cells(job, scratch, source, at), buffer_places(job, scratch, source, at),
                        row_cells if job.bands == 1 else job.band, n_rows, width, room)


cdef void pack_rows(const Job *job, Scratch *scratch, const Block *block, const Level *level, const Buffer *source,
                    ptrdiff_t plane_cells, ptrdiff_t slice_cells, ptrdiff_t row_cells) noexcept nogil:
    """All rows of a slice as one run, with what lies between them, which is then left out: 1.7x on 7x7 planes."""
    cdef ptrdiff_t row = job.axis[2].output * job.band, n_rows = block.n[1], n_slices = block.n[0]
    cdef ptrdiff_t planes = block.planes, plane, made = n_rows * row_cells
    cdef ptrdiff_t n = planes * n_slices * n_rows, room = n * row
    cdef ptrdiff_t y = ((block.plane * job.axis[0].output + block.first[0]) * job.axis[1].output + block.first[1]) * row
    cdef char *record
    if plane_cells == n_slices * slice_cells:
        n_slices, planes = n_slices * planes, 1
    for plane in range(planes):
        record = buffer_places(job, scratch, &job.packed, 0)
        if record != NULL:
            record += plane * n_slices * made
        best_of(job, level, buffer_cells(job, scratch, &job.packed, plane * n_slices * made), record, made,
                buffer_cells(job, scratch, source, plane * plane_cells), NULL, slice_cells, n_slices,
                made - row_cells + row, n_slices * made + slack(job))
    job.kernels.pack(job.outputs + y * job.item, row * job.item, buffer_cells(job, scratch, &job.packed, 0),
                     row_cells * job.item, n, row * job.item, room * job.item)
    if job.record != NULL:
        job.kernels.pack(job.record + y, row, buffer_places(job, scratch, &job.packed, 0), row_cells, n, row, room)


cdef inline void best_of(const Job *job, const Level *level, char *y, char *record, ptrdiff_t y_pitch,
                         const char *value, const char *value_places, ptrdiff_t pitch, ptrdiff_t n, ptrdiff_t width,
                         ptrdiff_t room) noexcept nogil:
    """One pass: y[n][width] out of the source at `value`."""
    cdef cpool_window window
    cdef int64_t row_code = 0
    cdef const void *values = value
    cdef const void *codes = value_places
    window.value = &values
    window.code = &codes if value_places != NULL else NULL
    window.row_code = &row_code
    window.n_rows = 1
    window.tap = job.tap + level.first
    window.tap_code = job.tap_code + level.first
    window.n_taps = level.n_taps
    window.pitch = pitch
    window.left = window.streams = False
    window.ahead = 0
    job.best(y, record, y_pitch, &window, n, width, room)
