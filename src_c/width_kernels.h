/*
 * width_kernels.h - the window kernels of one dtype, record and width of vector (VECTOR_BYTES), and the one place where
 * a maximum is taken: of keys, which are x's elements with the bits flipped that make a minimum, and the order of
 * unsigned integers, the same maximum (cpool_window.flip). Code for each op and dtype would be 2.4x as much.
 */
#include "vector.h"

#undef BETTER
#if VECTOR_BYTES && HAS_MASKS && IS_FLOAT
#define BETTER BETTER_FLOATS
#elif VECTOR_BYTES && HAS_MASKS
#define BETTER BETTER_INTEGERS
#elif IS_FLOAT
/* A NaN beats every number, and nothing beats a NaN that came first: the order of np.argmax. */
#define BETTER(v, best) (NOT((v) <= (best)) & ((best) == (best)))
#else
#define BETTER(v, best) ((v) > (best))
#endif

/* The winner of two, the first of equals; its place only where it is wanted. ordered: neither is NaN. */
CPOOL_INLINE winner winner_of(winner first, winner second, const int has_place, const int ordered) {
#if IS_ORDERED
    if (ordered) {
        const vec best = (vec)FLOAT_MAX(second.value, first.value);
        if (has_place) first.place = choose_code(same_bits(best, first.value), first.place, second.place);
        first.value = best;
        return first;
    }
#endif
    (void)ordered;
    const best_mask better = (best_mask)BETTER(second.value, first.value);
    first.value = choose(better, second.value, first.value);
    if (has_place) first.place = choose_code(better, second.place, first.place);
    return first;
}

#if RECORD_BYTES == 1
/* The same of two whose order is that of their places. */
CPOOL_INLINE winner earlier_of(winner first, winner second) {
    const best_mask worse = (best_mask)BETTER(first.value, second.value);
    const best_mask better = (best_mask)BETTER(second.value, first.value);
    const best_mask wins = (best_mask)(better | (is_before(second.place, first.place) & NOT(worse)));
    return (winner){choose(wins, second.value, first.value), choose_code(wins, second.place, first.place)};
}
#endif

#if HAS_ROWS
#include "window_best.h"
#endif
#if VECTOR_BYTES && RECORD_BYTES == 1
#include "window_channels.h"
#endif
#if VECTOR_BYTES == PASS_BYTES && RECORD_BYTES <= 2
#include "window_passes.h"
#if VECTOR_BYTES
#include "window_ring.h"
#endif
#endif
#if VECTOR_BYTES == MAX_VECTOR_BYTES && RECORD_BYTES == 1
#if VECTOR_BYTES
#include "window_planes.h"
#endif
#include "window_one.h"
#endif
#if VECTOR_BYTES == MAX_VECTOR_BYTES && VECTOR_BYTES >= 32 && BYTES == 4 && RECORD_BYTES == 1
#include "window_aside.h"
#endif
#if RECORD_BYTES == 1 && SUMS
#include "window_spread.h"
#if VECTOR_BYTES && VECTOR_BYTES == MAX_VECTOR_BYTES
#include "window_sums_down.h"
#endif
#endif

#undef VECTOR_BYTES
