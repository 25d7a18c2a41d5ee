/*
 * window_pairs.h - forward of windows a stride of 2 apart along their rows, straight from x, for one op, dtype, record
 * and width of vector. Parameters: those of window_best.h, which includes it.
 */
#define best_pairs CPOOL_NAME2(NAMED(best_pairs), OP)
#define best_run CPOOL_NAME2(NAMED(best_run), OP)
#define best_of_pairs CPOOL_NAME2(NAMED(best_of_pairs), OP)
#define known_window CPOOL_NAME2(NAMED(known_window), OP)

/* A window of 2x2 or 3x3 taps, in copies: to the compiler a record's bytes could be those of a window. */
typedef struct {
    const T *row[3];
    code_vec place[9];
} known_window;

/*
 * One vector of windows of `taps` (2 or 3) neighbouring taps a row, stride 2: two taps from one pair of vectors. left:
 * the first window's first tap lies in padding; its second one stands in for it, which changes neither the winner nor,
 * with that one's place, its place. rows: those of `known` and the places of their taps; 0: those of the window. Stores
 * also where there is NaN: to store only afterwards, GCC would hold all cells that long.
 */
CPOOL_INLINE int best_of_pairs(T *y, RECORD_T *record, const cpool_window *window, const code_vec *place,
                               const T *const *known, ptrdiff_t at, ptrdiff_t far, const int rows, const int taps,
                               const int left, const int has_place, int streams, const int ordered) {
    winner best, even, odd, last;
    best_mask nan = {0};
    for (ptrdiff_t r = 0; r < (rows ? rows : window->n_rows); r++) {
        const T *row = rows ? known[r] : (const T *)window->value[r] + window->tap[0] + at;
#define PLACE(t) (rows ? place[r * taps + (t)] : splat(window->row_code[r] + window->tap_code[t]))
        CPOOL_OPAQUE_POINTER(row);
        even.place = PLACE(0);
        odd.place = PLACE(1);
        last.place = PLACE(taps - 1);
#undef PLACE
        if (r + 2 >= (rows ? rows : window->n_rows)) ahead(row, 2 * VECTOR_BYTES, far); /* the rows that are new */
        if (taps == 3 && left) {
            load_pairs_but_first(row, &even.value, &odd.value);
            even.place = choose_code(first_lane(), odd.place, even.place);
        } else load_pairs(row, &even.value, &odd.value);
        if (taps == 3) last.value = load_evens(row + 2);
        NOTE_NAN(even, odd);
        if (taps == 3) NOTE_NAN(last, last);
        best = r ? winner_of(best, even, has_place, ordered) : even;
        best = winner_of(best, odd, has_place, ordered);
        if (taps == 3) best = winner_of(best, last, has_place, ordered);
    }
    best.value = in_order(best.value);
    if (has_place) best.place = codes_in_order(best.place);
    if (streams) {
        store_past(y, best.value);
        if (has_place) store_code(record, best.place);
    } else store_winner(y, record, best, has_place);
    LEAVE_IF_NAN();
    return 1;
}

#if IS_ORDERED
static CPOOL_NOINLINE void best_pairs_again(T *y, RECORD_T *record, const cpool_window *window, ptrdiff_t at, int taps,
                                            int left, int has_place, int streams) {
    if (taps == 2) (void)best_of_pairs(y, record, window, NULL, NULL, at, 0, 0, 2, 0, has_place, streams, 0);
    else (void)best_of_pairs(y, record, window, NULL, NULL, at, 0, 0, 3, left, has_place, streams, 0);
}
#endif

/* n vectors of windows, y_step apart in y and step apart in x. */
CPOOL_INLINE void best_run(T *y, RECORD_T *record, ptrdiff_t y_step, const cpool_window *window,
                           const known_window *known, ptrdiff_t at, ptrdiff_t step, ptrdiff_t n, const int rows,
                           const int taps, const int left, const int has_place, int streams) {
    const ptrdiff_t far = window->ahead;
    const T *row[3];
    for (int r = 0; r < rows; r++) row[r] = known->row[r] + at;
    for (; n > 0; n--, y += y_step, record += y_step, at += step) {
        if (!best_of_pairs(y, record, window, known->place, row, at, far, rows, taps, left, has_place, streams,
                           IS_ORDERED))
            best_pairs_again(y, record, window, at, taps, left, has_place, streams);
        for (int r = 0; r < rows; r++) row[r] += step;
    }
}

/* As best_rows; rows: n_rows, or 0 where that is not known beforehand. */
CPOOL_INLINE void best_pairs(T *y, RECORD_T *record, ptrdiff_t y_pitch, const cpool_window *window, const row_part p,
                             const int rows, const int taps, const int has_place) {
    known_window known;
    for (int r = 0; r < rows; r++) {
        known.row[r] = (const T *)window->value[r] + window->tap[0];
        for (int t = 0; t < taps; t++) known.place[r * taps + t] = splat(window->row_code[r] + window->tap_code[t]);
    }
    const ptrdiff_t pitch = window->pitch, vectors = (p.end_column - p.column + LANES - 1) / LANES;
    const ptrdiff_t whole = p.loose ? vectors : (p.end_column - p.column) / LANES;
    const ptrdiff_t last = p.loose ? p.column + (vectors - 1) * LANES : p.end_column - LANES;
    const int left = taps == 3 && window->left && p.column == 0;
    /* A row that is not all whole vectors would have some lines written twice, which undoes it. */
    const int streams = window->streams && p.column == 0 && p.end_column == y_pitch && y_pitch % LANES == 0 &&
                        (ptrdiff_t)y % 16 == 0;
#define RUN(i, j, n, y_step, step, left, streams) \
    best_run(y + (i) * y_pitch + (j), record + (i) * y_pitch + (j), y_step, window, &known, \
             (i) * pitch + 2 * (j), step, n, rows, taps, left, has_place, streams)
    if (vectors == 1) {
        if (left) RUN(p.row, 0, p.end_row - p.row, y_pitch, pitch, 1, 0);
        else RUN(p.row, last, p.end_row - p.row, y_pitch, pitch, 0, 0);
    } else
        for (ptrdiff_t i = p.row; i < p.end_row; i++) {
            if (left) RUN(i, 0, 1, 0, 0, 1, streams);
            RUN(i, p.column + left * LANES, whole - left, LANES, 2 * LANES, 0, streams);
            if (whole < vectors) RUN(i, last, 1, 0, 0, 0, streams);
        }
#undef RUN
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
    else best_rows(y, record, y_pitch, w, p, has_place, 2)
    if (record) { WINDOWS(1); }
    else { WINDOWS(0); }
#undef WINDOWS
}

#undef best_run
#undef best_of_pairs
#undef best_pairs
#undef known_window
