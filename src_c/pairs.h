/*
 * pairs.h - gather and spread of stride 2 in vectors of VECTOR_BYTES, for elements of 4 and 8 bytes. Parameters: MOVE_T
 * and MOVE as in moves.h, MOVE_BYTES, VECTOR_BYTES; rows are of at least one vector, the last of which may overlap the
 * one before.
 */
#define PAIR_LANES (VECTOR_BYTES / MOVE_BYTES)
#define PAIRS(name) CPOOL_NAME3(name, MOVE, VECTOR_BYTES)
#define INDICES(list) CPOOL_NAME3(list, MOVE_BYTES, VECTOR_BYTES)

typedef MOVE_T PAIRS(lanes) __attribute__((vector_size(VECTOR_BYTES)));

/* dst[width] = src[0], src[2], ... The second vector starts one early, so as not to read past the last of these. */
static void PAIRS(gather_pairs)(MOVE_T *CPOOL_RESTRICT dst, const MOVE_T *CPOOL_RESTRICT src, ptrdiff_t width) {
    for (ptrdiff_t j = 0; j < width; j += PAIR_LANES) {
        PAIRS(lanes) low, high;
        if (j + PAIR_LANES > width) j = width - PAIR_LANES;
        memcpy(&low, src + 2 * j, sizeof low);
        memcpy(&high, src + 2 * j + PAIR_LANES - 1, sizeof high);
        low = __builtin_shufflevector(low, high, INDICES(EVEN));
        memcpy(dst + j, &low, sizeof low);
    }
}

/* dst[2 * width] = even[0], odd[0], even[1], ... */
static void PAIRS(spread_pairs)(MOVE_T *CPOOL_RESTRICT dst, const MOVE_T *CPOOL_RESTRICT even,
                                const MOVE_T *CPOOL_RESTRICT odd, ptrdiff_t width) {
    for (ptrdiff_t j = 0; j < width; j += PAIR_LANES) {
        PAIRS(lanes) a, b, low, high;
        if (j + PAIR_LANES > width) j = width - PAIR_LANES;
        memcpy(&a, even + j, sizeof a);
        memcpy(&b, odd + j, sizeof b);
        low = __builtin_shufflevector(a, b, INDICES(ZIP_LOW));
        high = __builtin_shufflevector(a, b, INDICES(ZIP_HIGH));
        memcpy(dst + 2 * j, &low, sizeof low);
        memcpy(dst + 2 * j + PAIR_LANES, &high, sizeof high);
    }
}
#undef PAIR_LANES
#undef PAIRS
#undef INDICES
#undef VECTOR_BYTES
