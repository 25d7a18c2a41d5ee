/*
 * window_rows.h - backward of windows of three neighbouring columns that begin two apart, in vectors of neighbouring
 * cells, for one dtype and width of vector and records of bytes. Parameters: the vocabulary of vector.h; spread_to of
 * window_spread.h.
 */
#define viewing_rows NAMED(viewing_rows)
#define sum_cells NAMED(sum_cells)
#define sum_row NAMED(sum_row)
#define sum_each_row NAMED(sum_each_row)

/* The rows of outputs that look at a row of dx, and the codes of their taps there. */
typedef struct {
    const T *values[2];
    const RECORD_T *codes[2];
    code_vec tap[2][3];
} viewing_rows;

/*
 * The cells from column 2 * m on, which see outputs m + first to m + last. at_edge: some of these are not there, nor
 * need more than n_cells of dx be.
 */
CPOOL_INLINE void sum_cells(T *dx, const viewing_rows *rows, const RECORD_T *outside, ptrdiff_t m, const int n_rows,
                            const int before, const int first, const int last, const int at_edge, ptrdiff_t n_cells,
                            const int streams) {
    vec sum[2] = {zero(), zero()};
    CPOOL_UNROLL
    for (int r = 0; r < n_rows; r++) {
        CPOOL_UNROLL
        for (int i = first; i <= last; i++) {
            vec value = load_bits(rows->values[r] + m + i);
            code_vec codes = load_code(rows->codes[r] + m + i);
            if (at_edge) codes |= load_code(outside + m + i);
            CPOOL_OPAQUE_VECTOR(value);
            CPOOL_OPAQUE_VECTOR(codes);
            for (int odd = 0; odd < 2; odd++) {
                const int tap = odd + before - 2 * i;
                if (tap >= 0 && tap < 3) sum[odd] = sum_of(sum[odd], spread_to(rows->tap[r][tap], codes, value));
            }
        }
    }
    if (at_edge && n_cells < 2 * LANES) store_some_pairs(dx + 2 * m, sum[0], sum[1], 0, n_cells, streams);
    else store_pairs(dx + 2 * m, sum[0], sum[1], streams);
}

/*
 * A row of dx that n_rows of outputs look at, the first one by taps from `code` on. room: of dx so many cells may be
 * written, which later rows write again.
 */
CPOOL_INLINE void sum_row(T *dx, const T *dout, const RECORD_T *record, ptrdiff_t code, const cpool_columns *c,
                          const int n_rows, const int before, ptrdiff_t room, const int streams) {
    const int first = (before - 2) / 2, last = (1 + before) / 2;
    const ptrdiff_t shift = c->before[1] / 2, width = c->width, far = c->ahead, seen = c->n - shift - last;
    const ptrdiff_t whole = (seen < room / 2 ? seen : room / 2) - LANES;
    const RECORD_T *outside = (const RECORD_T *)c->outside + shift;
    viewing_rows rows;
    for (int r = 0; r < n_rows; r++) {
        rows.values[r] = dout + r * c->n + shift;
        rows.codes[r] = record + r * c->n + shift;
        for (int t = 0; t < 3; t++) rows.tap[r][t] = splat(code - 6 * r + t);
    }
    ptrdiff_t m = 0;
#define SUM_CELLS(at_edge) \
    sum_cells(dx, &rows, outside, m, n_rows, before, first, last, at_edge, room - 2 * m, streams)
    for (; m < -shift - first && 2 * m < width; m += LANES) SUM_CELLS(1);
    for (; m <= whole; m += LANES) {
        if (n_rows > 1) CPOOL_PREFETCH_TO_READ((const char *)(rows.values[n_rows - 1] + m) + far);
        SUM_CELLS(0);
    }
    for (; 2 * m < width; m += LANES) SUM_CELLS(1);
#undef SUM_CELLS
}

CPOOL_INLINE void sum_each_row(T *dx, const T *dout, const RECORD_T *record, const cpool_columns *columns,
                               ptrdiff_t row, ptrdiff_t n, const int before, const int streams) {
    const cpool_columns c = *columns;
    ptrdiff_t down = row + c.before[0]; /* from where the first window begins */
    for (; n > 0; n--, down++, dx += c.width) {
        const ptrdiff_t first = (down - 1) / 2, end = down / 2 < c.height ? down / 2 + 1 : c.height;
        const ptrdiff_t room = streams ? c.width : n * c.width;
#define SUM_ROW(n_rows, code) \
    sum_row(dx, dout + first * c.n, record + first * c.n, code, &c, n_rows, before, room, streams)
        if (end - first == 2) SUM_ROW(2, 6);
        else if (end - first == 1) SUM_ROW(1, 3 * (down - 2 * first));
        else memset(dx, 0, (size_t)c.width * BYTES);
#undef SUM_ROW
    }
    if (streams) STREAMED;
}

static void KERNEL(sum_rows)(void *dx, const void *dout, const void *record, const cpool_columns *c, ptrdiff_t row,
                             ptrdiff_t n) {
    const int streams = c->streams && ((ptrdiff_t)dx | c->width * BYTES) % 16 == 0;
    if (c->before[1] % 2 && streams) sum_each_row(dx, dout, record, c, row, n, 1, 1);
    else if (c->before[1] % 2) sum_each_row(dx, dout, record, c, row, n, 1, 0);
    else if (streams) sum_each_row(dx, dout, record, c, row, n, 0, 1);
    else sum_each_row(dx, dout, record, c, row, n, 0, 0);
}
