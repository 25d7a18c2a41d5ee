/*
 * window_channel_sums.h - backward of channels last, of windows of 3x3 taps and strides of 1 or 2, for one dtype and
 * width of vector and records of bytes: 1.1x to 2x of sum_record. Parameters: the vocabulary of vector.h; sum_where of
 * window_spread.h. A vector of a pixel's channels goes down some rows, with the sums of three rows of dx in registers:
 * each output is read once a column of taps, not once a tap.
 */
#define sum_down_pixel NAMED(sum_down_pixel)
#define sum_down_pair NAMED(sum_down_pair)

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

/*
 * Stride 2, a pair of pixels, of which two outputs of a row see the first one, and one of these the second. Where their
 * first row of taps lies, the last one of the outputs above has been.
 */
CPOOL_INLINE void sum_down_pair(T *dx, const T *dout, const RECORD_T *record, const code_vec *code,
                                const cpool_sums *p) {
    vec below[2] = {zero(), zero()};
    for (ptrdiff_t o = p->first - 1, r = p->above - 2; r < p->n_rows; o++, r += 2) {
        vec sum[3][2] = {{below[0], below[1]}, {zero(), zero()}, {zero(), zero()}}; /* rows r to r + 2 of dx */
        if ((size_t)o < (size_t)p->height) {
            const ptrdiff_t from = o * p->row;
            vec value[2];
            code_vec codes[2];
            shortly_ahead(dout + from + p->tap[1], VECTOR_BYTES, p->ahead);
            CPOOL_UNROLL
            for (int t = 0; t < 2; t++) {
                value[t] = load_bits(dout + from + p->tap[t]), codes[t] = load_code(record + from + p->tap[t]);
                CPOOL_OPAQUE_VECTOR(value[t]);
                CPOOL_OPAQUE_VECTOR(codes[t]);
            }
            CPOOL_UNROLL
            for (int t_row = 0; t_row < 3; t_row++) {
                sum[t_row][0] = sum_where(same(codes[0], code[3 * t_row]), sum[t_row][0], value[0]);
                sum[t_row][0] = sum_where(same(codes[1], code[3 * t_row + 1]), sum[t_row][0], value[1]);
                sum[t_row][1] = sum_where(same(codes[1], code[3 * t_row + 2]), sum[t_row][1], value[1]);
            }
        }
        CPOOL_UNROLL
        for (int i = 0; i < 2; i++) {
            if ((size_t)(r + i) >= (size_t)p->n_rows) continue;
            if (p->pixels & 1) store(dx + (r + i) * p->dx_row, sum[i][0]);
            if (p->pixels & 2) store(dx + (r + i) * p->dx_row + p->n_channels, sum[i][1]);
        }
        below[0] = sum[2][0], below[1] = sum[2][1];
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
            T *const to = (T *)dx + p.stride * i * p.n_channels + j;
            if (p.stride == 1) sum_down_pixel(to, (const T *)dout + at, (const RECORD_T *)record + at, code, &p);
            else sum_down_pair(to, (const T *)dout + at, (const RECORD_T *)record + at, code, &p);
        }
}
