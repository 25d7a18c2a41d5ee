/*
 * window_same.h - backward of small square windows that leave the size as it is, for one dtype and width of vector and
 * records of bytes. Parameters: the vocabulary of vector.h; sum_where of window_spread.h. A vector of columns goes down
 * all rows, with the sums of as many rows of dx as a window has in registers: each output is read once a column of
 * taps, not once a tap.
 */
#define sum_columns NAMED(sum_columns)

/* part: so many cells of a row may be written where the vector would reach past dx; 0: it never does. */
CPOOL_INLINE void sum_columns(T *dx, const T *dout, const RECORD_T *record, ptrdiff_t n, ptrdiff_t width,
                              ptrdiff_t part, ptrdiff_t far, const int kernel) {
    const ptrdiff_t n_loose = part ? loose_rows(n, width, LANES, n * width) : n;
    code_vec code[25];
    vec sum[5];
    for (int t = 0; t < kernel * kernel; t++) {
        code[t] = splat(t);
        CPOOL_OPAQUE_VECTOR(code[t]); /* GCC 12 would make them anew for each row */
    }
    CPOOL_UNROLL
    for (int t = 0; t < kernel; t++) sum[t] = zero();
    for (ptrdiff_t r = 1 - kernel; r < n; r++, dout += width, record += width) {
        vec value[5];
        code_vec codes[5];
        if (far) {
            CPOOL_PREFETCH_TO_READ(dout + far);
            CPOOL_PREFETCH_TO_READ(record + far);
            CPOOL_PREFETCH(dx + r * width + far);
        }
        CPOOL_UNROLL
        for (int t = 0; t < kernel; t++) {
            value[t] = load_bits(dout + t), codes[t] = load_code(record + t);
            CPOOL_OPAQUE_VECTOR(value[t]);
            CPOOL_OPAQUE_VECTOR(codes[t]);
        }
        /* The row of taps t_row of this row of outputs lies in row r + t_row of dx. */
        CPOOL_UNROLL
        for (int t_row = 0; t_row < kernel; t_row++) {
            CPOOL_UNROLL
            for (int t = 0; t < kernel; t++)
                sum[t_row] = sum_where(same(codes[t], code[t_row * kernel + kernel - 1 - t]), sum[t_row], value[t]);
        }
        if (r >= n_loose) {
            T cells[LANES];
            store(cells, sum[0]);
            copy_part(dx + r * width, cells, part * BYTES);
        } else if (r >= 0) store(dx + r * width, sum[0]);
        CPOOL_UNROLL
        for (int t = 1; t < kernel; t++) sum[t - 1] = sum[t];
        sum[kernel - 1] = zero();
    }
}

/* Columns from `first` to `end`, one vector of them after the other: the last ones overlap, or end beyond the rows. */
static CPOOL_NOINLINE void NAMED(sum_same)(T *dx, const T *dout, const RECORD_T *record, const cpool_same *rows,
                                           ptrdiff_t n, ptrdiff_t first, ptrdiff_t end) {
    const ptrdiff_t width = rows->width;
    for (; first < end; first += LANES) {
        if (width >= LANES && first > width - LANES) first = width - LANES;
#define COLUMNS(kernel) \
    sum_columns(dx + first, dout + first, record + first, n, width, width < LANES ? width : 0, rows->ahead, kernel)
        if (rows->kernel == 2) COLUMNS(2);
        else if (rows->kernel == 3) COLUMNS(3);
        else COLUMNS(5);
#undef COLUMNS
    }
}
