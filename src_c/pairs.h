/*
 * pairs.h - a row taken apart into its even and its odd columns, in vectors of VECTOR_BYTES, of which the row has at
 * least two; the last pair of them may overlap the one before. Parameters: MOVE_T, MOVE and MOVE_BYTES as in moves.h,
 * VECTOR_BYTES.
 */
#define PAIR_LANES (VECTOR_BYTES / MOVE_BYTES)
#define PAIRS(name) CPOOL_NAME3(name, MOVE, VECTOR_BYTES)

typedef MOVE_T PAIRS(lanes) __attribute__((vector_size(VECTOR_BYTES)));
typedef uint64_t PAIRS(halves) __attribute__((vector_size(VECTOR_BYTES)));

/* Of each 16 bytes of a vector, the even columns, then the odd ones. */
CPOOL_INLINE PAIRS(halves) PAIRS(sorted)(const MOVE_T *src) {
    PAIRS(lanes) v;
    memcpy(&v, src, sizeof v);
#if MOVE_BYTES < 8
    v = __builtin_shufflevector(v, v, CPOOL_NAME3(SORTED, MOVE_BYTES, VECTOR_BYTES));
#endif
    return (PAIRS(halves))v;
}

/* even[n_pairs] = src[0], src[2], ...; odd[n_pairs] = src[1], src[3], ... */
CPOOL_INLINE void PAIRS(split_pairs)(MOVE_T *CPOOL_RESTRICT even, MOVE_T *CPOOL_RESTRICT odd,
                                     const MOVE_T *CPOOL_RESTRICT src, ptrdiff_t n_pairs) {
    for (ptrdiff_t j = 0; j < n_pairs; j += PAIR_LANES) {
        if (j + PAIR_LANES > n_pairs) j = n_pairs - PAIR_LANES;
        const PAIRS(halves) low = PAIRS(sorted)(src + 2 * j), high = PAIRS(sorted)(src + 2 * j + PAIR_LANES);
        PAIRS(halves) part = __builtin_shufflevector(low, high, CPOOL_NAME3(ZIP_LOW, 8, VECTOR_BYTES));
        part = __builtin_shufflevector(part, part, CPOOL_NAME3(IN_ORDER, 8, VECTOR_BYTES));
        memcpy(even + j, &part, sizeof part);
        part = __builtin_shufflevector(low, high, CPOOL_NAME3(ZIP_HIGH, 8, VECTOR_BYTES));
        part = __builtin_shufflevector(part, part, CPOOL_NAME3(IN_ORDER, 8, VECTOR_BYTES));
        memcpy(odd + j, &part, sizeof part);
        ahead(src + 2 * j, 2 * VECTOR_BYTES, CPOOL_AHEAD_BYTES);
    }
}
#undef PAIRS
#undef VECTOR_BYTES
#undef PAIR_LANES
