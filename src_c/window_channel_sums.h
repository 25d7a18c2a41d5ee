/*
 * window_channel_sums.h - backward of channels last, of windows of 3x3 taps and stride 1, for one dtype and width of
 * vector and records of bytes: 1.1x to 2x of sum_record. Parameters: the vocabulary of vector.h; sum_where of
 * window_spread.h. A vector of a pixel's channels goes down some rows, with the sums of three rows of dx in registers:
 * each output is read once a column of taps, not once a tap.
 */
#define sum_down_pixel NAMED(sum_down_pixel)

CPOOL_INLINE void sum_down_pixel(T *dx, const T *dout, const RECORD_T *record, const code_vec *code,
                                 const cpool_sums *p) {
    vec sum[3] = {zero(), zero(), zero()};
    for (ptrdiff_t r = -2; r < p->n_rows; r++) {
        const ptrdiff_t from = (p->first + r) * p->row;
        if ((size_t)(p->first + r) < (size_t)p->height) {
            vec value[3];
            code_vec codes[3];
            shortly_ahead(dout + from + p->tap[2], VECTOR_BYTES, p->ahead);
            CPOOL_UNROLL
            for (int t = 0; t < 3; t++) {
                value[t] = load_bits(dout + from + p->tap[t]), codes[t] = load_code(record + from + p->tap[t]);
                CPOOL_OPAQUE_VECTOR(value[t]);
                CPOOL_OPAQUE_VECTOR(codes[t]);
            }
            /* The row of taps t_row of this row of outputs lies in row r + t_row of dx. */
            CPOOL_UNROLL
            for (int t_row = 0; t_row < 3; t_row++) {
                if ((size_t)(r + t_row) >= (size_t)p->n_rows) continue;
                CPOOL_UNROLL
                for (int t = 0; t < 3; t++)
                    sum[t_row] = sum_where(same(codes[t], code[3 * t_row + t]), sum[t_row], value[t]);
            }
        }
        if (r >= 0) store(dx + r * p->dx_row, sum[0]);
        sum[0] = sum[1], sum[1] = sum[2], sum[2] = zero();
    }
}

static void NAMED(sum_pixels)(void *dx, const void *dout, const void *record, const cpool_sums *sums) {
    const cpool_sums p = *sums; /* in copies: to the compiler dx could be these */
    code_vec code[9];
    for (int t = 0; t < 9; t++) {
        code[t] = splat(p.tap_code[t % 3] < 0 ? 255 : t / 3 * 3 + p.tap_code[t % 3]);
        CPOOL_OPAQUE_VECTOR(code[t]); /* GCC 12 would make them anew for each row */
    }
    for (ptrdiff_t i = 0; i < p.n_pixels; i++)
        for (ptrdiff_t j = 0; j < p.n_channels; j += LANES) {
            if (j > p.n_channels - LANES) j = p.n_channels - LANES;
            const ptrdiff_t at = i * p.n_channels + j;
            sum_down_pixel((T *)dx + at, (const T *)dout + at, (const RECORD_T *)record + at, code, &p);
        }
}
