# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False, cpow=True
"""The compiled side: plane loops without the GIL, split over threads, over the C row kernels of src_c.

Data goes one way: an Operation (a pooling's arguments), its Plan for arrays of one kind (the geometry as C), a call's
arrays (Job), the traversals (_forward.pxi, _backward.pxi), the row kernels. What is not as in an earlier call has been
checked before a function here runs; any_outside serves its caller's checks.
"""

from cpython.object cimport PyObject, PyTypeObject
from cpython.pythread cimport (PyThread_acquire_lock, PyThread_allocate_lock, PyThread_free_lock,
                               PyThread_release_lock, PyThread_start_new_thread, PyThread_type_lock, WAIT_LOCK)
from cpython.ref cimport Py_INCREF
from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcmp, memcpy, memset
from numpy cimport (NPY_ARRAY_CARRAY, PyArray_CheckExact, PyArray_DATA, PyArray_DESCR, PyArray_Descr, PyArray_DIMS,
                    PyArray_ISALIGNED, PyArray_ISWRITEABLE, PyArray_ITEMSIZE, PyArray_NDIM, PyArray_STRIDES,
                    dtype as npy_dtype, import_array, ndarray, npy_intp, set_array_base)

import os

import numpy as np

from cpool._geometry import checked_arguments, geometry, integer

include "_interface.pxi"

cdef ptrdiff_t BLOCK_CELLS = 16384      # a block's most outputs: enough to spread a call's overhead, few to share out
cdef ptrdiff_t MOST_SCRATCH = 229376    # a block's most scratch: with lists never 256 KiB a thread
cdef ptrdiff_t ONE_PASS_TAPS = 12       # windows of more are taken apart by axis
cdef ptrdiff_t ROW_TAPS = 6             # of stride 1, all in rows of x itself
cdef ptrdiff_t LEAST_RUN = 16           # bytes of channels last that are worth a vector
cdef ptrdiff_t PADDED_ROW_BYTES = 128   # rows of y from which on windows that see padding are done one by one
cdef ptrdiff_t CACHE_BYTES = 20 << 20   # arrays of more are taken to come from memory, and to go there,
cdef ptrdiff_t MOST_CACHE_BYTES = 48 << 20  # but forward, and of channels last, up to this if the last cache is large
cdef ptrdiff_t NEAR_BYTES = 1 << 18      # to here, to be in a near cache
cdef ptrdiff_t SECOND_CACHE_BYTES = 2 << 20  # from here on, to come at least from the last cache
cdef ptrdiff_t FAR_AHEAD_BYTES = 32768  # how far ahead rows of NCHW are asked for that come from memory
cdef int MOST_THREADS = 1024            # more is a slip
cdef ptrdiff_t THREAD_WORK = 131072     # cells seen that are worth the start of a thread

import_array()

include "_runtime.pxi"
include "_team.pxi"
include "_memory.pxi"
include "_job.pxi"
include "_forward.pxi"
include "_places.pxi"
include "_flat_plan.pxi"
include "_flat.pxi"
include "_planes.pxi"
include "_backward.pxi"
include "_channels.pxi"
include "_ring.pxi"
include "_whole.pxi"
include "_columns.pxi"
include "_sums.pxi"
include "_row_sums.pxi"
include "_spread.pxi"
include "_scatter.pxi"
include "_plan.pxi"


cdef inline double work_of(const Job *job) noexcept nogil:
    cdef double work = <double> job.planes * plane_outputs(job) * job.depth.kernel * job.height.kernel
    return work * job.width.kernel if job.whole else work


cdef int run(Job *job) except -1:
    """Gives each thread its scratch and runs the job's items on them."""
    cdef ptrdiff_t i, n_rows = job.n_rows, taps = job.n_list
    cdef ptrdiff_t least = ceil_div(plane_outputs(job) * job.code_item, 8) * 8 if job.raises else 0
    cdef ptrdiff_t threads = threads_for(job.items, work_of(job)), scratch_bytes
    cdef char *memory
    cdef Scratch *scratch
    if (<double> n_rows + taps) * 24 + job.scratch_bytes > 2.0**46:
        raise MemoryError("the window's list of rows does not fit into memory")
    scratch_bytes = (n_rows * 16 + job.scratch_bytes + 191) // 64 * 64
    memory = <char *> malloc(threads * (sizeof(Scratch) + scratch_bytes) + taps * 16 + least + 64)
    if memory == NULL:
        raise MemoryError("no memory for the scratch of a pooling")
    scratch = <Scratch *> memory
    job.tap = <ptrdiff_t *> (memory + threads * sizeof(Scratch))
    job.tap_code = <int64_t *> (job.tap + taps)
    job.least = <char *> (job.tap_code + taps)
    for i in range(threads):
        scratch[i].value = <const void **> (job.least + least + i * scratch_bytes)
        scratch[i].row_code = <int64_t *> (scratch[i].value + n_rows)
        scratch[i].cells = <char *> (scratch[i].row_code + n_rows)
        scratch[i].cells += -<ptrdiff_t> scratch[i].cells % 64 + 64
        scratch[i].filled = 0
    if job.n_list:
        lay_out_flat_taps(job)
        if job.raises:
            find_least_places(job)
    job.scratch = scratch
    run_items(run_item, job, job.items, threads)
    free(memory)
    return 0


cdef void run_item(void *job, ptrdiff_t thread, ptrdiff_t item) noexcept nogil:
    (<const Job *> job).run(<const Job *> job, (<const Job *> job).scratch + thread, item)


cdef int forward(Plan plan, ndarray x, ndarray y, ndarray record) except -1:
    """Pools x into y, and the winners' places into record unless that is None; y and record in x's layout."""
    cdef Job job = plan.job
    job.kernels, job.cells = chosen, <char *> PyArray_DATA(x)
    job.end, job.outputs = job.cells + plan.x_end, <char *> PyArray_DATA(y)
    if record is not None:
        job.record, job.size = <char *> PyArray_DATA(record), log2_bytes(job.code_item)
    if not (plan_planes(&job) or plan_aside(&job) or plan_channels(&job) or plan_whole(&job)):
        merge_planes(&job)
        # Of a small window channels last has each tap as a run of channels in x itself.
        if not (plan_columns(&job) or plan_rows(&job, True)
                or not takes_pixels(&job) and (plan_ring(&job) or plan_flat(&job)) or plan_rows(&job, False)):
            plan_pixels(&job)
    ways[0] = job.way
    return run(&job)


cdef inline char *address(array) except NULL:
    """Where an array's first element is; the caller holds the array."""
    return <char *> PyArray_DATA(<ndarray?> array)
