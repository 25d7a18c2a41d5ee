/*
 * window_sum.h - backward, for one dtype, record and width of vector: the gradients of the outputs whose record names a
 * cell, added in the order of the window's rows and taps. Parameters: the vocabulary of vector.h.
 */
#define sum_at NAMED(sum_at)

/* dx[LANES]: the cells whose outputs lie `at` elements on from the window's pointers. */
CPOOL_INLINE void sum_at(SUM_T *dx, const cpool_window *window, ptrdiff_t at) {
    sum_vec sum = {0};
    for (ptrdiff_t r = 0; r < window->n_rows; r++) {
        const SUM_T *dout = (const SUM_T *)window->value[r] + at;
        const RECORD_T *code = (const RECORD_T *)window->code[r] + at;
        const int64_t row_code = window->row_code[r];
        for (ptrdiff_t t = 0; t < window->n_taps; t++) {
            const code_vec wanted = splat(row_code + window->tap_code[t]);
            const mask_vec hit = (mask_vec)(load_code(code + window->tap[t]) == wanted);
            /* A zero added where nothing hits keeps the bits: the sum starts at +0 and so is never -0. */
            sum = (sum_vec)ADD(sum, where(hit, load_sum(dout + window->tap[t])));
        }
    }
    store_sum(dx, sum);
}

/* dx[n][width], width >= LANES. */
static void NAMED(window_sum)(void *dx_, ptrdiff_t dx_pitch, const cpool_window *window, ptrdiff_t n, ptrdiff_t width) {
    for (ptrdiff_t i = 0; i < n; i++) {
        SUM_T *dx = (SUM_T *)dx_ + i * dx_pitch;
        const ptrdiff_t in = i * window->pitch;
        ptrdiff_t j = 0;
        for (; j + LANES <= width; j += LANES) sum_at(dx + j, window, in + j);
        if (j < width) sum_at(dx + width - LANES, window, in + width - LANES);
    }
}
#undef sum_at
