# What a process chooses once: the table of kernels and the number of threads.


def default_threads():
    """OMP_NUM_THREADS, the first where it is a list; else one a core that the process may run on."""
    wanted = os.environ.get("OMP_NUM_THREADS", "").partition(",")[0].strip()
    if wanted.isdecimal() and int(wanted) > 0:
        return min(int(wanted), MOST_THREADS)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, MOST_THREADS)


def last_cache_bytes():
    """The last cache as Linux tells it; 0: it does not."""
    try:
        with open("/sys/devices/system/cpu/cpu0/cache/index3/size") as file:
            return int(file.read().rstrip("K\n")) << 10
    except (OSError, ValueError):
        return 0


cdef const cpool_kernels *chosen = NULL
cdef int n_threads = default_threads()
cdef ptrdiff_t LARGE_CACHE_BYTES


def take_last_cache(ptrdiff_t n_bytes):
    """Takes this for the last cache's size, of which arrays from LARGE_CACHE_BYTES on are too much; for tests, too.

    With 480 MB, a Xeon's, against CACHE_BYTES, of 25 MB to 48 MB: forward 0.95x to 1.3x, backward of channels last
    0.9x to 1.4x, with two threads 1.1x to 1.8x.
    """
    global LARGE_CACHE_BYTES
    LARGE_CACHE_BYTES = max(CACHE_BYTES, min(MOST_CACHE_BYTES, n_bytes // 8 * 5))


take_last_cache(last_cache_bytes())


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


def set_num_threads(n):
    """Set how many threads a call may use, n >= 1. The default is OMP_NUM_THREADS, or one a core.

    The threads serve one call at a time: calls made meanwhile by other Python threads run on those alone.

    Raises TypeError where n is not an integer, ValueError where it is not from 1 to 1024.

    >>> import cpool
    >>> cpool.set_num_threads(1)
    >>> cpool.get_num_threads()
    1
    """
    global n_threads
    number = integer("n", n, 1)
    if number > MOST_THREADS:
        raise ValueError(f"n must be from 1 to {MOST_THREADS}, got {n!r}")
    n_threads = number


def get_num_threads():
    """How many threads a call may use.

    >>> import cpool
    >>> cpool.get_num_threads() >= 1
    True
    """
    return n_threads


cdef int threads_for(ptrdiff_t items, double work) noexcept nogil:
    """How many threads to start for so many items that see `work` cells in all."""
    if items < 2 or work < 2 * THREAD_WORK:
        return 1
    return <int> min(<double> min(n_threads, items), work / THREAD_WORK)


cdef str forced = os.environ.get("CPOOL_ISA", "")
if forced and forced not in usable_isas():
    raise ImportError(f"CPOOL_ISA is {forced!r}; this machine can run {', '.join(usable_isas())}")
select_isa(forced or usable_isas()[0])

# How the last calls were done, forward and backward: for tests, which cannot see it in the results.
cdef const char *ways[2]


def last_ways():
    return tuple([(<bytes> way).decode() if way != NULL else "" for way in ways])


def streams():
    """How many runs of stores have gone past the caches: for the same tests."""
    return cpool_load(&cpool_streamed)
