/*
 * window_sums_down.h - backward of small square windows that leave the size as it is, for one dtype and width of vector
 * and records of bytes. Parameters: the vocabulary of vector.h; sum_where of window_spread.h. A vector of columns goes
 * down the rows, with the sums of as many rows of dx as a window has in registers: each output is read once a column of
 * taps, not once a tap.
 */
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
 * their columns in one vector: 1.1x to 1.3x where half of one is left of a row, 1.5x for rows of 8 floats; 0.85x of 2x2
 * from memory.
 */
CPOOL_INLINE void sum_columns(T *dx, const T *dout, const RECORD_T *record, const cpool_same *rows, ptrdiff_t n,
                              const int kernel, const int parts) {
    const ptrdiff_t width = rows->width, far = rows->ahead;
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
 * cpool_sum_same: one vector of columns after the other, the last ones of two runs of rows where they fill half of one;
 * else they overlap, or end beyond the rows.
 */
static CPOOL_NOINLINE void KERNEL(sum_same)(void *dx_, const void *dout_, const void *record_, const cpool_same *rows,
                                            ptrdiff_t n) {
    const ptrdiff_t width = rows->width;
    for (ptrdiff_t first = 0, lanes; first < width; first += lanes) {
        const int halves = HAS_PARTS && width >= LANES / 2 && width - first <= LANES / 2;
        lanes = halves ? LANES / 2 : LANES;
        if (width >= lanes && first > width - lanes) first = width - lanes;
#define COLUMNS(kernel, parts) \
    sum_columns((T *)dx_ + first, (const T *)dout_ + first, (const RECORD_T *)record_ + first, rows, n, kernel, parts)
#define PARTS(kernel) \
    if (halves) COLUMNS(kernel, 2); \
    else COLUMNS(kernel, 1)
        if (rows->kernel == 2) { PARTS(2); }
        else if (rows->kernel == 3) { PARTS(3); }
        else { PARTS(5); }
#undef PARTS
#undef COLUMNS
    }
}
