/*
 * window_spread.h - backward in vectors, for one dtype and width of vector and records of bytes: each tap of a window
 * gets the lanes of dout whose winner it is, and 0 in the others. Parameters: the vocabulary of vector.h. A sum here is
 * never -0, because the first is 0 + dout; so adding the 0 of another winner's lane changes no bit.
 */
#define spread_to NAMED(spread_to)

CPOOL_INLINE vec spread_to(int64_t code, code_vec codes, vec dout) {
    return choose(same(codes, splat(code)), dout, zero());
}

/* Of n outputs, a part of their channels: as many as whole vectors hold. */
static void NAMED(spread_add)(void *dx_, ptrdiff_t dx_pitch, const void *dout_, const void *record_,
                              const cpool_taps *taps, ptrdiff_t n, ptrdiff_t width, ptrdiff_t first, ptrdiff_t end) {
    for (ptrdiff_t i = 0; i < n; i++)
        for (ptrdiff_t j = first; j < end; j += LANES) {
            const vec dout = load_bits((const T *)dout_ + i * width + j);
            const code_vec codes = load_code((const RECORD_T *)record_ + i * width + j);
            T *dx = (T *)dx_ + i * dx_pitch + j;
            for (ptrdiff_t t = 0; t < taps->n; t++) {
                T *cell = dx + taps->offset[t];
                store(cell, sum_of(load_bits(cell), spread_to(taps->code[t], codes, dout)));
            }
        }
}

#if HAS_PAIRS
/* Windows side by side, two columns each. */
static void NAMED(spread_pairs)(void *dx_, ptrdiff_t dx_pitch, const void *dout_, const void *record_,
                                const cpool_taps *taps, ptrdiff_t width, row_part p, int streams) {
    for (ptrdiff_t i = p.row; i < p.end_row; i++)
        for (ptrdiff_t j = 0; j < width; j += LANES) {
            if (!p.loose && j > width - LANES) j = width - LANES;
            const vec dout = sum_of(zero(), load_bits((const T *)dout_ + i * width + j));
            const code_vec codes = load_code((const RECORD_T *)record_ + i * width + j);
            T *dx = (T *)dx_ + i * dx_pitch + 2 * j;
            for (ptrdiff_t t = 0; t < taps->n; t += 2)
                store_pairs(dx + taps->offset[t], spread_to(taps->code[t], codes, dout),
                            spread_to(taps->code[t + 1], codes, dout), streams);
        }
    if (streams) STREAMED;
}
#endif
#undef spread_to
