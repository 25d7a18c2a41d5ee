/*
 * window_one.h - forward of a window whose cells are one run of memory, for one dtype and the widest vector: first the
 * best value, then the first cell that has it. Of planes of 17x17 floats 2x of passes, of 28x28 to 56x56 16x to 25x.
 * Parameters: the vocabulary of width_kernels.h, which includes it.
 */
#define first_of NAMED(first_of)
#define most_of_run NAMED(most_of_run)

#if IS_FLOAT
#define IS_NAN(v) ((v) != (v))
#else
#define IS_NAN(v) 0
#endif
#define IS_BEST(v) (is_nan ? IS_NAN(v) : IS_BOOL ? ((v) != 0) == best : (v) == best)
/* The first of n cells that is the best, or NaN: there is one. In blocks that compilers have vectors for. */
CPOOL_INLINE ptrdiff_t first_of(const T *x, ptrdiff_t n, T best, const int is_nan) {
    enum { BLOCK = 64 };
    for (ptrdiff_t j = 0; j < n; j += BLOCK) {
        const ptrdiff_t end = n - j < BLOCK ? n : j + BLOCK;
        int any = end - j < BLOCK;
        if (!any)
            for (int i = 0; i < BLOCK; i++) any |= IS_BEST(x[j + i]);
        for (ptrdiff_t i = j; any && i < end; i++)
            if (IS_BEST(x[i])) return i;
    }
    return n;
}
#undef IS_BEST

/* The best keys, one a lane; whether there is NaN that they do not show. n: a vector or more. */
CPOOL_INLINE int most_of_run(T *most, const T *x, ptrdiff_t n, lanes_vec flip) {
    winner best[4], cell = {zero(), splat(0)};
    best_mask nan = {0};
    for (int k = 0; k < 4; k++) best[k] = (winner){flipped(load(x), flip), splat(0)};
    for (ptrdiff_t j = 0; j < n; j += 4 * LANES)
        for (int k = 0; k < 4; k++) {
            const ptrdiff_t at = j + k * LANES < n - LANES ? j + k * LANES : n - LANES;
            cell.value = flipped(load(x + at), flip);
            note_nan(&nan, cell.value, cell.value);
            best[k] = winner_of(best[k], cell, 0, IS_ORDERED);
        }
    for (int k = 1; k < 4; k++) best[0] = winner_of(best[0], best[k], 0, IS_ORDERED);
    store(most, best[0].value);
    return any_nan(nan);
}

/* cpool_best_one. */
static CPOOL_NOINLINE ptrdiff_t KERNEL(best_one)(void *y, const void *x_, ptrdiff_t n, uint64_t flip_bits) {
    const T *x = x_;
    T most[LANES], few[LANES], best;
    CODE_T bits;
    ptrdiff_t at;
    int is_nan;
    if (n < LANES) { /* as many as a vector has: the first one again */
        for (ptrdiff_t i = 0; i < LANES; i++) few[i] = x[i < n ? i : 0];
        is_nan = most_of_run(most, few, LANES, flip_of(flip_bits));
    } else is_nan = most_of_run(most, x, n, flip_of(flip_bits));
    best = most[0];
    for (ptrdiff_t i = 1; i < LANES; i++)
        if (most[i] > best || IS_NAN(most[i])) best = most[i];
    memcpy(&bits, &best, sizeof bits);
    bits ^= FLIPS ? (CODE_T)flip_bits : 0;
    memcpy(&best, &bits, sizeof bits);
    at = is_nan || IS_NAN(best) ? first_of(x, n, best, 1) : first_of(x, n, best, 0);
    *(T *)y = IS_BOOL ? x[at] != 0 : x[at];
    return at;
}
#undef IS_NAN
