/*
 * window_lines.h - backward of windows that begin two apart, row of dx by row: each is written once, in vectors at
 * multiples of their size, past the caches or not. Part of window_rows.h, which includes it.
 */
#define viewing_rows NAMED(viewing_rows)
#define cells_written NAMED(cells_written)
#define store_some NAMED(store_some)
#define store_cells NAMED(store_cells)
#define sum_cells NAMED(sum_cells)
#define sum_row NAMED(sum_row)
#define sum_lines NAMED(sum_lines)

/* The rows of outputs that look at a row of dx, and the codes of their taps there. */
typedef struct {
    const T *values[2];
    const RECORD_T *codes[2];
    code_vec tap[2][3];
} viewing_rows;

/*
 * Rows of dx one after the other are one row of cells, written in vectors at multiples of their size: the vector in
 * which a row of dx ends waits for the cells that the next one begins with. Vectors that crossed such multiples could
 * not be written past the caches: 2.3x on 111x111 planes.
 */
typedef struct {
    T *to;          /* the next vector */
    vec begun;      /* what it has of the rows before, else 0 */
    ptrdiff_t lane; /* where the next row begins in it */
    ptrdiff_t skip; /* so many lanes of the first vector are not ours */
} cells_written;

/* The lanes of a vector from `first` to `end`. */
CPOOL_INLINE void store_some(T *to, vec cells, ptrdiff_t first, ptrdiff_t end) {
    T lanes[LANES];
    store(lanes, cells);
    memcpy(to + first, lanes + first, (size_t)(end - first) * BYTES);
}

/* At multiples of the vector's bytes streams of 64 are 1.15x to 1.2x. */
CPOOL_INLINE void store_cells(T *to, vec cells, const int streams) {
    if (streams) CPOOL_NAME2(stream_aligned, VECTOR_BYTES)(to, (CPOOL_NAME2(raw, VECTOR_BYTES))cells);
    else store(to, cells);
}

/*
 * The two vectors of cells from column 2 * m on. at_edge: some of the outputs may not be there. Cells that are none of
 * the row's have a sum of 0, as no record names them.
 */
CPOOL_INLINE void sum_cells(vec *low, vec *high, const viewing_rows *rows, const RECORD_T *outside, ptrdiff_t m,
                            const int kernel, const int n_rows, const int before, const int at_edge) {
    vec sum[2] = {zero(), zero()};
    CPOOL_UNROLL
    for (int r = 0; r < n_rows; r++) {
        CPOOL_UNROLL
        for (int i = FIRST_SEEN(kernel, 2, before); i <= LAST_SEEN(2, before); i++) {
            vec value = load_bits(rows->values[r] + m + i);
            code_vec codes = load_code(rows->codes[r] + m + i);
            if (at_edge) codes |= load_code(outside + m + i);
            OPAQUE(value);
            OPAQUE(codes);
            for (int odd = 0; odd < 2; odd++) {
                const int tap = odd + before - 2 * i;
                if (tap >= 0 && tap < kernel) sum[odd] = sum_of(sum[odd], spread_to(rows->tap[r][tap], codes, value));
            }
        }
    }
    *low = SHUFFLE(sum[0], sum[1], ZIP_LOW), *high = SHUFFLE(sum[0], sum[1], ZIP_HIGH);
}

/* A row of dx that n_rows of outputs look at, the first one by taps from `code` on; columns are counted from dx->to. */
CPOOL_INLINE void sum_row(cells_written *dx, const T *dout, const RECORD_T *record, ptrdiff_t code,
                          const cpool_columns *c, const int kernel, const int n_rows, const int before,
                          const int streams) {
    const ptrdiff_t shift = (c->before[1] - dx->lane - before) / 2, end = dx->lane + c->width;
    const ptrdiff_t seen = c->n - shift - LAST_SEEN(2, before), whole = (seen < end / 2 ? seen : end / 2) - LANES;
    const RECORD_T *outside = (const RECORD_T *)c->outside + shift;
    const int asks = c->ahead && n_rows > 0 && code != kernel; /* not again for outputs that the row before looked at */
    viewing_rows rows;
    for (int r = 0; r < n_rows; r++) {
        rows.values[r] = dout + r * c->n + shift;
        rows.codes[r] = record + r * c->n + shift;
        for (int t = 0; t < kernel; t++) rows.tap[r][t] = splat(code - 2 * kernel * r + t);
    }
    vec low, high;
#define SUM_CELLS(at_edge) sum_cells(&low, &high, &rows, outside, m, kernel, n_rows, before, at_edge)
    for (ptrdiff_t m = 0; 2 * m < end; m += LANES) {
        T *to = dx->to + 2 * m;
        if (asks) CPOOL_PREFETCH_TO_READ(rows.values[n_rows - 1] + m + c->ahead);
        if (m > 0 && m <= whole) {
            SUM_CELLS(0);
            store_cells(to, low, streams), store_cells(to + LANES, high, streams);
            continue;
        }
        SUM_CELLS(1);
        if (m == 0) low = (vec)((lanes_vec)low | (lanes_vec)dx->begun);
        if (end - 2 * m >= LANES) {
            if (dx->skip) store_some(to, low, dx->skip, LANES), dx->skip = 0;
            else store_cells(to, low, streams);
            low = high;
        }
        if (end - 2 * m >= 2 * LANES) store_cells(to + LANES, low, streams), low = zero();
        dx->begun = low;
    }
#undef SUM_CELLS
    dx->to += end / LANES * LANES, dx->lane = end % LANES;
}

CPOOL_INLINE void sum_lines(T *first_cell, const T *dout, const RECORD_T *record, const cpool_columns *columns,
                            ptrdiff_t row, ptrdiff_t n, ptrdiff_t n_planes, const int kernel, const int streams) {
    const cpool_columns c = *columns;
    const ptrdiff_t skip = (ptrdiff_t)((size_t)first_cell / BYTES % LANES);
    cells_written dx = {first_cell - skip, zero(), skip, skip};
    for (; n_planes > 0; n_planes--, dout += c.height * c.n, record += c.height * c.n) {
        ptrdiff_t down = row + c.before[0]; /* from where the first window begins */
        for (const ptrdiff_t end = down + n; down < end; down++) {
            const ptrdiff_t first = (down + 2 - kernel) / 2, code = kernel * (down - 2 * first);
            const ptrdiff_t n_rows = (down / 2 < c.height ? down / 2 + 1 : c.height) - first;
            const int odd = (c.before[1] - dx.lane) & 1;
#define SUM_ROW(n_rows, before, code) \
    sum_row(&dx, dout + first * c.n, record + first * c.n, code, &c, kernel, n_rows, before, streams)
            if (n_rows == 2 && odd) SUM_ROW(2, 1, 6);
            else if (n_rows == 2) SUM_ROW(2, 0, 6);
            else if (n_rows == 1 && odd) SUM_ROW(1, 1, code);
            else if (n_rows == 1) SUM_ROW(1, 0, code);
            else SUM_ROW(0, 0, 0);
#undef SUM_ROW
        }
    }
    if (dx.lane > dx.skip) store_some(dx.to, dx.begun, dx.skip, dx.lane);
    if (streams) STREAMED;
}
