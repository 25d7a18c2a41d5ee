/*
 * window_best.h - forward, for one op, dtype, record and width of vector. The one place where a maximum (or minimum) is
 * taken. Parameters: OP (max, min); BEATS, the strict order of that op, and NOT_PAST, its contrary; the vocabulary of
 * vector.h.
 */
#undef BETTER
#if VECTOR_BYTES && HAS_MASKS
#define BETTER CPOOL_NAME3(BETTER, OP, DTYPE)
#elif IS_FLOAT
/* A NaN beats every number, and nothing beats a NaN that came first: the order of np.argmax. */
#define BETTER(v, best) (NOT((v)NOT_PAST(best)) & ((best) == (best)))
#else
#define BETTER(v, best) ((v)BEATS(best))
#endif
#define winner_of CPOOL_NAME2(NAMED(winner_of), OP)
#define best_at CPOOL_NAME2(NAMED(best_at), OP)
#define best_pairs CPOOL_NAME2(NAMED(best_pairs), OP)
#define best_of_pairs CPOOL_NAME2(NAMED(best_of_pairs), OP)
#define best_of_four CPOOL_NAME2(NAMED(best_of_four), OP)
#define best_rolling CPOOL_NAME2(NAMED(best_rolling), OP)
#define best_rows CPOOL_NAME2(NAMED(best_rows), OP)

/* The winner of two, the first of equals; its place only where it is wanted. */
CPOOL_INLINE winner winner_of(winner first, winner second, const int has_place) {
    const best_mask better = (best_mask)BETTER(second.value, first.value);
    first.value = choose(better, second.value, first.value);
    if (has_place) first.place = choose_code(better, second.place, first.place);
    return first;
}

/*
 * The windows of n_vectors vectors, y_step apart in y and record, and step apart from `at` on among the cells.
 * Several vectors wait less for each other's comparisons: 1.3x on 13x13 windows.
 */
CPOOL_INLINE void best_at(T *y, RECORD_T *record, ptrdiff_t y_step, const cpool_window *window, ptrdiff_t at,
                          ptrdiff_t step, const int n_vectors, const int has_place, const int reads_code,
                          const int stride) {
    winner best[4];
#define CELL(r, t, k) \
    cell_at(stride, window->value[r], reads_code ? window->code[r] : NULL, at + window->tap[t] + (k) * step, \
            window->row_code[r] + window->tap_code[t])
    for (int k = 0; k < n_vectors; k++) best[k] = CELL(0, 0, k);
    for (ptrdiff_t r = 0; r < window->n_rows; r++) {
        if (stride == 2) ahead((const T *)window->value[r] + at, 2 * VECTOR_BYTES);
        for (ptrdiff_t t = r == 0; t < window->n_taps; t++)
            for (int k = 0; k < n_vectors; k++) best[k] = winner_of(best[k], CELL(r, t, k), has_place);
    }
#undef CELL
    for (int k = 0; k < n_vectors; k++) store_winner(y + k * y_step, record + k * y_step, best[k], has_place);
}

/*
 * The same of four neighbouring rows whose windows begin a tap apart: the taps that all four have are compared once,
 * so that n taps take n / 4 + 1 comparisons a window, not n - 1. at: of the first row, whose cell 0 is tap 0.
 */
CPOOL_INLINE void best_of_four(T *y, RECORD_T *record, ptrdiff_t y_pitch, ptrdiff_t y_step, const cpool_window *window,
                               ptrdiff_t at, ptrdiff_t step, const int has_place, const int reads_code) {
    const ptrdiff_t taps = window->n_taps, pitch = window->pitch;
    const int64_t next_code = window->tap_code[1] - window->tap_code[0];
    winner common[2], from_1[2], from_2[2], past[2];
#define CELL(t, k) \
    cell_at(1, window->value[0], reads_code ? window->code[0] : NULL, at + window->tap[0] + (t) * pitch + (k) * step, \
            window->row_code[0] + window->tap_code[0] + (t) * next_code)
    /* The places are those in the first row's window. */
#define STORE(row, k, best) \
    do { \
        winner own = best; \
        own.place -= splat((row) * next_code); \
        store_winner(y + (row) * y_pitch + (k) * y_step, record + (row) * y_pitch + (k) * y_step, own, has_place); \
    } while (0)
    for (int k = 0; k < 2; k++) common[k] = CELL(3, k);
    for (ptrdiff_t t = 4; t < taps; t++)
        for (int k = 0; k < 2; k++) common[k] = winner_of(common[k], CELL(t, k), has_place);
    for (int k = 0; k < 2; k++) {
        from_2[k] = winner_of(CELL(2, k), common[k], has_place);
        from_1[k] = winner_of(CELL(1, k), from_2[k], has_place);
        past[k] = CELL(taps, k);
        STORE(0, k, winner_of(CELL(0, k), from_1[k], has_place));
        STORE(1, k, winner_of(from_1[k], past[k], has_place));
        past[k] = winner_of(past[k], CELL(taps + 1, k), has_place);
        STORE(2, k, winner_of(from_2[k], past[k], has_place));
        past[k] = winner_of(past[k], CELL(taps + 2, k), has_place);
        STORE(3, k, winner_of(common[k], past[k], has_place));
    }
#undef CELL
#undef STORE
}

