/*
 * vector_pairs.h - vectors of every second element, and for elements of 4 and 8 bytes of neighbours by turns. Part of
 * the vocabulary of vector.h, which includes it.
 */

/*
 * As floats, whatever they are: for integers GCC 12 takes shuffles across the whole vector. Of elements of 1 and 2
 * bytes each block gets its evens first, then its odds; what is shuffled then are these halves.
 */
#undef SHUFFLED_BYTES
#if BYTES == 4
#define SHUFFLED_BYTES 4
typedef float shuffle_vec __attribute__((vector_size(VECTOR_BYTES)));
#else
#define SHUFFLED_BYTES 8
typedef double shuffle_vec __attribute__((vector_size(VECTOR_BYTES)));
#endif
#define SHUFFLE(a, b, list) \
    ((vec)SHUFFLE_LANES((shuffle_vec)(a), (shuffle_vec)(b), LIST(list, SHUFFLED_BYTES)))
#if BYTES < 4
#define SHUFFLE_ONE(v, list) SHUFFLE_LANES(v, v, LIST(list, BYTES))
CPOOL_INLINE vec evens_first(vec v) { return SHUFFLE_ONE(v, SORTED); }
#else
#define SHUFFLE_ONE(v, list) SHUFFLE(v, v, list)
CPOOL_INLINE vec evens_first(vec v) { return v; }
#endif
/*
 * p[0], p[2], ... and p[1], p[3], ..., in the order that in_order undoes; of the second half `apart` elements on, or of
 * 4 parts as far apart.
 */
CPOOL_INLINE void load_pairs_apart(const T *p, ptrdiff_t apart, const int parts, vec *even, vec *odd) {
    vec low = evens_first(parts == 4 ? load_parts(p, apart, 2) : load(p));
    vec high = evens_first(parts == 4 ? load_parts(p + 2 * apart, apart, 2) : load(p + apart));
    OPAQUE(low);
    OPAQUE(high);
    *even = SHUFFLE(low, high, EVENS);
    *odd = SHUFFLE(low, high, ODDS);
}
CPOOL_INLINE void load_pairs(const T *p, vec *even, vec *odd) { load_pairs_apart(p, LANES, 1, even, odd); }
/* p[0], p[2], ... in that order too. The second half starts one early, so as not to read past the last of these. */
CPOOL_INLINE vec load_evens_apart(const T *p, ptrdiff_t apart, const int parts) {
    return parts == 4 ? SHUFFLE(evens_first(load_parts(p, apart, 2)),
                                evens_first(load_parts(p + 2 * apart - 1, apart, 2)), LATE_EVENS)
                      : SHUFFLE(evens_first(load(p)), evens_first(load(p + apart - 1)), LATE_EVENS);
}
CPOOL_INLINE vec load_evens(const T *p) { return load_evens_apart(p, LANES, 1); }
/* As load_pairs, but with p[1] for p[0], which is not read. */
CPOOL_INLINE void load_pairs_but_first(const T *p, vec *even, vec *odd) {
    vec low = load(p + 1), high = evens_first(load(p + LANES));
    low = evens_first(SHUFFLE_ONE(low, SHIFT_IN));
    OPAQUE(high);
    *even = SHUFFLE(low, high, EVENS);
    *odd = SHUFFLE(low, high, ODDS);
}
CPOOL_INLINE vec in_order(vec v) { return SHUFFLE(v, v, IN_ORDER); }
/* Of a code_vec, which may have more lanes than a vec, the first; of elements of 1 and 2 bytes half a block's codes. */
#undef SHUFFLE_CODES
#if !HAS_MASKS
#define SHUFFLE_CODES(v, list) ((code_vec)SHUFFLE(v, v, list))
#elif VECTOR_BYTES == 16 || RECORD_BYTES > 1 /* one block; or no pairs */
#define SHUFFLE_CODES(v, list) (v)
#elif BYTES == 8
#define SHUFFLE_CODES(v, list) SHUFFLE_LANES(v, v, LIST(list, 8), 8, 9, 10, 11, 12, 13, 14, 15)
#elif BYTES == 4
#define SHUFFLE_CODES(v, list) SHUFFLE_LANES(v, v, LIST(list, 4))
#else
#if BYTES == 1
typedef uint64_t half_codes __attribute__((vector_size(CODE_BYTES)));
#else
typedef uint32_t half_codes __attribute__((vector_size(CODE_BYTES)));
#endif
#define SHUFFLE_CODES(v, list) ((code_vec)SHUFFLE_LANES((half_codes)(v), (half_codes)(v), LIST(list, 8)))
#endif
CPOOL_INLINE code_vec codes_in_order(code_vec v) { return SHUFFLE_CODES(v, IN_ORDER); }
CPOOL_INLINE code_vec codes_by_blocks(code_vec v) { return SHUFFLE_CODES(v, BY_BLOCKS); }
/* even[0], odd[0], even[1], ..., of 4 or 8 bytes; streams: past the caches, where p is a multiple of 16 bytes. */
CPOOL_INLINE void store_pairs(T *p, vec even, vec odd, int streams) {
    const vec low = SHUFFLE(even, odd, ZIP_LOW), high = SHUFFLE(even, odd, ZIP_HIGH);
    if (streams) store_past(p, low), store_past(p + LANES, high);
    else store(p, low), store(p + LANES, high);
}
/* Of these only the cells from `first` on, past the caches: what is streamed twice is slower than not at all. */
CPOOL_INLINE void store_last_pairs_past(T *p, vec even, vec odd, ptrdiff_t first) {
    T cells[2 * VECTOR_BYTES / BYTES];
    store_pairs(cells, even, odd, 0);
    for (; first < 2 * LANES; first += 16 / BYTES) {
        raw_16 part;
        memcpy(&part, cells + first, sizeof part);
        stream_16(p + first, part);
    }
}
