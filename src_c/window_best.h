/*
 * window_best.h - forward, for one op, dtype, record and width of vector. The one place where a maximum (or minimum) is
 * taken. Parameters: OP (max, min); BEATS, the strict order of that op, and NOT_PAST, its contrary; the vocabulary of
 * vector.h.
 */
#undef BETTER
#if IS_FLOAT
/* A NaN beats every number, and nothing beats a NaN that came first: the order of np.argmax. */
#define BETTER(v, best) (NOT((v)NOT_PAST(best)) & ((best) == (best)))
#else
#define BETTER(v, best) ((v)BEATS(best))
#endif
#define best_at CPOOL_NAME2(NAMED(best_at), OP)
#define best_rows CPOOL_NAME2(NAMED(best_rows), OP)

/* y[LANES], code[LANES]: the windows whose cells lie `at` elements on from the window's pointers. */
CPOOL_INLINE void best_at(T *y, RECORD_T *code, const cpool_window *window, ptrdiff_t at, int with_code) {
    vec best = load((const T *)window->value[0] + window->tap[0] + at);
    code_vec place = splat(window->row_code[0] + window->tap_code[0]);
    for (ptrdiff_t r = 0; r < window->n_rows; r++) {
        const T *row = (const T *)window->value[r] + at;
        const int64_t row_code = window->row_code[r];
        for (ptrdiff_t t = r == 0; t < window->n_taps; t++) {
            const vec v = load(row + window->tap[t]);
            const mask_vec better = (mask_vec)BETTER(v, best);
            best = choose(better, v, best);
            if (with_code) place = choose_code(better, splat(row_code + window->tap_code[t]), place);
        }
    }
    store(y, best);
    if (with_code) store_code(code, place);
}

/* y[n][width], width >= LANES. A row's last vector is a full one that overlaps the one before; no tail is masked. */
CPOOL_INLINE void best_rows(T *y, RECORD_T *code, ptrdiff_t y_pitch, const cpool_window *window, ptrdiff_t n,
                            ptrdiff_t width, int with_code) {
    for (ptrdiff_t i = 0; i < n; i++) {
        const ptrdiff_t out = i * y_pitch, in = i * window->pitch;
        ptrdiff_t j = 0;
        for (; j + LANES <= width; j += LANES)
            best_at(y + out + j, with_code ? code + out + j : NULL, window, in + j, with_code);
        if (j < width) {
            j = width - LANES;
            best_at(y + out + j, with_code ? code + out + j : NULL, window, in + j, with_code);
        }
    }
}

static void CPOOL_NAME2(NAMED(window_best), OP)(void *y, void *code, ptrdiff_t y_pitch, const cpool_window *window,
                                                ptrdiff_t n, ptrdiff_t width) {
    if (code) best_rows(y, code, y_pitch, window, n, width, 1);
    else best_rows(y, NULL, y_pitch, window, n, width, 0);
}
#undef best_at
#undef best_rows
