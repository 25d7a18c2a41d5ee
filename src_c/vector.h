/*
 * vector.h - the vocabulary that the window kernels are written in, for one dtype, record and width of vector.
 * Parameters: those of dtypes.h; RECORD, RECORD_T and RECORD_BYTES, the type of a record's codes, in vectors at most as
 * wide as an element; VECTOR_BYTES (16, 32 or 64; 0: one plain element at a time); the instruction set's codes_*.h.
 *
 * What is NAMED means the same each time and stays defined.
 *
 * vec: LANES values. code_vec: LANES places of winners. winner: both. best_mask: which lanes of a comparison were true.
 */
#undef LANES
#undef SHUFFLE
#undef SHUFFLE_ONE
#undef NOT
#undef OPAQUE
#undef IS_ORDERED
#undef PLACE_T
#undef load_place
#undef store_place
#define NAMED(name) CPOOL_NAME4(name, DTYPE, RECORD, VECTOR_BYTES)
#define vec NAMED(vec)
#define lanes_vec NAMED(lanes_vec)
#define code_vec NAMED(code_vec)
#define best_mask NAMED(best_mask)
#define load NAMED(load)
#define load_bits NAMED(load_bits)
#define as_bool NAMED(as_bool)
#define load_parts NAMED(load_parts)
#define load_code_parts NAMED(load_code_parts)
#define store_parts NAMED(store_parts)
#define store_code_parts NAMED(store_code_parts)
#define load_pairs NAMED(load_pairs)
#define load_pairs_but_first NAMED(load_pairs_but_first)
#define load_evens NAMED(load_evens)
#define load_pairs_apart NAMED(load_pairs_apart)
#define load_evens_apart NAMED(load_evens_apart)
#define evens_first NAMED(evens_first)
#define shuffle_vec NAMED(shuffle_vec)
#define in_order NAMED(in_order)
#define half_codes NAMED(half_codes)
#define codes_in_order NAMED(codes_in_order)
#define codes_by_blocks NAMED(codes_by_blocks)
#define first_lane NAMED(first_lane)
#define load_code NAMED(load_code)
#define store NAMED(store)
#define store_code NAMED(store_code)
#define splat NAMED(splat)
#define zero NAMED(zero)
#define same NAMED(same)
#define same_bits NAMED(same_bits)
#define is_before NAMED(is_before)
#define note_nan NAMED(note_nan)
#define any_nan NAMED(any_nan)
#define sum_of NAMED(sum_of)
#define store_past NAMED(store_past)
#define store_pairs NAMED(store_pairs)
#define store_last_pairs_past NAMED(store_last_pairs_past)
#define winner NAMED(winner)
#define store_winner NAMED(store_winner)
#define store_part NAMED(store_part)
#define choose NAMED(choose)
#define flip_of NAMED(flip_of)
#define flipped NAMED(flipped)
#define winner_of NAMED(winner_of)
#define earlier_of NAMED(earlier_of)
#define choose_code NAMED(choose_code)
#define only NAMED(only)

#if VECTOR_BYTES

#define LANES ((ptrdiff_t)(VECTOR_BYTES / BYTES))
#define OPAQUE(v) CPOOL_OPAQUE_VECTOR(v)
typedef T vec __attribute__((vector_size(VECTOR_BYTES)));
typedef CODE_T lanes_vec __attribute__((vector_size(VECTOR_BYTES)));

CPOOL_INLINE vec load_bits(const T *p) {
    vec v;
    memcpy(&v, p, sizeof v);
    return v;
}
/* Of a bool's bytes all but 0 count as 1. */
CPOOL_INLINE vec as_bool(vec v) { return IS_BOOL ? (vec)-(v != 0) : v; }
CPOOL_INLINE vec load(const T *p) { return as_bool(load_bits(p)); }
CPOOL_INLINE void store(T *p, vec v) { memcpy(p, &v, sizeof v); }
CPOOL_INLINE lanes_vec flip_of(uint64_t flip) { return (lanes_vec){0} + (CODE_T)flip; }
/* An element's key, and of that the element. */
CPOOL_INLINE vec flipped(vec v, lanes_vec flip) { return FLIPS ? (vec)((lanes_vec)v ^ flip) : v; }
CPOOL_INLINE vec zero(void) { return (vec){0}; }
CPOOL_INLINE vec sum_of(vec a, vec b) { return IS_FLOAT ? ADD(a, b) : (vec)ADD((lanes_vec)a, (lanes_vec)b); }
/* Past the caches: p is a multiple of 16 bytes. */
CPOOL_INLINE void store_past(T *p, vec v) {
    CPOOL_NAME2(stream, VECTOR_BYTES)(p, (CPOOL_NAME2(raw, VECTOR_BYTES))v);
}

#include "vector_codes.h"
#include "vector_parts.h"
#include "vector_pairs.h"

#else

#define LANES ((ptrdiff_t)1)
typedef T vec;
typedef CODE_T lanes_vec;
typedef RECORD_T code_vec;
typedef int best_mask;
#define NOT(mask) (!(mask))
#define OPAQUE(v) (void)0

