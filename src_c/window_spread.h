/*
 * window_spread.h - backward in vectors, for one dtype and width of vector and records of bytes: which lanes of dout
 * belong to a tap is seen by comparing their records with its code. Parameters: the vocabulary of vector.h.
 */
#define spread_to NAMED(spread_to)
#define sum_at NAMED(sum_at)
#define sum_cells_at_once NAMED(sum_cells_at_once)
#define sum_narrow NAMED(sum_narrow)
#define known_taps NAMED(known_taps)
#define spread_row NAMED(spread_row)
#define spread_rows NAMED(spread_rows)

#define sum_where NAMED(sum_where)
/* A sum that began with 0 is never -0: to add 0 changes no bit. */
CPOOL_INLINE vec sum_where(best_mask mask, vec sum, vec value) {
#if VECTOR_BYTES && HAS_MASKS && IS_FLOAT
    return (vec)ADD_FLOATS_WHERE(mask, sum, value);
#elif VECTOR_BYTES && HAS_MASKS && !IS_BOOL
    return (vec)ADD_INTEGERS_WHERE(mask, sum, value);
#else
    return sum_of(sum, only(mask, value));
#endif
}

/* What dout adds to the tap of this code. */
CPOOL_INLINE vec spread_to(code_vec code, code_vec codes, vec dout) {
    return only(same(codes, code), dout);
}

/* Vectors of cells of dx, dx_step and step apart: several wait less for each other's sums. far: not in scratch. */
CPOOL_INLINE void sum_at(T *dx, ptrdiff_t dx_step, const T *dout, const RECORD_T *record, ptrdiff_t step,
                         const cpool_taps *taps, const int n_vectors, const int far, int streams) {
    vec sum[4];
    for (int k = 0; k < n_vectors; k++) sum[k] = zero();
    for (ptrdiff_t t = 0; t < taps->n; t++) {
        const ptrdiff_t at = taps->offset[t];
        for (int k = 0; k < n_vectors; k++) {
            vec value = load_bits(dout + at + k * step);
            OPAQUE(value); /* GCC would load under the mask, which waits for it: 0.85x to 0.95x */
            sum[k] = sum_where(same(splat(taps->code[t]), load_code(record + at + k * step)), sum[k], value);
        }
    }
    if (streams) for (int k = 0; k < n_vectors; k++) store_past(dx + k * dx_step, sum[k]);
    else
        for (int k = 0; k < n_vectors; k++) {
            if (far) ahead_to_write(dx + k * dx_step + SOON_WRITTEN / BYTES, VECTOR_BYTES);
            store(dx + k * dx_step, sum[k]);
        }
}

/*
 * The cells from i to end, n of each phase at a time and a vector of each; wide: of a cell its vectors by fours, and
 * what is left one by one: over the ones before 0.4x of 96 channels from memory. gathers: what goes past the caches
 * does so in its order, which n cells of one of several phases are not: 1.2x to 2.5x of 16 to 48 floats, 0.9x of 8.
 */
CPOOL_INLINE void sum_cells_at_once(T *dx, const T *dout, const RECORD_T *record, const cpool_taps *taps,
                                    const cpool_cells *cells, ptrdiff_t i, ptrdiff_t end, const int n, const int wide,
                                    const int gathers, int streams) {
    const cpool_cells c = *cells; /* in a copy: to the compiler a record's bytes could be it */
    const ptrdiff_t width = c.width, n_phases = c.n_phases, dx_step = n_phases * width;
    T made[4 * CPOOL_MOST_PHASES * 4 * LANES];
    for (; i < end; i += n) {
        T *const to = gathers ? made : dx + i * dx_step;
        for (ptrdiff_t p = 0; p < n_phases; p++)
            for (ptrdiff_t j = 0, done; j < width; j += done) {
                const int four = wide && j + 4 * LANES <= width;
                done = four ? 4 * LANES : LANES;
                if (j > width - done) j = width - done;
                const ptrdiff_t from = i * width + j;
#define SUM_AT(n_vectors, dx_step, step) \
    sum_at(to + p * width + j, dx_step, dout + from, record + from, step, taps + p, n_vectors, !gathers, streams)
                if (four) SUM_AT(4, LANES, LANES);
                else SUM_AT(n, dx_step, width);
#undef SUM_AT
            }
        if (gathers)
            for (ptrdiff_t j = 0; j < n * dx_step; j += LANES) store_past(dx + i * dx_step + j, load_bits(made + j));
    }
}

#define SUM(i, end, ...) sum_cells_at_once(dx, dout, record, taps, cells, i, end, __VA_ARGS__)
/* A function of its own: as a part of sum_record 0.8x of 32 floats from memory. */
static CPOOL_NOINLINE void sum_narrow(T *dx, const T *dout, const RECORD_T *record, const cpool_taps *taps,
                                      const cpool_cells *cells, int streams) {
    const ptrdiff_t fours = cells->n / 4 * 4;
    if (streams && cells->n_phases > 1) SUM(0, fours, 4, 0, 1, 0);
    else SUM(0, fours, 4, 0, 0, streams);
    SUM(fours, cells->n, 1, 0, 0, streams);
}