/* Rows in fours, two vectors at once: side by side, or of a narrow row the next four. Returns the first row left. */
CPOOL_INLINE ptrdiff_t best_rolling(T *y, RECORD_T *record, ptrdiff_t y_pitch, const cpool_window *window,
                                    const row_part p, const int has_place, const int reads_code) {
    const int narrow = p.end_column - p.column == LANES;
    const ptrdiff_t rows = narrow ? 8 : 4;
    ptrdiff_t i = p.row;
    for (; i + rows <= p.end_row; i += rows)
        for (ptrdiff_t j = p.column; j < p.end_column; j += 2 * LANES) {
            if (!narrow && j > p.end_column - 2 * LANES) j = p.end_column - 2 * LANES;
            const ptrdiff_t to = i * y_pitch + j;
            best_of_four(y + to, has_place ? record + to : NULL, y_pitch, narrow ? 4 * y_pitch : LANES, window,
                         i * window->pitch + j, narrow ? 4 * window->pitch : LANES, has_place, reads_code);
        }
    return i;
}

/* The part p of its rows: in full vectors, of which the last ends past the row (loose) or overlaps the one before. */
CPOOL_INLINE void best_rows(T *y, RECORD_T *record, ptrdiff_t y_pitch, const cpool_window *window, const row_part p,
                            const int has_place, const int reads_code, const int stride) {
#define BEST_AT(n_vectors, y_step, step) \
    best_at(y + out + j, has_place ? record + out + j : NULL, y_step, window, i * window->pitch + stride * j, step, \
            n_vectors, has_place, reads_code, stride)
    ptrdiff_t i = p.row, j = p.column, out = i * y_pitch;
    if (VECTOR_BYTES > 0 && p.end_column - j <= LANES)
        for (; i + 4 <= p.end_row; i += 4, out += 4 * y_pitch) BEST_AT(4, y_pitch, window->pitch);
    for (; i < p.end_row; i++, out += y_pitch) {
        j = p.column;
        if (VECTOR_BYTES > 0 && VECTOR_BYTES == MAX_VECTOR_BYTES) {
            const ptrdiff_t end = p.end_column + (p.loose ? LANES : 1);
            for (; j + 4 * LANES < end; j += 4 * LANES) BEST_AT(4, LANES, stride * LANES);
            for (; j + 2 * LANES < end; j += 2 * LANES) BEST_AT(2, LANES, stride * LANES);
        }
        for (; j < p.end_column; j += LANES) {
            if (!p.loose && j > p.end_column - LANES) j = p.end_column - LANES;
            BEST_AT(1, 0, 0);
        }
    }
#undef BEST_AT
}

static void CPOOL_NAME2(NAMED(window_best), OP)(void *y, void *record, ptrdiff_t y_pitch, const cpool_window *w,
                                                row_part p) {
    const ptrdiff_t columns = p.end_column - p.column;
    const int rolls = VECTOR_BYTES > 0 && w->rolls && (columns == LANES || (columns >= 2 * LANES && !p.loose));
#define WINDOWS(has_place, reads_code) \
    if (rolls) p.row = best_rolling(y, record, y_pitch, w, p, has_place, reads_code); \
    best_rows(y, record, y_pitch, w, p, has_place, reads_code, 1)
    if (w->code) { WINDOWS(1, 1); }
    else if (record || RECORD_BYTES > 1) { WINDOWS(1, 0); }
    else { WINDOWS(0, 0); }
#undef WINDOWS
}