CPOOL_INLINE vec load_bits(const T *p) { return *p; }
CPOOL_INLINE vec load(const T *p) { return IS_BOOL ? *p != 0 : *p; }
CPOOL_INLINE lanes_vec flip_of(uint64_t flip) { return (lanes_vec)flip; }
CPOOL_INLINE vec flipped(vec v, lanes_vec flip) {
    lanes_vec bits;
    memcpy(&bits, &v, sizeof v);
    bits = (lanes_vec)(bits ^ flip);
    if (FLIPS) memcpy(&v, &bits, sizeof v);
    return v;
}
CPOOL_INLINE vec zero(void) { return 0; }
CPOOL_INLINE vec sum_of(vec a, vec b) { return (vec)ADD((SUM_T)a, (SUM_T)b); }
CPOOL_INLINE best_mask same(code_vec a, code_vec b) { return a == b; }
CPOOL_INLINE best_mask is_before(code_vec a, code_vec b) { return a < b; }
CPOOL_INLINE void load_pairs(const T *p, vec *even, vec *odd) { *even = load(p), *odd = load(p + 1); }
CPOOL_INLINE void load_pairs_but_first(const T *p, vec *even, vec *odd) { *even = *odd = load(p + 1); }
CPOOL_INLINE vec load_evens(const T *p) { return load(p); }
CPOOL_INLINE vec in_order(vec v) { return v; }
CPOOL_INLINE code_vec codes_in_order(code_vec v) { return v; }
CPOOL_INLINE best_mask first_lane(void) { return 1; }
CPOOL_INLINE void store_pairs(T *p, vec even, vec odd, int streams) {
    (void)streams;
    p[0] = even, p[1] = odd;
}
CPOOL_INLINE void store_last_pairs_past(T *p, vec even, vec odd, ptrdiff_t first) {
    (void)first;
    store_pairs(p, even, odd, 1);
}
CPOOL_INLINE code_vec load_code(const RECORD_T *p) { return *p; }
CPOOL_INLINE void store(T *p, vec v) { *p = v; }
CPOOL_INLINE void store_past(T *p, vec v) { *p = v; }
CPOOL_INLINE void store_code(RECORD_T *p, code_vec v) { *p = v; }
CPOOL_INLINE code_vec splat(int64_t code) { return (code_vec)code; }
CPOOL_INLINE vec choose(best_mask mask, vec a, vec b) { return mask ? a : b; }
CPOOL_INLINE code_vec choose_code(best_mask mask, code_vec a, code_vec b) { return mask ? a : b; }
CPOOL_INLINE vec only(best_mask mask, vec v) { return mask ? v : 0; }

#endif

/*
 * Floats that are not NaN have a maximum of their own, if the processor does what is wanted of equals: kernels take it
 * (`ordered`), note what is NaN, and find the winners again if anything was: 1.3x to 1.5x without NaN.
 */
#if VECTOR_BYTES && IS_FLOAT && HAS_FLOAT_MAX
#define IS_ORDERED 1
CPOOL_INLINE void note_nan(best_mask *nan, vec a, vec b) { *nan = (best_mask)EITHER(*nan, UNORDERED(a, b)); }
CPOOL_INLINE int any_nan(best_mask nan) { return ANY_LANE(nan); }
#else
#define IS_ORDERED 0
CPOOL_INLINE void note_nan(best_mask *nan, vec a, vec b) { (void)nan, (void)a, (void)b; }
CPOOL_INLINE int any_nan(best_mask nan) { return (void)nan, 0; }
#endif

/* Places as the vectors have them, for scratch: beside masks as in the record, else as wide as the values. */
#if !VECTOR_BYTES || HAS_MASKS
#define PLACE_T RECORD_T
#define load_place load_code
#define store_place store_code
#else
#define PLACE_T CODE_T
#define load_place NAMED(load_place)
#define store_place NAMED(store_place)
CPOOL_INLINE code_vec load_place(const PLACE_T *p) {
    code_vec v;
    memcpy(&v, p, sizeof v);
    return v;
}
CPOOL_INLINE void store_place(PLACE_T *p, code_vec v) { memcpy(p, &v, sizeof v); }
#endif

typedef struct {
    vec value;
    code_vec place;
} winner;

CPOOL_INLINE void store_winner(T *y, RECORD_T *record, winner best, lanes_vec flip, const int has_place) {
    store(y, flipped(best.value, flip));
    if (has_place) store_code(record, best.place);
}
/* Only n elements of each part, `apart`: with masks 1.1x to 1.4x on planes of 7x7 to 17x17. */
CPOOL_INLINE void store_part(T *y, RECORD_T *record, winner best, lanes_vec flip, const int has_place, ptrdiff_t n,
                             ptrdiff_t apart, const int parts) {
    T values[LANES];
    RECORD_T places[LANES];
    best.value = flipped(best.value, flip);
    store(values, best.value);
    if (has_place) store_code(places, best.place);
    for (int i = 0; i < parts; i++) {
        const ptrdiff_t first = i * LANES / parts, at = i * apart;
#if VECTOR_BYTES && HAS_MASKS
        const uint64_t lanes = (((uint64_t)1 << n) - 1) << first;
        STORE_WHERE(VECTOR_BYTES, BYTES, y + at, first, lanes, best.value);
        if (has_place) STORE_WHERE(CODE_BYTES, RECORD_BYTES, record + at, first, lanes, best.place);
#else
        copy_part(y + at, values + first, n * BYTES);
        if (has_place) copy_part(record + at, places + first, n * RECORD_BYTES);
#endif
    }
}
