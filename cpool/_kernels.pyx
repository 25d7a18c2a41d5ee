# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The compiled side: plane loops without the GIL, split over threads, over the C row kernels of src_c.

Data goes one way: a Plan (the geometry as C), a call's arrays (Job), the traversals (_forward.pxi, _backward.pxi), the row
kernels. Everything is checked before a function here is called, but for the indices, which are checked here.
"""

from cpython.buffer cimport PyBUF_STRIDES, PyBUF_WRITABLE, PyBuffer_Release, PyObject_GetBuffer
from cython.parallel cimport prange, threadid
from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy, memset

import os

cdef extern from "cpool_kernels.h" nogil:
    ctypedef struct cpool_window:
        const void **value
        const void **code
        const int64_t *row_code
        ptrdiff_t n_rows
        const ptrdiff_t *tap
        const int64_t *tap_code
        ptrdiff_t n_taps, pitch
    ctypedef void cpool_window_best(void *, void *, ptrdiff_t, const cpool_window *, ptrdiff_t, ptrdiff_t) noexcept
    ctypedef void cpool_window_sum(void *, ptrdiff_t, const cpool_window *, ptrdiff_t, ptrdiff_t) noexcept
    ctypedef void cpool_gather(void *, ptrdiff_t, const void *, ptrdiff_t, ptrdiff_t, ptrdiff_t, ptrdiff_t, ptrdiff_t, ptrdiff_t,
                               const void *) noexcept
    ctypedef void cpool_spread(void *, ptrdiff_t, ptrdiff_t, const void *, ptrdiff_t, ptrdiff_t, ptrdiff_t, ptrdiff_t,
                               ptrdiff_t) noexcept
    ctypedef void cpool_scatter(void *, ptrdiff_t, const void *, const int64_t *, ptrdiff_t, ptrdiff_t) noexcept
    ctypedef struct cpool_kernels:
        const char *isa
        cpool_window_best *window_best[2][11][4]
        cpool_window_sum *window_sum[11][4]
        cpool_scatter *scatter_add[11]
        cpool_scatter *scatter_put[4]
        cpool_gather *gather[4]
        cpool_spread *spread[4]
    const cpool_kernels **cpool_built
    int cpool_usable(const cpool_kernels *)

cdef extern from *:
    """
    #ifdef _OPENMP
    #include <omp.h>
    #define CPOOL_OPENMP 1
    #else
    #define CPOOL_OPENMP 0
    #define omp_get_max_threads() 1
    #endif
    """
    const int CPOOL_OPENMP
    int omp_get_max_threads() nogil

cdef ptrdiff_t ROW_CELLS = 16384        # a row tile's most elements: with its scratch it stays in the second-level cache
cdef ptrdiff_t BLOCK_CELLS = 16384      # a block's most outputs: enough to spread a call's overhead, few enough to share out
cdef ptrdiff_t SCRATCH_BYTES = 131072   # what a block's scratch should not pass
cdef ptrdiff_t THREAD_WORK = 131072     # cells seen that are worth a thread: starting one costs some 5 us

include "_job.pxi"
include "_forward.pxi"
include "_backward.pxi"
include "_scatter.pxi"

cdef const cpool_kernels *chosen = NULL
cdef int n_threads = omp_get_max_threads()
cdef bint forked = False


def built_isas():
    """Names of the instruction sets that this build has tables for, best first."""
    names = []
    cdef int i = 0
    while cpool_built[i] != NULL:
        names.append(cpool_built[i].isa.decode())
        i += 1
    return tuple(names)


def usable_isas():
    """Those of them that this machine can run, best first."""
    return tuple([name for i, name in enumerate(built_isas()) if cpool_usable(cpool_built[i])])


def select_isa(str name):
    """Makes this instruction set's table the one that all calls use; for tests, and for CPOOL_ISA."""
    global chosen
    if name not in usable_isas():
        raise ValueError(f"isa must be one of {', '.join(usable_isas())} on this machine, got {name!r}")
    chosen = cpool_built[built_isas().index(name)]


def isa():
    """The name of the instruction set in use.

    The best that the processor and the system can run, or the one that the environment variable CPOOL_ISA names.

    >>> import cpool
    >>> cpool.isa() in ("avx512", "avx2", "sse2", "neon", "scalar")
    True
    """
    return chosen.isa.decode()


