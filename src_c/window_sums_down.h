/*
 * window_sums_down.h - backward of small square windows that leave the size as it is and, of channels last, of windows
 * of 2x2 and 3x3 taps that overlap: 1.1x to 2x of sum_record, for one dtype and width of vector and records of bytes.
 * Parameters: the vocabulary of vector.h; sum_where of window_spread.h. A vector of columns, or of a pixel's channels,
 * goes down the rows, with the sums of as many rows of dx as a window has in registers: each output is read once a
 * column of taps, not once a tap.
 */
#define sum_down NAMED(sum_down)

#if VECTOR_BYTES == MAX_VECTOR_BYTES || VECTOR_BYTES == PLANES_BYTES
#define add_row NAMED(add_row)
#define sum_columns NAMED(sum_columns)
/* What a row of outputs adds to the rows of dx that it looks at, from the one where its first row of taps lies on. */
CPOOL_INLINE void add_row(vec *sum, const T *dout, const RECORD_T *record, ptrdiff_t apart, const code_vec *code,
                          const int kernel, const int parts) {
    vec value[5];
    code_vec codes[5];
    CPOOL_UNROLL
    for (int t = 0; t < kernel; t++) {
        value[t] = load_parts(dout + t, apart, parts);
        codes[t] = load_code_parts(record + t, apart, parts);
        OPAQUE(value[t]);
        OPAQUE(codes[t]);
    }
    CPOOL_UNROLL
    for (int t_row = 0; t_row < kernel; t_row++) {
        CPOOL_UNROLL
        for (int t = 0; t < kernel; t++)
            sum[t_row] = sum_where(same(codes[t], code[t_row * kernel + t]), sum[t_row], value[t]);
    }
}

/*
 * A vector of columns of n rows of dx. parts: as many runs of rows, each of which may end within the next one, have
 * their columns in one vector: 1.1x to 1.3x where a quarter or half of one is left of a row, 1.5x for rows of 8 floats;
 * 0.85x of 2x2 from memory.
 */
CPOOL_INLINE void sum_columns(T *dx, const T *dout, const RECORD_T *record, const cpool_same *rows, ptrdiff_t n,
                              const int kernel, const int parts) {
    const ptrdiff_t width = rows->width, far = rows->ahead, dx_far = rows->dx_ahead;
    const ptrdiff_t run = n / parts, apart = run * width, n_rows = n - (parts - 1) * run;
    /* Where a vector would reach past dx, so many cells of a row are written. */
    const ptrdiff_t part = width < LANES / parts ? width : 0;
    const ptrdiff_t n_loose = part ? loose_rows(n_rows, width, LANES, n_rows * width) : n_rows;
    code_vec code[25];
    vec sum[5];
    for (int t = 0; t < kernel * kernel; t++) {
        code[t] = splat(t / kernel * kernel + kernel - 1 - t % kernel);
        OPAQUE(code[t]); /* GCC 12 would make them anew for each row */
    }
    CPOOL_UNROLL
    for (int t = 0; t < kernel; t++) sum[t] = zero();
    for (ptrdiff_t r = 1 - kernel; r < n_rows; r++) {
        const ptrdiff_t from = (kernel - 1 + r) * width;
        if (far)
            for (int i = 0; i < (width < LANES ? parts : 1); i++) {
                CPOOL_PREFETCH_TO_READ(dout + from + i * apart + far);
                CPOOL_PREFETCH_TO_READ(record + from + i * apart + far);
                if (dx_far) CPOOL_PREFETCH_TO_WRITE(dx + r * width + i * apart + dx_far);
            }
        add_row(sum, dout + from, record + from, apart, code, kernel, parts);
        if (r >= n_loose) {
            T cells[LANES];
            store(cells, sum[0]);
            copy_part(dx + r * width, cells, part * BYTES);
        } else if (r >= 0) store_parts(dx + r * width, apart, sum[0], parts);
        CPOOL_UNROLL
        for (int t = 1; t < kernel; t++) sum[t - 1] = sum[t];
        sum[kernel - 1] = zero();
    }
}

/*
 * Columns from `first` to `end`, one vector of them after the other: the last ones overlap, or end beyond the rows.
 * Where vectors have parts, rows are half a vector or more.
 */
