# Forward of channels last of large windows: along the rows of x and down a ring of them, some columns of one vector of
# channels at a time. Against passes, whose scratch few such windows fill, with a record 1.4x to 2.9x of 21x21 windows
# and 3x to 20x of 31x31 to 127x127; without one 0.7x (SSE2) to 2.3x and 1.3x to 9x. Of 9x9 to 15x15 0.6x to 1.4x.

cdef ptrdiff_t LEAST_RING = 16          # taps each way,
cdef ptrdiff_t LEAST_RING_OVERLAP = 4   # of so many strides; of one 0.5x to 1.0x


cdef bint plan_ring(Job *job) noexcept nogil:
    """Cuts planes into strips of columns for which scratch is enough, each of which sees a window's columns more."""
    cdef ptrdiff_t lanes = lanes_of_passes(job), cell = lanes * (job.item + place_bytes(job)), strips
    if (job.size > 1 or job.kernels.best_ring[job.key][job.size] == NULL or job.channels < lanes or not job.flat
            or max(job.height.dilation, job.width.dilation) > 1
            or min(job.height.kernel, job.width.kernel) < LEAST_RING
            or job.height.kernel // LEAST_RING_OVERLAP < job.height.stride
            or job.width.kernel // LEAST_RING_OVERLAP < job.width.stride
            or max(job.height.kernel, job.width.kernel) > MOST_SCRATCH // cell):
        return False
    job.columns = (MOST_SCRATCH // cell - job.width.kernel) // (job.height.kernel + 2)
    if job.columns < 1:
        return False
    strips = ceil_div(job.width.output, job.columns)
    job.columns = ceil_div(job.width.output, strips)
    job.blocks = ceil_div(job.width.output, job.columns)
    job.bands = ceil_div(job.channels, lanes)
    job.items = job.planes * job.blocks * job.bands
    job.scratch_bytes = cell * ((job.height.kernel + 2) * job.columns + job.width.kernel)
    job.run, job.way = forward_ring, b"forward by a ring of rows"
    return True


cdef inline ptrdiff_t lanes_of_passes(const Job *job) noexcept nogil:
    """As record_kernels.h has them, where there are vectors."""
    return min(job.kernels.vector_bytes, 32 if job.size == 1 and job.item == 2 else 64) // job.item


cdef void forward_ring(const Job *job, Scratch *scratch, ptrdiff_t item) noexcept nogil:
    """A strip of columns of one plane, of a vector of channels; the last two may overlap, and write the same."""
    cdef ptrdiff_t lanes = lanes_of_passes(job), channel = min(item % job.bands * lanes, job.channels - lanes)
    cdef ptrdiff_t plane = item // job.bands // job.blocks, first = item // job.bands % job.blocks * job.columns
    cdef ptrdiff_t y = output_at(job, plane, 0, 0, first) + channel
    cdef cpool_ring ring
    ring.height, ring.width, ring.row, ring.pixel = job.height.length, job.width.length, job.height.step, job.width.step
    ring.kernel = [job.height.kernel, job.width.kernel]
    ring.stride = [job.height.stride, job.width.stride]
    ring.before = [job.height.before, job.width.before]
    ring.n_rows, ring.first, ring.n = job.height.output, first, min(job.columns, job.width.output - first)
    ring.y_row, ring.y_pixel = job.width.output * job.channels, job.channels
    ring.scratch, ring.flip = scratch.cells, job.flip
    job.kernels.best_ring[job.key][job.size](job.outputs + y * job.item, record_at(job, y),
                                             job.cells + (plane_offset(job, plane) + channel) * job.item, &ring)