def has_openmp():
    """Whether this build can run on more than one thread."""
    return bool(CPOOL_OPENMP)


def set_num_threads(n):
    """Set how many threads a call may use, n >= 1. The default is OpenMP's: OMP_NUM_THREADS, or one a core.

    A build without OpenMP, and a process forked from one that has imported cpool, runs on one thread whatever is set.

    Raises TypeError where n is not an integer, ValueError where it is not from 1 to 1024.

    >>> import cpool
    >>> cpool.set_num_threads(1)
    >>> cpool.get_num_threads()
    1
    """
    global n_threads
    if isinstance(n, bool) or not hasattr(n, "__index__"):
        raise TypeError(f"n must be an integer, got {n!r}")
    number = n.__index__()
    if not 1 <= number <= 1024:
        raise ValueError(f"n must be from 1 to 1024, got {n!r}")
    n_threads = number


def get_num_threads():
    """How many threads a call may use.

    >>> import cpool
    >>> cpool.get_num_threads() >= 1
    True
    """
    return n_threads if CPOOL_OPENMP and not forked else 1


def _after_fork():
    # libgomp's threads do not survive a fork, and the child's first parallel loop would wait for them for ever.
    global forked
    forked = True


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


cdef class Plan:
    """A geometry as C, and what a call derives from it once: up to three axes, missing ones of length 1 in front."""

    cdef Axis axis[3]
    cdef readonly tuple output
    cdef readonly object geometry
    cdef readonly ptrdiff_t taps, code_item

    def __init__(self, geometry):
        cdef int i, missing = 3 - len(geometry.length)
        self.geometry = geometry
        self.output = geometry.output
        self.taps = 1
        for i in range(3):
            self.axis[i] = Axis(1, 1, 1, 0, 1, 1, 0)
            if i >= missing:
                self.axis[i] = Axis(geometry.length[i - missing], geometry.kernel[i - missing], geometry.stride[i - missing],
                                    geometry.before[i - missing], geometry.dilation[i - missing],
                                    geometry.output[i - missing], 0)
            self.taps *= self.axis[i].kernel
        # The smallest unsigned integer that holds a tap's number, in bytes.
        self.code_item = 1 if self.taps <= 1 << 8 else 2 if self.taps <= 1 << 16 else 4 if self.taps <= 1 << 32 else 8

    def __reduce__(self):
        return Plan, (self.geometry,)


cdef int prepare(Job *job, Plan plan, Py_buffer *array, bint channels_last, int rank, ptrdiff_t code_item) except -1:
    """Fills in a job's shape: `array` is x, or dx, whose last axes are the pooled ones (and before them the channels)."""
    cdef ptrdiff_t item = array.itemsize
    cdef int i, lead = array.ndim - rank - channels_last
    memset(job, 0, sizeof(Job))
    job.kernels = chosen
    job.item, job.code_item = item, code_item
    for i in range(3):
        job.axis[i] = plan.axis[i]
        if i >= 3 - rank:
            job.axis[i].step = array.strides[array.ndim - 3 + i] // item
    job.channels = array.shape[array.ndim - rank - 1] if channels_last else 1
    job.cells = <char *> array.buf
    job.planes = 1
    # Leading axes that one step covers are one axis.
    for i in range(lead):
        job.planes *= array.shape[i]
        if job.n_lead and job.lead_step[job.n_lead - 1] * item == array.strides[i] * array.shape[i]:
            job.lead_length[job.n_lead - 1] *= array.shape[i]
            job.lead_step[job.n_lead - 1] = array.strides[i] // item
        else:
            job.lead_length[job.n_lead] = array.shape[i]
            job.lead_step[job.n_lead] = array.strides[i] // item
            job.n_lead += 1
    if job.n_lead == 0:
        job.lead_length[0], job.lead_step[0], job.n_lead = 1, 0, 1
    return 0


