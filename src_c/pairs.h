/*
 * pairs.h - a row taken apart into its even and its odd columns, in vectors of VECTOR_BYTES, of which the row has at
 * least two; the last pair of them may overlap the one before. Parameters: MOVE_T, MOVE and MOVE_BYTES as in moves.h,
 * VECTOR_BYTES.
 */
#define PAIR_LANES (VECTOR_BYTES / MOVE_BYTES)
#define PAIRS(name) CPOOL_NAME3(name, MOVE, VECTOR_BYTES)
#define INDICES(list) CPOOL_NAME3(list, MOVE_BYTES, VECTOR_BYTES)

typedef MOVE_T PAIRS(lanes) __attribute__((vector_size(VECTOR_BYTES)));

/* even[n_pairs] = src[0], src[2], ...; odd[n_pairs] = src[1], src[3], ... */
CPOOL_INLINE void PAIRS(split_pairs)(MOVE_T *CPOOL_RESTRICT even, MOVE_T *CPOOL_RESTRICT odd,
                                     const MOVE_T *CPOOL_RESTRICT src, ptrdiff_t n_pairs) {
    for (ptrdiff_t j = 0; j < n_pairs; j += PAIR_LANES) {
        PAIRS(lanes) low, high, part;
        if (j + PAIR_LANES > n_pairs) j = n_pairs - PAIR_LANES;
        memcpy(&low, src + 2 * j, sizeof low);
        memcpy(&high, src + 2 * j + PAIR_LANES, sizeof high);
        part = __builtin_shufflevector(low, high, INDICES(EVENS));
        memcpy(even + j, &part, sizeof part);
        part = __builtin_shufflevector(low, high, INDICES(ODDS));
        memcpy(odd + j, &part, sizeof part);
        __builtin_prefetch((const char *)(src + 2 * j) + AHEAD_BYTES);
        __builtin_prefetch((const char *)(src + 2 * j + PAIR_LANES) + AHEAD_BYTES);
    }
}
#undef PAIR_LANES
#undef PAIRS
#undef INDICES
#undef VECTOR_BYTES
