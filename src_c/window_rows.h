/*
 * window_rows.h - backward of windows of two or three neighbouring columns that begin one or two apart, in vectors of
 * neighbouring cells, for one dtype and width of vector and records of bytes. Parameters: the vocabulary of vector.h;
 * spread_to and sum_where of window_spread.h.
 */
#define viewing_rows NAMED(viewing_rows)
#define cells_written NAMED(cells_written)
#define store_lanes NAMED(store_lanes)
#define store_cells NAMED(store_cells)
#define sum_cells NAMED(sum_cells)
#define sum_row NAMED(sum_row)
#define sum_lines NAMED(sum_lines)
#define load_parts NAMED(load_parts)
#define load_code_parts NAMED(load_code_parts)
#define add_outputs NAMED(add_outputs)
#define store_row NAMED(store_row)
#define sum_rows_down NAMED(sum_rows_down)

/* The outputs that look at the cells from column stride * m on lie from m + FIRST_SEEN to m + LAST_SEEN. */
#define FIRST_SEEN(kernel, stride, before) (((before) + 1 - (kernel)) / (stride))
#define LAST_SEEN(stride, before) (((before) + (stride) - 1) / (stride))

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
CPOOL_INLINE void store_lanes(T *to, vec cells, ptrdiff_t first, ptrdiff_t end) {
    T lanes[LANES];
    store(lanes, cells);
    memcpy(to + first, lanes + first, (size_t)(end - first) * BYTES);
}

CPOOL_INLINE void store_cells(T *to, vec cells, const int streams) {
    if (streams) store_past_aligned(to, cells);
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
            CPOOL_OPAQUE_VECTOR(value);
            CPOOL_OPAQUE_VECTOR(codes);
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
            if (dx->skip) store_lanes(to, low, dx->skip, LANES), dx->skip = 0;
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
    if (dx.lane > dx.skip) store_lanes(dx.to, dx.begun, dx.skip, dx.lane);
    if (streams) STREAMED;
}

/* A vector of outputs, or so many parts of one that lie apart, and their codes. */
CPOOL_INLINE vec load_parts(const T *p, ptrdiff_t apart, const int parts) {
#if HAS_MASKS && BYTES == 4
    if (parts == 4) return (vec)CPOOL_NAME2(gather_blocks, VECTOR_BYTES)(p, apart * BYTES);
#endif
    return parts == 1 ? load_bits(p) : load_halves(p, apart);
}
CPOOL_INLINE code_vec load_code_parts(const RECORD_T *p, ptrdiff_t apart, const int parts) {
#if HAS_MASKS
    if (parts > 1) return load_codes_apart(p, apart, parts);
#endif
    (void)apart, (void)parts;
    return load_code(p);
}

/* What a row of outputs adds to the rows of dx that it looks at; of each, `stride` vectors. */
CPOOL_INLINE void add_outputs(vec sum[3][2], const T *dout, const RECORD_T *record, ptrdiff_t apart,
                              const code_vec *tap, const code_vec *outside, const int kernel, const int stride,
                              const int before, const int parts) {
    const int first = FIRST_SEEN(kernel, stride, before), last = LAST_SEEN(stride, before);
    CPOOL_UNROLL
    for (int i = first; i <= last; i++) {
        vec value = load_parts(dout + i, apart, parts);
        code_vec codes = load_code_parts(record + i, apart, parts) | outside[i - first];
        CPOOL_OPAQUE_VECTOR(value);
        CPOOL_OPAQUE_VECTOR(codes);
        CPOOL_UNROLL
        for (int t = 0; t < kernel * stride; t++) {
            const int row = t / stride, phase = t % stride, column = phase + before - stride * i;
            if (column < 0 || column >= kernel) continue;
            sum[row][phase] = sum_where(same(codes, tap[row * kernel + column]), sum[row][phase], value);
        }
    }
}

/* A row's cells, or the rows of parts of vectors, `apart`; if fewer are left than would be written, n cells of each. */
CPOOL_INLINE void store_row(T *dx, const vec *sum, ptrdiff_t apart, ptrdiff_t left, ptrdiff_t n, const int stride,
                            const int parts) {
    const ptrdiff_t written = stride * LANES / parts;
    vec low = sum[0], high = sum[1];
    if (stride == 2) low = SHUFFLE(sum[0], sum[1], ZIP_LOW), high = SHUFFLE(sum[0], sum[1], ZIP_HIGH);
    if (left >= written && parts == 4) {
        store_halves(dx, dx + apart, low), store_halves(dx + 2 * apart, dx + 3 * apart, high);
    } else if (left >= written) {
        store(dx, low);
        if (stride == 2) store(dx + (parts == 1 ? LANES : apart), high);
    } else {
        T cells[2 * LANES];
        store(cells, low), store(cells + LANES, high);
#define PART(i) memcpy(dx + (i) * apart, cells + (i) * written, (size_t)n * BYTES)
        PART(0); /* no loop, of which GCC 12 makes 0.9x of all */
        if (parts > 1) PART(1);
        if (parts > 2) PART(2), PART(3);
#undef PART
    }
}

