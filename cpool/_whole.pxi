# Forward of NCHW where the window is all of a plane that is one run of memory: window_one.h.

cdef ptrdiff_t LEAST_WINDOW_BYTES = 1024   # of a window; of 448 to 840 0.3x to 1.1x of passes


cdef bint plan_whole(Job *job) noexcept nogil:
    """Whether planes are windows of enough cells, or with places for which passes have no vectors (40x and more)."""
    if not job.whole or (job.plane_cells * job.item < LEAST_WINDOW_BYTES
                         and (job.record == NULL or job.code_item <= job.item)):
        return False
    job.items = job.planes
    job.run, job.way = forward_whole, b"forward by windows"
    return True


cdef void forward_whole(const Job *job, Scratch *scratch, ptrdiff_t item) noexcept nogil:
    """One plane."""
    cdef ptrdiff_t place = job.kernels.best_one[job.key](
        job.outputs + item * job.item, job.cells + plane_offset(job, item) * job.item, job.plane_cells, job.flip)
    if job.record != NULL:
        store_code(job.record + item * job.code_item, job.code_item, place)


cdef inline void store_code(char *code, ptrdiff_t n_bytes, uint64_t place) noexcept nogil:
    if n_bytes == 1:
        (<uint8_t *> code)[0] = <uint8_t> place
    elif n_bytes == 2:
        (<uint16_t *> code)[0] = <uint16_t> place
    elif n_bytes == 4:
        (<uint32_t *> code)[0] = <uint32_t> place
    else:
        (<uint64_t *> code)[0] = place