/* Four vectors at a time: of a cell's elements where it has as many, else of neighbouring cells of a phase. */
static void NAMED(sum_record)(void *dx, const void *dout, const void *record, const cpool_taps *taps,
                              const cpool_cells *cells) {
    const int streams = cells->streams && ((ptrdiff_t)dx | cells->width * BYTES) % 16 == 0;
    if (cells->width >= 4 * LANES) SUM(0, cells->n, 1, 1, 0, streams);
    else sum_narrow(dx, dout, record, taps, cells, streams);
    if (streams) STREAMED;
}
#undef SUM

/* What is the same for all rows is found once: 1.4x for rows of 12 outputs. */
typedef struct {
    code_vec code[4];
    ptrdiff_t offset[4];
} known_taps;

/*
 * A row of outputs, to their taps from `first` to `end`. head: where the second vector begins; last: the last one.
 * n_known: of taps that `known` has, or 0. apart: 2 where taps are pairs of neighbours, whose cells lie by turns.
 */
CPOOL_INLINE void spread_row(T *dx, const T *dout, const RECORD_T *record, const cpool_taps *taps,
                             const known_taps *known, ptrdiff_t first, ptrdiff_t end, ptrdiff_t width, ptrdiff_t last,
                             const int n_known, const int apart, const int streams) {
#define TAP(t) spread_to(n_known ? known->code[t] : splat(taps->code[t]), codes, value)
    for (ptrdiff_t j = 0; j < width; j += LANES) {
        const ptrdiff_t at = j < last ? j : last;
        const vec value = sum_of(zero(), load_bits(dout + at));
        const code_vec codes = load_code(record + at);
        for (ptrdiff_t t = first; t < end; t += apart) {
            T *const cells = dx + apart * at + (n_known ? known->offset[t] : taps->offset[t]);
            const vec even = TAP(t);
            if (!streams) ahead_to_write(cells + SOON_WRITTEN / BYTES, apart * VECTOR_BYTES);
            if (apart == 2) {
                const vec odd = TAP(t + 1);
                if (streams && j > at) store_last_pairs_past(cells, even, odd, 2 * (j - at));
                else store_pairs(cells, even, odd, streams);
            } else if (streams) store_past(cells, even);
            else store(cells, even);
        }
    }
#undef TAP
}

CPOOL_INLINE void spread_rows(T *dx, ptrdiff_t dx_pitch, const T *dout, const RECORD_T *record, const cpool_taps *list,
                              ptrdiff_t width, row_part p, const int n_known, const int apart, const int streams) {
    const cpool_taps taps = *list;
    const ptrdiff_t last = p.loose ? (width - 1) / LANES * LANES : width - LANES;
    known_taps known;
    for (int t = 0; t < n_known; t++) known.code[t] = splat(taps.code[t]), known.offset[t] = taps.offset[t];
#define ROW(first, end) \
    spread_row(dx + i * dx_pitch, dout + i * width, record + i * width, &taps, &known, first, end, width, last, \
               n_known, apart, streams)
    for (ptrdiff_t i = p.row; i < p.end_row; i++)
        /*
         * In the order of memory: taps by turns take 1.0x to 2.0x as long past the caches, and 5x to 9x where a window
         * does not stay in the first one; else 0.8x to 0.9x.
         */
        if (apart == 1 && (streams || taps.n * width * BYTES > CPOOL_FIRST_CACHE_BYTES))
            for (ptrdiff_t t = 0; t < taps.n; t++) ROW(t, t + 1);
        else ROW(0, n_known ? n_known : taps.n);
#undef ROW
    if (streams) STREAMED;
}

/* Windows of 2x2, nearly all there are, are unrolled: 1.3x. */
#define SPREAD(stage, apart) \
    static void NAMED(stage)(void *dx, ptrdiff_t dx_pitch, const void *dout, const void *record, \
                             const cpool_taps *taps, ptrdiff_t width, row_part p) { \
        if (taps->n == 4 && p.streams) spread_rows(dx, dx_pitch, dout, record, taps, width, p, 4, apart, 1); \
        else if (taps->n == 4) spread_rows(dx, dx_pitch, dout, record, taps, width, p, 4, apart, 0); \
        else spread_rows(dx, dx_pitch, dout, record, taps, width, p, 0, apart, p.streams); \
    }
SPREAD(spread_cells, 1)
#if HAS_PAIRS && BYTES >= 4
SPREAD(spread_pairs, 2)
#if HAS_SUMS_OF_ROWS && VECTOR_BYTES == MAX_VECTOR_BYTES
#include "window_rows.h"
#endif
#endif
#undef SPREAD