/*
 * As many columns after the other as `stride` vectors have, down the rows of all planes, with the sums of as many rows
 * as a window has in registers. What is written past a row's end is written again afterwards, by the next row or other
 * columns. parts: of rows of at most a vector two planes together, and of half a one four: 1.1x to 1.6x.
 */
CPOOL_INLINE void sum_rows_down(T *dx, const T *dout, const RECORD_T *record, const cpool_columns *columns,
                                ptrdiff_t row, ptrdiff_t n, ptrdiff_t n_planes, const int kernel, const int stride,
                                const int before, const int parts) {
    const cpool_columns c = *columns;
    const ptrdiff_t down = row + c.before[0], first = down < kernel ? 0 : (down + stride - kernel) / stride;
    const ptrdiff_t cells = n * c.width, outputs = c.height * c.n;
    const ptrdiff_t apart = n_planes * outputs, dx_apart = n_planes * cells;
    const int first_seen = FIRST_SEEN(kernel, stride, before), last_seen = LAST_SEEN(stride, before);
    const T *const end = dx + n_planes * cells;
    code_vec tap[9], outside[3];
    for (int t = 0; t < kernel * kernel; t++) {
        tap[t] = splat(t);
        CPOOL_OPAQUE_VECTOR(tap[t]); /* GCC 12 would make them anew for each row */
    }
    for (ptrdiff_t m = (c.width - 1) / (stride * LANES) * LANES; m >= 0; m -= LANES) {
        const ptrdiff_t shift = m + (c.before[1] - before) / stride;
        for (int i = 0; i <= last_seen - first_seen; i++)
            outside[i] = load_code_parts((const RECORD_T *)c.outside + shift + first_seen + i, 0, parts);
        for (ptrdiff_t plane = 0; plane < n_planes; plane++) {
            T *to = dx + plane * cells + stride * m;
            ptrdiff_t at = plane * outputs + first * c.n + shift;
            vec below[2][2] = {{zero(), zero()}, {zero(), zero()}}; /* what rows past those written have so far */
            for (ptrdiff_t o = first, r = stride * first - down; r < n; o++, r += stride, at += c.n) {
                vec sum[3][2] = {{below[0][0], below[0][1]}, {below[1][0], below[1][1]}, {zero(), zero()}};
                if (c.ahead) {
                    CPOOL_PREFETCH_TO_READ(dout + at + c.ahead);
                    CPOOL_PREFETCH_TO_READ(record + at + c.ahead);
                }
                if (o < c.height)
                    add_outputs(sum, dout + at, record + at, apart, tap, outside, kernel, stride, before, parts);
                CPOOL_UNROLL
                for (int i = 0; i < stride; i++) {
                    if ((size_t)(r + i) >= (size_t)n) continue;
                    store_row(to, sum[i], dx_apart, end - to, c.width - stride * m, stride, parts);
                    to += c.width;
                }
                CPOOL_UNROLL
                for (int i = 0; i < kernel - stride; i++)
                    below[i][0] = sum[i + stride][0], below[i][1] = sum[i + stride][1];
            }
        }
    }
}

static void KERNEL(sum_rows)(void *dx, const void *dout, const void *record, const cpool_columns *c, ptrdiff_t row,
                             ptrdiff_t n, ptrdiff_t n_planes) {
#define LINES(kernel, streams) sum_lines(dx, dout, record, c, row, n, n_planes, kernel, streams)
#define DOWN(kernel, stride, before, parts) \
    sum_rows_down(dx, dout, record, c, row, n, n_planes / (parts), kernel, stride, before, parts)
#define PARTS(kernel, before) \
    if (quarters) DOWN(kernel, 2, before, 4); \
    else if (halves) DOWN(kernel, 2, before, 2); \
    else DOWN(kernel, 2, before, 1)
    const int before = c->before[1] % 2, streams = c->streams;
    const int halves = HAS_MASKS && c->width <= LANES && n_planes % 2 == 0;
    const int quarters = halves && BYTES == 4 && c->width <= LANES / 2 && n_planes % 4 == 0;
    if (c->lines && c->kernel == 2) CPOOL_CONSTANT(streams, LINES(2, streams));
    else if (c->lines) CPOOL_CONSTANT(streams, LINES(3, streams));
    else if (c->stride == 1 && c->kernel == 2) DOWN(2, 1, 0, 1);
    else if (c->stride == 1) DOWN(3, 1, 0, 1);
    else if (c->kernel == 2 && before) { PARTS(2, 1); }
    else if (c->kernel == 2) { PARTS(2, 0); }
    else if (before) { PARTS(3, 1); }
    else { PARTS(3, 0); }
#undef PARTS
#undef DOWN
#undef LINES
}
#undef FIRST_SEEN
#undef LAST_SEEN
