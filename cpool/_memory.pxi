# New arrays for results. Large ones take their memory from blocks that earlier results have left: fresh memory comes
# from the system page by page. Measured without: forward and backward of four layers took 2.0x the time of the same
# with out= on inputs of 1 MiB, 1.25x on 24 MiB (kernels then 2.5x the time of a copy); with it 0.95x.

cdef extern from *:
    """
    #include <stddef.h>
    #ifdef __linux__
    #include <sys/mman.h>
    #endif

    /* Large blocks begin at a huge page and ask for such: their first use was measured to take 0.6x the time. */
    static void cpool_ask_for_huge_pages(void *memory, size_t size) {
    #ifdef MADV_HUGEPAGE
        (void)madvise(memory, size, MADV_HUGEPAGE);
    #else
        (void)memory, (void)size;
    #endif
    }
    """
    void cpool_ask_for_huge_pages(void *memory, size_t size)

cdef extern from "Python.h":
    const Py_ssize_t PY_SSIZE_T_MAX
    int PyTraceMalloc_Track(unsigned int domain, size_t address, size_t size)
    int PyTraceMalloc_Untrack(unsigned int domain, size_t address)

cdef extern from "numpy/arrayobject.h":
    object PyArray_NewFromDescr(PyTypeObject *, PyArray_Descr *, int, const npy_intp *, const npy_intp *, void *, int,
                                PyObject *)

cdef enum:
    UNUSED = 64                         # unused blocks kept at most: a training step leaves three a layer
cdef unsigned int TRACE_DOMAIN = 389047  # NumPy's, of its arrays' data
cdef double MOST_BYTES = <double> (PY_SSIZE_T_MAX // 2)  # more is left to NumPy to refuse
cdef ptrdiff_t HUGE_PAGE = 1 << 21
cdef size_t LEAST_BLOCK = 1 << 20       # from here on memory that is dropped may go back to the system

cdef struct Memory:
    char *start
    void *allocated
    size_t size

# All that touches these has the GIL and calls nothing of Python, so no other thread and no collection of garbage, which
# may end blocks anywhere, comes in between.
cdef Memory unused[UNUSED]              # the one left last is last
cdef int n_unused = 0
cdef size_t unused_bytes = 0, unused_limit = 0


cdef class Owner:
    """The memory of one result: its array's base, so alive until the last view is gone."""

    cdef Memory memory

    def __dealloc__(self):
        if self.memory.start != NULL:
            PyTraceMalloc_Untrack(TRACE_DOMAIN, <size_t> self.memory.start)
            leave(self.memory)


cdef Memory take_out(int place) noexcept:
    """Removes an unused block from the list."""
    global n_unused, unused_bytes
    cdef Memory memory = unused[place]
    cdef int i
    n_unused -= 1
    unused_bytes -= memory.size
    for i in range(place, n_unused):
        unused[i] = unused[i + 1]
    return memory


cdef Memory take(size_t size) noexcept:
    """The smallest unused block that fits and is at most twice the size, else a new one; start NULL: no memory."""
    cdef Memory memory
    cdef ptrdiff_t alignment
    cdef int i, best = -1
    for i in range(n_unused):
        if size <= unused[i].size <= 2 * size and (best < 0 or unused[i].size <= unused[best].size):
            best = i
    if best >= 0:
        return take_out(best)
    alignment = 64 if size < 1 << 22 else HUGE_PAGE
    memory.size, memory.allocated, memory.start = size, malloc(size + alignment), NULL
    if memory.allocated != NULL:
        memory.start = <char *> memory.allocated + (-<ptrdiff_t> memory.allocated & (alignment - 1))
        if alignment == HUGE_PAGE:
            cpool_ask_for_huge_pages(memory.start, size)
    return memory


cdef void leave(Memory memory) noexcept:
    """Keeps a block for later, and frees those left longest ago that are then too many."""
    global n_unused, unused_bytes
    if memory.size > unused_limit:
        free(memory.allocated)
        return
    while n_unused == UNUSED or (n_unused and unused_bytes > unused_limit - memory.size):
        free(take_out(0).allocated)
    unused[n_unused] = memory
    n_unused += 1
    unused_bytes += memory.size


def empty_cache():
    """Free the memory that dropped results have left for later ones; results in use keep theirs.

    Results of 1 MiB or more come from such memory. The most that is kept unused is 256 MiB, or the number of bytes in
    the environment variable CPOOL_CACHE_BYTES when cpool is imported; 0 keeps none.

    >>> import cpool
    >>> cpool.empty_cache()
    """
    while n_unused:
        free(take_out(n_unused - 1).allocated)


def cached_bytes():
    """How much memory empty_cache would free; for tests."""
    return unused_bytes


def is_channels_last(ndarray array, int rank):
    """Whether the axis before the pooled ones, and not the last, has neighbours side by side in memory."""
    cdef int ndim = PyArray_NDIM(array), channel = ndim - rank - 1
    cdef npy_intp item = PyArray_ITEMSIZE(array)
    cdef const npy_intp *strides = PyArray_STRIDES(array)
    return channel >= 0 and strides[ndim - 1] != item and strides[channel] == item and PyArray_DIMS(array)[channel] > 1


cdef void lay_out(int ndim, const npy_intp *shape, npy_intp item, int rank, bint channels_last,
                  npy_intp *steps) noexcept:
    """The strides of an array whose memory order is the layout's."""
    cdef int i, channel = ndim - rank - 1 if channels_last else -1
    cdef npy_intp step = item
    if channels_last:
        steps[channel] = step
        step *= shape[channel]
    for i in range(ndim - 1, -1, -1):
        if i != channel:
            steps[i] = step
            step *= shape[i]


cpdef ndarray empty(str name, tuple shape, npy_dtype dtype, int rank, bint channels_last):
    """A new array of at least `rank` axes in the layout, its elements not set; ValueError if it is too large."""
    cdef npy_intp lengths[64]
    cdef npy_intp steps[64]
    cdef double size = dtype.itemsize
    cdef bint laid_out
    cdef int i, ndim = len(shape)
    cdef Owner owner = None
    cdef void *start = NULL
    cdef ndarray array
    try:
        for i in range(ndim):
            lengths[i] = shape[i]
            size *= lengths[i]
        laid_out = channels_last and 0 < size < MOST_BYTES  # else NumPy is to raise, or there is nothing to lay out
        if laid_out:
            lay_out(ndim, lengths, dtype.itemsize, rank, channels_last, steps)
        if LEAST_BLOCK <= size < MOST_BYTES and unused_limit > 0:
            owner = Owner()
            owner.memory = take(<size_t> size)
            start = owner.memory.start  # NULL: NumPy is to raise its MemoryError
            if start != NULL:
                PyTraceMalloc_Track(TRACE_DOMAIN, <size_t> start, <size_t> size)
        Py_INCREF(dtype)                # the call takes a reference
        array = PyArray_NewFromDescr(<PyTypeObject *> ndarray, <PyArray_Descr *> dtype, ndim, lengths,
                                     steps if laid_out else NULL, start, NPY_ARRAY_CARRAY if start != NULL else 0, NULL)
    except (ValueError, OverflowError):
        raise ValueError(f"{name} would have shape {shape}: more than memory can address") from None
    if start != NULL:
        set_array_base(array, owner)
    return array


cdef str limit = os.environ.get("CPOOL_CACHE_BYTES") or "268435456"
try:
    unused_limit = integer("CPOOL_CACHE_BYTES", int(limit), 0)
except (ValueError, OverflowError):
    raise ImportError(f"CPOOL_CACHE_BYTES is {limit!r}; it must be a number of bytes, 0 for no cache") from None
