/*
 * atomics.h - the few operations by which threads agree (_team.pxi), all in one order that every thread sees; and how
 * they leave the processor to others.
 */
#ifndef CPOOL_ATOMICS_H
#define CPOOL_ATOMICS_H

#include <time.h>

#include "compiler.h"

#if CPOOL_HAS_VECTORS /* GCC and Clang */
CPOOL_INLINE int64_t cpool_load(int64_t *p) { return __atomic_load_n(p, __ATOMIC_SEQ_CST); }
CPOOL_INLINE int64_t cpool_add(int64_t *p, int64_t n) { return __atomic_fetch_add(p, n, __ATOMIC_SEQ_CST); }
CPOOL_INLINE int64_t cpool_exchange(int64_t *p, int64_t n) { return __atomic_exchange_n(p, n, __ATOMIC_SEQ_CST); }
CPOOL_INLINE int cpool_swap(int64_t *p, int64_t from, int64_t to) {
    return __atomic_compare_exchange_n(p, &from, to, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}
/* Counts for tests, which want to know whether at all: two at once may count as one. */
CPOOL_INLINE void cpool_note(int64_t *p) {
    __atomic_store_n(p, __atomic_load_n(p, __ATOMIC_RELAXED) + 1, __ATOMIC_RELAXED);
}
#else
#include <intrin.h>
CPOOL_INLINE int64_t cpool_load(int64_t *p) { return _InterlockedCompareExchange64(p, 0, 0); }
CPOOL_INLINE int64_t cpool_add(int64_t *p, int64_t n) { return _InterlockedExchangeAdd64(p, n); }
CPOOL_INLINE int64_t cpool_exchange(int64_t *p, int64_t n) { return _InterlockedExchange64(p, n); }
CPOOL_INLINE int cpool_swap(int64_t *p, int64_t from, int64_t to) {
    return _InterlockedCompareExchange64(p, to, from) == from;
}
#endif

/* Stores past the caches come before what this thread does next: once a call, as after each run of them 1.1x longer. */
CPOOL_INLINE void cpool_settle(void) {
#if CPOOL_BUILD_X86
    __builtin_ia32_sfence();
#endif
}

/* What a loop does that only looks: leaves the core's means to whom it shares them with. */
CPOOL_INLINE void cpool_relax(void) {
#if CPOOL_BUILD_X86
    __builtin_ia32_pause();
#elif CPOOL_BUILD_NEON
    __asm__ volatile("isb"); /* as long as an x86 pause; a yield ends at once */
#endif
}

/* To any other thread that waits for this processor. */
#ifdef _WIN32
CPOOL_INLINE void cpool_give_way(void) {}
#else
#include <sched.h>
CPOOL_INLINE void cpool_give_way(void) { (void)sched_yield(); }
#endif

CPOOL_INLINE int64_t cpool_nanoseconds(void) {
    struct timespec now;
    (void)timespec_get(&now, TIME_UTC);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

#endif