#if HAS_PAIRS
/*
 * One vector of windows of `taps` (2 or 3) neighbouring taps a row, stride 2: two taps from one pair of vectors. left:
 * the first window's first tap lies in padding; its second one stands in for it, which changes neither the winner nor,
 * with that one's place, its place.
 */
CPOOL_INLINE void best_of_pairs(T *y, RECORD_T *record, const cpool_window *window, ptrdiff_t at, const ptrdiff_t rows,
                                const int taps, const int left, const int has_place) {
    winner best, even, odd, last;
    for (ptrdiff_t r = 0; r < rows; r++) {
        const T *row = (const T *)window->value[r] + at + window->tap[0];
        even.place = splat(window->row_code[r] + window->tap_code[0]);
        odd.place = splat(window->row_code[r] + window->tap_code[1]);
        last.place = splat(window->row_code[r] + window->tap_code[taps - 1]);
        if (r + 2 >= rows) ahead(row, 2 * VECTOR_BYTES); /* the rows that are new */
        if (taps == 3 && left) {
            load_pairs(row + 1, &odd.value, &last.value);
            even.value = shift_in(odd.value, last.value);
            even.place = choose_code(first_lane(), odd.place, even.place);
        } else {
            load_pairs(row, &even.value, &odd.value);
            if (taps == 3) last.value = load_every(2, row + 2);
        }
        best = r ? winner_of(best, even, has_place) : even;
        best = winner_of(best, odd, has_place);
        if (taps == 3) best = winner_of(best, last, has_place);
    }
    store_winner(y, record, best, has_place);
}

/* As best_rows; rows: n_rows, or 0 where that is not known beforehand. */
CPOOL_INLINE void best_pairs(T *y, RECORD_T *record, ptrdiff_t y_pitch, const cpool_window *window, const row_part p,
                             const int rows, const int taps, const int has_place) {
    /* Copies, because to the compiler a record's bytes could be the window's: they stay in registers. */
    const void *value[3];
    ptrdiff_t tap[3];
    int64_t row_code[3], tap_code[3];
    cpool_window own = *window;
    for (int r = 0; r < rows; r++) value[r] = window->value[r], row_code[r] = window->row_code[r];
    for (int t = 0; t < taps; t++) tap[t] = window->tap[t], tap_code[t] = window->tap_code[t];
    if (rows) own.value = value, own.row_code = row_code;
    own.tap = tap, own.tap_code = tap_code;
    for (ptrdiff_t i = p.row; i < p.end_row; i++)
        for (ptrdiff_t j = p.column; j < p.end_column; j += LANES) {
            if (!p.loose && j > p.end_column - LANES) j = p.end_column - LANES;
            const ptrdiff_t out = i * y_pitch + j, at = i * own.pitch + 2 * j;
            if (taps == 3 && own.left && j == 0)
                best_of_pairs(y + out, record + out, &own, at, rows ? rows : own.n_rows, taps, 1, has_place);
            else best_of_pairs(y + out, record + out, &own, at, rows ? rows : own.n_rows, taps, 0, has_place);
        }
}

/* Stride 2, straight from x. The windows that nearly all networks have are unrolled: 1.3x for 3x3 on 111x111 planes. */
static void CPOOL_NAME2(NAMED(window_best_pairs), OP)(void *y, void *record, ptrdiff_t y_pitch, const cpool_window *w,
                                                      row_part p) {
    const int neighbours = w->n_taps > 1 && w->tap[1] == w->tap[0] + 1
                           && w->tap[w->n_taps - 1] == w->tap[0] + w->n_taps - 1;
#define WINDOWS(has_place) \
    if (neighbours && w->n_taps == 2 && w->n_rows == 2) best_pairs(y, record, y_pitch, w, p, 2, 2, has_place); \
    else if (neighbours && w->n_taps == 3 && w->n_rows == 3) best_pairs(y, record, y_pitch, w, p, 3, 3, has_place); \
    else if (neighbours && w->n_taps == 3) best_pairs(y, record, y_pitch, w, p, 0, 3, has_place); \
    else best_rows(y, record, y_pitch, w, p, has_place, 0, 2)
    if (record) { WINDOWS(1); }
    else { WINDOWS(0); }
#undef WINDOWS
}
#endif
#undef winner_of
#undef best_at
#undef best_of_pairs
#undef best_pairs
#undef best_of_four
#undef best_rolling
#undef best_rows