static CPOOL_NOINLINE void NAMED(sum_same)(T *dx, const T *dout, const RECORD_T *record, const cpool_same *rows,
                                           ptrdiff_t n, ptrdiff_t first, ptrdiff_t end) {
    const ptrdiff_t width = rows->width;
    for (ptrdiff_t lanes; first < end; first += lanes) {
        const int halves = HAS_PARTS && end - first <= LANES / 2;
        const int quarters = halves && BYTES == 4 && end - first <= LANES / 4;
        lanes = quarters ? LANES / 4 : halves ? LANES / 2 : LANES;
        if (width >= lanes && first > width - lanes) first = width - lanes;
#define COLUMNS(kernel, parts) sum_columns(dx + first, dout + first, record + first, rows, n, kernel, parts)
#define PARTS(kernel) \
    if (quarters) COLUMNS(kernel, 4); \
    else if (halves) COLUMNS(kernel, 2); \
    else COLUMNS(kernel, 1)
        if (rows->kernel == 2) { PARTS(2); }
        else if (rows->kernel == 3) { PARTS(3); }
        else { PARTS(5); }
#undef PARTS
#undef COLUMNS
    }
}
#endif

#if HAS_PIXEL_SUMS
/*
 * A pixel, which three outputs of a row see; at stride 2 a pair of them, of which two outputs see the first one, and
 * one of these the second. Where their first row of taps lies, the last one of the outputs above may have been.
 */
CPOOL_INLINE void sum_down(T *dx, const T *dout, const RECORD_T *record, const code_vec *code, const cpool_sums *p,
                           const int kernel, const int stride) {
    const int n_seen = stride == 1 ? kernel : 2;
    vec below[2][2] = {{zero(), zero()}, {zero(), zero()}};
    for (ptrdiff_t o = p->first - (kernel - 1) / stride, r = p->above - (kernel - 1); r < p->n_rows; o++, r += stride) {
        /* The rows of dx from r on. */
        vec sum[3][2] = {{below[0][0], below[0][1]}, {below[1][0], below[1][1]}, {zero(), zero()}};
        if ((size_t)o < (size_t)p->height) {
            const ptrdiff_t from = o * p->row;
            vec value[3];
            code_vec codes[3];
            shortly_ahead(dout + from + p->tap[n_seen - 1], VECTOR_BYTES, p->ahead);
            CPOOL_UNROLL
            for (int t = 0; t < n_seen; t++) {
                value[t] = load_bits(dout + from + p->tap[t]), codes[t] = load_code(record + from + p->tap[t]);
                OPAQUE(value[t]);
                OPAQUE(codes[t]);
            }
            CPOOL_UNROLL
            for (int t_row = 0; t_row < kernel; t_row++) {
                if (stride == 1 && (size_t)(r + t_row) >= (size_t)p->n_rows) continue;
                CPOOL_UNROLL
                for (int t = 0; t < kernel; t++) {
                    const int second = t >= n_seen, output = second ? 1 : t;
                    sum[t_row][second] = sum_where(same(codes[output], code[kernel * t_row + t]), sum[t_row][second],
                                                   value[output]);
                }
            }
        }
        CPOOL_UNROLL
        for (int i = 0; i < stride; i++) {
            if ((size_t)(r + i) >= (size_t)p->n_rows) continue;
            CPOOL_UNROLL
            for (int pixel = 0; pixel < stride; pixel++) {
                T *const to = dx + (r + i) * p->dx_row + pixel * p->n_channels;
                if (stride == 2 && !(p->pixels >> pixel & 1)) continue;
                ahead_to_write(to + SOON_WRITTEN / BYTES, VECTOR_BYTES);
                store(to, sum[i][pixel]);
            }
        }
        CPOOL_UNROLL
        for (int i = stride; i < kernel; i++) below[i - stride][0] = sum[i][0], below[i - stride][1] = sum[i][1];
    }
}

static void NAMED(sum_pixels)(void *dx, const void *dout, const void *record, const cpool_sums *sums) {
    const cpool_sums p = *sums; /* in copies: to the compiler dx could be these */
    code_vec code[9];
    for (ptrdiff_t t = 0; t < p.kernel * p.kernel; t++) {
        const ptrdiff_t column = t % p.kernel;
        code[t] = splat(p.tap_code[column] < 0 ? 255 : t - column + p.tap_code[column]);
        OPAQUE(code[t]); /* GCC 12 would make them anew for each row */
    }
    for (ptrdiff_t i = 0; i < p.n_pixels; i++)
        for (ptrdiff_t j = 0; j < p.n_channels; j += LANES) {
            if (j > p.n_channels - LANES) j = p.n_channels - LANES;
            const ptrdiff_t at = i * p.n_channels + j;
            T *const to = (T *)dx + p.stride * i * p.n_channels + j;
#define DOWN(kernel, stride) \
    sum_down(to, (const T *)dout + at, (const RECORD_T *)record + at, code, &p, kernel, stride)
            if (p.stride == 2) DOWN(3, 2);
            else if (p.kernel == 3) DOWN(3, 1);
            else DOWN(2, 1);
#undef DOWN
        }
}
#endif
