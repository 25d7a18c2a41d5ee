/*
 * window_pairs.h - forward of windows a stride of 2 apart along their rows, straight from x, for one op, dtype, record
 * and width of vector. Parameters: those of window_best.h, which includes it.
 */
#define best_pairs CPOOL_NAME2(NAMED(best_pairs), OP)
#define best_of_pairs CPOOL_NAME2(NAMED(best_of_pairs), OP)

/*
 * One vector of windows of `taps` (2 or 3) neighbouring taps a row, stride 2: two taps from one pair of vectors. left:
 * the first window's first tap lies in padding; its second one stands in for it, which changes neither the winner nor,
 * with that one's place, its place.
 */
CPOOL_INLINE int best_of_pairs(T *y, RECORD_T *record, const cpool_window *window, ptrdiff_t at, const ptrdiff_t rows,
                               const int taps, const int left, const int has_place, int streams, const int ordered) {
    winner best, even, odd, last;
    best_mask nan = {0};
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
        NOTE_NAN(even, odd);
        if (taps == 3) NOTE_NAN(last, last);
        best = r ? winner_of(best, even, has_place, ordered) : even;
        best = winner_of(best, odd, has_place, ordered);
        if (taps == 3) best = winner_of(best, last, has_place, ordered);
    }
    LEAVE_IF_NAN();
    if (streams) {
        store_past(y, best.value);
        if (has_place) store_code(record, best.place);
    } else store_winner(y, record, best, has_place);
    return 1;
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
    /* A row that is not all whole vectors would have some lines written twice, which undoes it. */
    const int streams = own.streams && p.column == 0 && p.end_column == y_pitch && y_pitch % LANES == 0 &&
                        (ptrdiff_t)y % 16 == 0;
    for (ptrdiff_t i = p.row; i < p.end_row; i++)
        for (ptrdiff_t j = p.column; j < p.end_column; j += LANES) {
            if (!p.loose && j > p.end_column - LANES) j = p.end_column - LANES;
            const ptrdiff_t out = i * y_pitch + j, at = i * own.pitch + 2 * j;
#define LEFT(ordered) \
    best_of_pairs(y + out, record + out, &own, at, rows ? rows : own.n_rows, taps, 1, has_place, streams, ordered)
#define WHOLE(ordered) \
    best_of_pairs(y + out, record + out, &own, at, rows ? rows : own.n_rows, taps, 0, has_place, streams, ordered)
            if (taps == 3 && own.left && j == 0) AGAIN_WITH_NAN(LEFT);
            else AGAIN_WITH_NAN(WHOLE);
#undef LEFT
#undef WHOLE
        }
    if (streams) STREAMED;
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
    else best_rows(y, record, y_pitch, w, p, has_place, 0, 2, 0)
    if (record) { WINDOWS(1); }
    else { WINDOWS(0); }
#undef WINDOWS
}

#undef best_of_pairs
#undef best_pairs
