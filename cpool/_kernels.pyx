# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The compiled side: plane loops without the GIL, split over threads, over the C row kernels of src_c.

Data goes one way: a Plan (the geometry as C), a call's arrays (Job), the traversals (_forward.pxi, _backward.pxi), the
row kernels. Everything is checked before a function here is called; check_indices serves its caller's checks.
"""

from cpython.buffer cimport PyBUF_STRIDES, PyBUF_WRITABLE, PyBuffer_Release, PyObject_GetBuffer
from cython.parallel cimport prange, threadid
from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy, memset

import os

from cpool._geometry import integer

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
    ctypedef void cpool_gather(void *, ptrdiff_t, const void *, ptrdiff_t, ptrdiff_t, ptrdiff_t, ptrdiff_t, ptrdiff_t,
                               ptrdiff_t, const void *) noexcept
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
    /* prange leaves temporaries of its own in the C that are set and not used. */
    #ifdef __clang__
    #pragma clang diagnostic ignored "-Wunknown-warning-option"
    #endif
    #ifdef __GNUC__
    #pragma GCC diagnostic ignored "-Wunused-but-set-variable"
    #endif
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

cdef ptrdiff_t ROW_CELLS = 16384        # about the most elements of a row's tile: they stay in cache with their scratch
cdef ptrdiff_t BLOCK_CELLS = 16384      # a block's most outputs: enough to spread a call's overhead, few to share out
cdef ptrdiff_t SCRATCH_BYTES = 131072   # a block's most scratch; one row alone may take 8 times that
cdef int MOST_THREADS = 1024            # more is a slip, and libgomp does not survive 100,000
cdef ptrdiff_t THREAD_WORK = 131072     # cells seen that are worth the start of a thread

include "_runtime.pxi"
include "_job.pxi"
include "_forward.pxi"
include "_backward.pxi"
include "_scatter.pxi"

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
                self.axis[i] = Axis(geometry.length[i - missing], geometry.kernel[i - missing],
                                    geometry.stride[i - missing], geometry.before[i - missing],
                                    geometry.dilation[i - missing], geometry.output[i - missing], 0)
            self.taps *= self.axis[i].kernel
        # The smallest unsigned integer that holds a tap's number, in bytes.
        self.code_item = 1 if self.taps <= 1 << 8 else 2 if self.taps <= 1 << 16 else 4 if self.taps <= 1 << 32 else 8

    def __reduce__(self):
        return Plan, (self.geometry,)


cdef int prepare(Job *job, Plan plan, Py_buffer *array, bint channels_last, int rank, ptrdiff_t code_item) except -1:
    """Fills in a job's shape: `array` is x, or dx, whose last axes are the pooled ones, before them the channels."""
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
    cdef ptrdiff_t scratch_bytes
    cdef double item_work = <double> max(job.block, 1) * max(job.tile, job.axis[2].output * job.channels) * n_rows
    cdef ptrdiff_t threads = threads_for(job.items, job.items * item_work)
    cdef ptrdiff_t chunk = max(1, job.items // (8 * threads))
    cdef char *memory
    cdef Scratch *scratch
    if (<double> n_rows + n_taps + taps) * 24 + job.scratch_bytes > 2.0**46:
        raise MemoryError("the window's list of rows and taps does not fit into memory")
    scratch_bytes = (own * 8 + job.scratch_bytes + 127) // 64 * 64
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

    y and record are contiguous in x's layout; channels_last: the axis before the pooled ones has unit stride in all.
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
    """Adds dout where record says that a cell won; all contiguous in dx's layout; each of its cells is written."""
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
    job.n_rows = most_viewers(&axis[0]) * most_viewers(&axis[1])
    if job.channels == 1 and plan_backward_rows(&job):
        job.tiles = ceil_div(axis[2].length, job.tile)
        job.blocks = ceil_div(axis[1].length, job.block)
        job.run = backward_rows
    else:
        job.tile, job.block, job.tiles, job.blocks, job.scratch_bytes = 0, 1, 1, axis[1].length, 0
        job.n_taps = most_viewers(&axis[2])
        job.run = backward_pixels
    job.items = job.planes * axis[0].length * job.blocks * job.tiles
    run(&job)


cdef char *address(array) except NULL:
    """Where an array's first element is; the caller holds the array."""
    cdef Py_buffer view
    PyObject_GetBuffer(array, &view, PyBUF_STRIDES)
    cdef char *first = <char *> view.buf
    PyBuffer_Release(&view)
    return first
