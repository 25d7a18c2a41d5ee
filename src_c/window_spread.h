/*
 * window_spread.h - backward in vectors, for one dtype and width of vector and records of bytes: which lanes of dout
 * belong to a tap is seen by comparing their records with its code. Parameters: the vocabulary of vector.h.
 */
#define spread_to NAMED(spread_to)
#define sum_at NAMED(sum_at)

/* What dout adds to the tap of this code. A sum that began with 0 is never -0: to add 0 changes no bit. */
CPOOL_INLINE vec spread_to(int64_t code, code_vec codes, vec dout) {
    return choose(same(codes, splat(code)), dout, zero());
}

/* Vectors of cells of dx, dx_step and step apart: several wait less for each other's sums. */
CPOOL_INLINE void sum_at(T *dx, ptrdiff_t dx_step, const T *dout, const RECORD_T *record, ptrdiff_t step,
                         const cpool_taps *taps, const int n_vectors, int streams) {
    vec sum[4];
    for (int k = 0; k < n_vectors; k++) sum[k] = zero();
    for (ptrdiff_t t = 0; t < taps->n; t++) {
        const ptrdiff_t at = taps->offset[t];
        for (int k = 0; k < n_vectors; k++)
            sum[k] = sum_of(sum[k], spread_to(taps->code[t], load_code(record + at + k * step),
                                              load_bits(dout + at + k * step)));
    }
    if (streams) for (int k = 0; k < n_vectors; k++) store_past(dx + k * dx_step, sum[k]);
    else for (int k = 0; k < n_vectors; k++) store(dx + k * dx_step, sum[k]);
}

/* Four vectors at a time: of a cell's elements where it has as many, else of neighbouring cells of a phase. */
static void NAMED(sum_record)(void *dx_, const void *dout_, const void *record_, const cpool_taps *taps,
                              const cpool_cells *cells, int streams) {
    const cpool_cells c = *cells;
    const ptrdiff_t dx_step = c.n_phases * c.width;
#define SUM_AT(i, p, j, n_vectors, to_next, from_next) \
    sum_at((T *)dx_ + r * c.dx_row + (i) * dx_step + (p) * c.width + (j), to_next, \
           (const T *)dout_ + r * c.row + (i) * c.width + (j), \
           (const RECORD_T *)record_ + r * c.row + (i) * c.width + (j), from_next, taps + (p), n_vectors, streams)
    for (ptrdiff_t r = 0; r < c.n_rows; r++) {
        if (c.width >= 4 * LANES)
            for (ptrdiff_t i = 0; i < c.n; i++)
                for (ptrdiff_t p = 0; p < c.n_phases; p++)
                    for (ptrdiff_t j = 0; j < c.width; j += 4 * LANES) {
                        if (j > c.width - 4 * LANES) j = c.width - 4 * LANES;
                        SUM_AT(i, p, j, 4, LANES, LANES);
                    }
        else
            for (ptrdiff_t i = 0; i < c.n; i += c.n < 4 ? 1 : 4) {
                if (c.n >= 4 && i > c.n - 4) i = c.n - 4;
                for (ptrdiff_t p = 0; p < c.n_phases; p++)
                    for (ptrdiff_t j = 0; j < c.width; j += LANES) {
                        if (j > c.width - LANES) j = c.width - LANES;
                        if (c.n < 4) SUM_AT(i, p, j, 1, 0, 0);
                        else SUM_AT(i, p, j, 4, dx_step, c.width);
                    }
            }
    }
#undef SUM_AT
    if (streams) STREAMED;
}

#if HAS_PAIRS
/* Windows side by side, two columns each. */
static void NAMED(spread_pairs)(void *dx_, ptrdiff_t dx_pitch, const void *dout_, const void *record_,
                                const cpool_taps *taps, ptrdiff_t width, row_part p, int streams) {
    for (ptrdiff_t i = p.row; i < p.end_row; i++)
        for (ptrdiff_t j = 0; j < width; j += LANES) {
            if (!p.loose && j > width - LANES) j = width - LANES;
            const vec dout = by_blocks(sum_of(zero(), load_bits((const T *)dout_ + i * width + j)));
            const code_vec codes = codes_by_blocks(load_code((const RECORD_T *)record_ + i * width + j));
            T *dx = (T *)dx_ + i * dx_pitch + 2 * j;
            for (ptrdiff_t t = 0; t < taps->n; t += 2)
                store_pairs(dx + taps->offset[t], spread_to(taps->code[t], codes, dout),
                            spread_to(taps->code[t + 1], codes, dout), streams);
        }
    if (streams) STREAMED;
}
#endif
#undef spread_to
#undef sum_at