cdef int run(Job *job) except -1:
    """Gives each thread its scratch and runs the job's items on them."""
    cdef ptrdiff_t i, n_rows = job.n_rows, n_taps = job.n_taps, taps = job.axis[2].kernel if job.tile else 0
    cdef ptrdiff_t phases = job.phases + 2 if job.tile else 0
    cdef ptrdiff_t shared = taps * 3 + phases, own = 3 * n_rows + 2 * n_taps
    cdef ptrdiff_t threads = 1, chunk, scratch_bytes
    cdef double work = <double> job.items
    cdef char *memory
    cdef Scratch *scratch
    if CPOOL_OPENMP and not forked and n_threads > 1 and job.items > 1:
        work *= <double> max(job.block, 1) * max(job.tile, job.axis[2].output * job.channels) * n_rows
        threads = max(1, min(n_threads, min(job.items, <ptrdiff_t> min(work / THREAD_WORK, 1024.0))))
    scratch_bytes = (own * 8 + job.scratch_bytes + 127) // 64 * 64
    if (<double> n_rows + n_taps + taps) * 24 + job.scratch_bytes > 2.0**46:
        raise MemoryError("the window's list of rows and taps does not fit into memory")
    memory = <char *> malloc(threads * (sizeof(Scratch) + scratch_bytes) + shared * 8 + 64)
    if memory == NULL:
        raise MemoryError("no memory for the scratch of a pooling")
    scratch = <Scratch *> memory
    job.tap = <ptrdiff_t *> (memory + threads * sizeof(Scratch))
    job.tap_direct = job.tap + taps
    job.tap_code = <int64_t *> (job.tap_direct + taps)
    job.phase_taps = <ptrdiff_t *> (job.tap_code + taps)
    for i in range(threads):
        scratch[i].value = <const void **> (<char *> (job.phase_taps + phases) + i * scratch_bytes)
        scratch[i].code = scratch[i].value + n_rows
        scratch[i].row_code = <int64_t *> (scratch[i].code + n_rows)
        scratch[i].tap = <ptrdiff_t *> (scratch[i].row_code + n_rows)
        scratch[i].tap_code = <int64_t *> (scratch[i].tap + n_taps)
        scratch[i].cells = <char *> (scratch[i].tap_code + n_taps)
    if job.tile and job.best != NULL:
        lay_out_forward_taps(job)
    elif job.tile:
        lay_out_backward_taps(job)
    chunk = max(1, job.items // (8 * threads))
    with nogil:
        if threads == 1:
            for i in range(job.items):
                job.run(job, scratch, i)
        else:
            for i in prange(job.items, num_threads=threads, schedule="dynamic", chunksize=chunk):
                job.run(job, &scratch[threadid()], i)
    free(memory)
    return 0


def forward(int op, int dtype, x, y, record, Plan plan, bint channels_last, bytes fill):
    """Pools x into y, and the winners' places into record unless that is None.

    y and record are contiguous in x's layout; channels_last: the axis before the pooled ones has unit stride in all three.
    fill: the bytes of the value that no element is beaten by.
    """
    cdef Py_buffer x_buffer, y_buffer, record_buffer
    cdef Job job
    cdef int rank = len(plan.output)
    cdef const Axis *axis
    PyObject_GetBuffer(x, &x_buffer, PyBUF_STRIDES)
    try:
        prepare(&job, plan, &x_buffer, channels_last, rank, plan.code_item)
    finally:
        PyBuffer_Release(&x_buffer)
    job.outputs = address(y)
    job.record = address(record) if record is not None else NULL
    memcpy(job.fill, <const char *> fill, len(fill))
    axis = job.axis
    job.best = chosen.window_best[op][dtype][log2_bytes(job.code_item)]
    job.n_rows = min(axis[0].kernel, axis[0].length) * min(axis[1].kernel, axis[1].length)
    if job.channels == 1 and plan_forward_rows(&job):
        job.tiles = ceil_div(axis[2].output, job.tile)
        job.blocks = ceil_div(axis[1].output, job.block)
        job.run = forward_rows
    else:
        job.tile, job.block, job.tiles, job.blocks, job.scratch_bytes = 0, 1, 1, axis[1].output, 0
        job.n_taps = min(axis[2].kernel, axis[2].length)
        job.run = forward_pixels
    job.items = job.planes * axis[0].output * job.blocks * job.tiles
    run(&job)


def backward(int dtype, dout, record, dx, Plan plan, bint channels_last):
    """Adds dout where record says that a cell won; all three contiguous in the layout of dx, every cell of which is written."""
    cdef Py_buffer dx_buffer
    cdef Job job
    cdef int rank = len(plan.output)
    cdef const Axis *axis
    PyObject_GetBuffer(dx, &dx_buffer, PyBUF_STRIDES | PyBUF_WRITABLE)
    try:
        prepare(&job, plan, &dx_buffer, channels_last, rank, plan.code_item)
    finally:
        PyBuffer_Release(&dx_buffer)
    job.outputs = address(dout)
    job.record = address(record)
    axis = job.axis
    job.sum = chosen.window_sum[dtype][log2_bytes(job.code_item)]
    job.n_rows = viewers(&axis[0]) * viewers(&axis[1])
    if job.channels == 1 and plan_backward_rows(&job):
        job.tiles = ceil_div(axis[2].length, job.tile)
        job.blocks = ceil_div(axis[1].length, job.block)
        job.run = backward_rows
    else:
        job.tile, job.block, job.tiles, job.blocks, job.scratch_bytes = 0, 1, 1, axis[1].length, 0
        job.n_taps = viewers(&axis[2])
        job.run = backward_pixels
    job.items = job.planes * axis[0].length * job.blocks * job.tiles
    run(&job)


cdef ptrdiff_t viewers(const Axis *axis) noexcept nogil:
    """The most outputs that look at one cell."""
    return min(axis.output, (span(axis) - 1) // axis.stride + 1)


cdef char *address(array) except NULL:
    """Where an array's first element is; the caller holds the array."""
    cdef Py_buffer view
    PyObject_GetBuffer(array, &view, PyBUF_STRIDES)
    cdef char *first = <char *> view.buf
    PyBuffer_Release(&view)
    return first


def decode(record, indices, Plan plan, ptrdiff_t channels):
    """The int64 index of each winner in its plane, from the record; both contiguous in the same layout."""
    cdef Job job
    cdef int64_t offset_of[256]
    cdef ptrdiff_t i, items, row_cells
    cdef int64_t *out = <int64_t *> address(indices)
    memset(&job, 0, sizeof(Job))
    for i in range(3):
        job.axis[i] = plan.axis[i]
    job.record, job.code_item, job.channels = address(record), plan.code_item, channels
    row_cells = job.axis[2].output * channels
    items = record.size // row_cells if row_cells else 0
    for i in range(min(plan.taps, 256)):
        offset_of[i] = offset_of_code(&job, i)
    with nogil:
        for i in prange(items, num_threads=threads_for(items, row_cells), schedule="static"):
            decode_row(&job, i, out, offset_of if plan_fits_bytes(&job) else NULL)


cdef inline bint plan_fits_bytes(const Job *job) noexcept nogil:
    return job.code_item == 1


cdef int threads_for(ptrdiff_t items, ptrdiff_t item_cells) noexcept nogil:
    cdef double work = <double> items * item_cells
    if not CPOOL_OPENMP or forked or work < 2 * THREAD_WORK:
        return 1
    return <int> max(1, min(n_threads, items))


def check_indices(indices, int64_t plane_cells):
    """The position of the first index outside [0, plane_cells), or -1. indices: contiguous int64."""
    cdef const int64_t *index = <const int64_t *> address(indices)
    cdef ptrdiff_t n = indices.size, found
    with nogil:
        found = first_outside(index, n, plane_cells)
    return -1 if found == n else found


def scatter(bint add, int dtype, planes, indices, values, ptrdiff_t n, ptrdiff_t plane_cells, ptrdiff_t channels):
    """Clears `planes` and adds (else puts) n values a plane at their indices, in order. All contiguous in the same layout."""
    cdef char *cells = address(planes)
    cdef const char *value = address(values)
    cdef const int64_t *index = <const int64_t *> address(indices)
    cdef ptrdiff_t item = planes.itemsize, n_planes = planes.size // plane_cells if plane_cells else 0, p, at
    cdef cpool_scatter *kernel = chosen.scatter_add[dtype] if add else chosen.scatter_put[log2_bytes(item)]
    cdef ptrdiff_t total = planes.nbytes
    with nogil:
        memset(cells, 0, total)
        for p in prange(n_planes, num_threads=threads_for(n_planes, plane_cells), schedule="static"):
            at = p // channels * channels * n + p % channels
            kernel(cells + (p // channels * channels * plane_cells + p % channels) * item, channels, value + at * item,
                   index + at, channels, n)


cdef str forced = os.environ.get("CPOOL_ISA", "")
if forced and forced not in usable_isas():
    raise ImportError(f"CPOOL_ISA is {forced!r}; this machine can run {', '.join(usable_isas())}")
select_isa(forced or usable_isas()[0])
