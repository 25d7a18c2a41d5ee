/*
 * vector_pairs.h - vectors of every second element, and of neighbours by turns, for elements of 4 and 8 bytes. Part of
 * the vocabulary of vector.h, which includes it.
 */

/* As floats, whatever they are: for integers GCC 12 takes shuffles across the whole vector. */
#if BYTES == 4
typedef float shuffle_vec __attribute__((vector_size(VECTOR_BYTES)));
#else
typedef double shuffle_vec __attribute__((vector_size(VECTOR_BYTES)));
#endif
#define SHUFFLE(a, b, list) \
    ((vec)__builtin_shufflevector((shuffle_vec)(a), (shuffle_vec)(b), CPOOL_NAME3(list, BYTES, VECTOR_BYTES)))
/* p[0], p[2], ... and p[1], p[3], ..., in the order that in_order undoes; of the second half `apart` elements on. */
CPOOL_INLINE void load_pairs_apart(const T *p, ptrdiff_t apart, vec *even, vec *odd) {
    vec low = load(p), high = load(p + apart);
    CPOOL_OPAQUE_VECTOR(low);
    CPOOL_OPAQUE_VECTOR(high);
    *even = SHUFFLE(low, high, EVENS);
    *odd = SHUFFLE(low, high, ODDS);
}
CPOOL_INLINE void load_pairs(const T *p, vec *even, vec *odd) { load_pairs_apart(p, LANES, even, odd); }
/* p[0], p[2], ... in that order too. The second vector starts one early, so as not to read past the last of these. */
CPOOL_INLINE vec load_evens_apart(const T *p, ptrdiff_t apart) {
    return SHUFFLE(load(p), load(p + apart - 1), LATE_EVENS);
}
CPOOL_INLINE vec load_evens(const T *p) { return load_evens_apart(p, LANES); }
/* As load_pairs, but with p[1] for p[0], which is not read. */
CPOOL_INLINE void load_pairs_but_first(const T *p, vec *even, vec *odd) {
    vec low = load(p + 1), high = load(p + LANES);
    low = SHUFFLE(low, low, SHIFT_IN);
    CPOOL_OPAQUE_VECTOR(high);
    *even = SHUFFLE(low, high, EVENS);
    *odd = SHUFFLE(low, high, ODDS);
}
CPOOL_INLINE vec in_order(vec v) { return SHUFFLE(v, v, IN_ORDER); }
CPOOL_INLINE vec by_blocks(vec v) { return SHUFFLE(v, v, BY_BLOCKS); }
CPOOL_INLINE vec load_every(const int stride, const T *p) { return stride == 1 ? load(p) : in_order(load_evens(p)); }
/* even[0], odd[0], even[1], ..., of both as by_blocks makes them. */
CPOOL_INLINE void store_pairs(T *p, vec even, vec odd) {
    store(p, SHUFFLE(even, odd, ZIP_LOW));
    store(p + LANES, SHUFFLE(even, odd, ZIP_HIGH));
}
