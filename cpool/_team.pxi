# Threads for the items of a call. The caller works too and waits only for threads that have begun, never for one that
# the system has not let run yet: beside another library's threads that spin on the same cores 0.13 ms, where OpenMP's
# barrier took 2.4. One that is stopped amid an item is waited for; so that this is rare, threads give way between
# calls: 1.4x beside one that spins. Calls made while another has the team run alone.

ctypedef void (*Task)(void *, ptrdiff_t, ptrdiff_t) noexcept nogil  # what, number of the thread, item

cdef extern from "atomics.h" nogil:
    int64_t cpool_load(int64_t *)
    int64_t cpool_add(int64_t *, int64_t)
    int64_t cpool_exchange(int64_t *, int64_t)
    int cpool_swap(int64_t *, int64_t, int64_t)
    void cpool_settle()
    void cpool_relax()
    int64_t cpool_nanoseconds()
    void cpool_give_way()

cdef enum:
    OPEN = 1              # Team.call: threads may still begin;
    AT_WORK = 2           # counts those that have begun and not ended;
    NUMBER = 1 << 16      # counts the calls
    RELAXES = 2000        # how often a thread looks again, for some 50 us, before it sleeps
    TURN = 1000000        # ns after which it gives way, before the system stops it; 0.5 ms and 2.5 ms are worse

cdef struct Member:
    ptrdiff_t number      # the caller is 0
    int64_t asleep        # whoever makes this 0 again owes, or has, one release of `wake`
    PyThread_type_lock wake
    char apart[40]        # so that members do not share a line of cache

cdef struct Team:
    Member member[1024]   # MOST_THREADS
    ptrdiff_t started     # members that there are, the caller among them
    int64_t busy          # a call has the team
    int64_t waits         # as `asleep`, of the caller and `done`
    PyThread_type_lock done
    # What the call is; changes only while nobody is at work and `call` is not open.
    Task task
    void *what
    ptrdiff_t items, chunk, threads
    char apart[64]
    int64_t call
    char apart_too[56]
    int64_t next_item, items_of_members

cdef Team team


cdef void do_items(ptrdiff_t number) noexcept nogil:
    cdef int64_t first = cpool_add(&team.next_item, team.chunk), i
    while first < team.items:
        if number > 0:
            cpool_add(&team.items_of_members, min(team.chunk, team.items - first))
        for i in range(first, min(first + team.chunk, team.items)):
            team.task(team.what, number, i)
        first = cpool_add(&team.next_item, team.chunk)
    cpool_settle()


def team_threads():
    """How many threads calls have started so far, and their callers'; for tests, as the next one."""
    return max(1, team.started)


def items_of_members():
    """How many items have been done by other threads than their caller's."""
    return team.items_of_members


cdef inline bint begins(const Member *member, int64_t call, int64_t seen) noexcept nogil:
    """Whether there is a call that this member has not seen and may join."""
    return call & OPEN and call // NUMBER != seen and member.number < team.threads


cdef void take_part(void *argument) noexcept nogil:
    """A member's thread: for ever waits for a call, and does items of it."""
    cdef Member *member = <Member *> argument
    cdef int64_t seen = 0, call, looks = 0, began = cpool_nanoseconds()
    while True:
        call = cpool_load(&team.call)
        if begins(member, call, seen):
            if not cpool_swap(&team.call, call, call + AT_WORK):
                continue
            do_items(member.number)
            seen = call // NUMBER
            call = cpool_add(&team.call, -AT_WORK) - AT_WORK
            if call % NUMBER == 0 and cpool_exchange(&team.waits, 0):
                PyThread_release_lock(team.done)
            looks = 0
            if cpool_nanoseconds() - began > TURN:
                cpool_give_way()
                began = cpool_nanoseconds()
        elif looks < RELAXES:
            cpool_relax()
            looks += 1
        else:
            cpool_exchange(&member.asleep, 1)
            # Unless a call was opened meanwhile, whose caller may not have seen that this one sleeps.
            if not begins(member, cpool_load(&team.call), seen) or not cpool_exchange(&member.asleep, 0):
                PyThread_acquire_lock(member.wake, WAIT_LOCK)
            looks = 0


cdef void start_members(ptrdiff_t threads) noexcept:
    """Fewer than asked for where the system has no more: a call needs none but its caller."""
    cdef Member *member
    if team.done == NULL:
        team.done = new_lock()
        team.started = 1
    while team.done != NULL and team.started < threads:
        member = &team.member[team.started]
        member.number, member.asleep, member.wake = team.started, 0, new_lock()
        if member.wake == NULL:
            return
        if PyThread_start_new_thread(take_part, member) == <unsigned long> -1:
            PyThread_free_lock(member.wake)
            return
        team.started += 1


cdef PyThread_type_lock new_lock() noexcept:
    """One that is held, so that to acquire it is to wait for its release."""
    cdef PyThread_type_lock lock = PyThread_allocate_lock()
    if lock != NULL:
        PyThread_acquire_lock(lock, WAIT_LOCK)
    return lock


cdef void run_items(Task task, void *what, ptrdiff_t items, ptrdiff_t threads) noexcept:
    """Calls the task for each item, on so many threads at most; the GIL is released meanwhile."""
    cdef ptrdiff_t i
    cdef int64_t looks = 0
    if threads > 1 and not cpool_exchange(&team.busy, 1):
        start_members(threads)
        team.task, team.what, team.items, team.threads = task, what, items, min(threads, team.started)
        team.chunk, team.next_item = max(1, items // (8 * threads)), 0
        with nogil:
            cpool_add(&team.call, NUMBER + OPEN)
            for i in range(1, team.threads):
                if cpool_exchange(&team.member[i].asleep, 0):
                    PyThread_release_lock(team.member[i].wake)
            do_items(0)
            cpool_add(&team.call, -OPEN)
            while cpool_load(&team.call) % NUMBER != 0 and looks < RELAXES:
                cpool_relax()
                looks += 1
            # Again and again: who left the last call late may take `waits` for that one's, and wake this caller early.
            while cpool_load(&team.call) % NUMBER != 0:
                cpool_exchange(&team.waits, 1)
                if cpool_load(&team.call) % NUMBER != 0 or not cpool_exchange(&team.waits, 0):
                    PyThread_acquire_lock(team.done, WAIT_LOCK)
            cpool_exchange(&team.busy, 0)
        return
    with nogil:
        for i in range(items):
            task(what, 0, i)
        cpool_settle()


def _after_fork():
    # Of the threads only the one that forked lives on: the child's team begins anew.
    memset(&team, 0, sizeof(Team))


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
