/*
 * window_known.h - forward of windows of 2x2 and of 3x3 taps, and of all for window_best_pairs, straight from x,
 * unrolled, for one dtype, record and width of vector: 1.1x to 1.3x. Parameters: those of window_best.h, which includes
 * it.
 */
#define known_window NAMED(known_window)
#define known_of NAMED(known_of)
#define best_of_known NAMED(best_of_known)
#define best_run NAMED(best_run)
#define best_run_again NAMED(best_run_again)
#define best_known NAMED(best_known)
#define best_square NAMED(best_square)

/* A window's rows and their 2 or 3 taps, in copies: to the compiler a record's bytes could be those of a window. */
typedef struct {
    const T *row[CPOOL_MOST_PAIR_ROWS]; /* at its first tap */
    ptrdiff_t tap[3];                   /* from there */
    code_vec place[3 * CPOOL_MOST_PAIR_ROWS];
    lanes_vec flip;
} known_window;

CPOOL_INLINE known_window known_of(const cpool_window *window, ptrdiff_t at, const int rows, const int taps) {
    known_window known = {.flip = flip_of(window->flip)};
    for (int r = 0; r < rows; r++) {
        known.row[r] = (const T *)window->value[r] + window->tap + at;
        for (int t = 0; t < taps; t++) known.place[r * taps + t] = splat(window->row_code[r] + window->tap_code + t);
    }
    for (int t = 0; t < taps; t++) known.tap[t] = t * window->tap_step;
    return known;
}

/*
 * One vector of windows, whose rows begin at row[rows]. stride 2: the taps are neighbours, of which two come from one
 * pair of vectors. left: the first window's first tap lies in padding; its second one stands in for it, which changes
 * neither the winner nor, with that one's place, its place.
 */
CPOOL_INLINE void best_of_known(T *y, RECORD_T *record, const known_window *known, const T *const *row, ptrdiff_t far,
                                best_mask *nan, const int rows, const int taps, const int stride, const int left,
                                const int has_place, int streams, const int ordered) {
    winner best = {zero(), splat(0)}, before = best, cell[3];
    CPOOL_UNROLL
    for (int r = 0; r < CPOOL_MOST_PAIR_ROWS; r++) {
        if (r == rows) break;
        const T *first = row[r];
        CPOOL_OPAQUE_POINTER(first);
        for (int t = 0; t < taps; t++) cell[t].place = known->place[r * taps + t];
        /* Of the rows those that are new; of channels last two taps are. */
        if (r + 2 >= rows && stride == 2) ahead(first, 2 * VECTOR_BYTES, far);
        else if (r + 2 >= rows && is_from_memory(far))
            for (int t = taps - 2; t < taps; t++) ahead(first + known->tap[t], VECTOR_BYTES, far);
        else if (r + 2 >= rows && far) /* 1.15x on 24x24 planes of 30 channels, 0.7x if farther */
            for (int t = taps - 2; t < taps; t++) shortly_ahead(first + known->tap[t], VECTOR_BYTES, far);
        if (stride == 1)
            for (int t = 0; t < taps; t++) {
                cell[t].value = load(first + known->tap[t]);
                OPAQUE(cell[t].value);
            }
        else if (left) {
            load_pairs_but_first(first, &cell[0].value, &cell[1].value);
            cell[0].place = choose_code(first_lane(), cell[1].place, cell[0].place);
        } else load_pairs(first, &cell[0].value, &cell[1].value);
        if (stride == 2 && taps == 3) cell[2].value = load_evens(first + 2);
        for (int t = 0; t < taps; t++) {
            cell[t].value = flipped(cell[t].value, known->flip);
            if (ordered && (r * taps + t) % 2) note_nan(nan, cell[t].value, before.value);
            before = cell[t];
        }
        best = r ? winner_of(best, cell[0], has_place, ordered) : cell[0];
        for (int t = 1; t < taps; t++) best = winner_of(best, cell[t], has_place, ordered);
    }
    if (stride == 2) {
        best.value = in_order(best.value);
        if (has_place) best.place = codes_in_order(best.place);
    }
    if (streams) {
        store_past(y, flipped(best.value, known->flip));
        if (has_place) store_code(record, best.place);
    } else store_winner(y, record, best, known->flip, has_place);
    if (ordered && rows * taps % 2) note_nan(nan, before.value, before.value);
}

/* n vectors of windows, y_step apart in y and step apart in x, from `at` on; whether anything was NaN. */
CPOOL_INLINE int best_run(T *y, RECORD_T *record, ptrdiff_t y_step, const known_window *known, ptrdiff_t far,
                          ptrdiff_t at, ptrdiff_t step, ptrdiff_t n, const int rows, const int taps, const int stride,
                          const int left, const int has_place, int streams, const int ordered) {
    /* Of rows of NCHW below each other 0.9x to 1.0x. */
    const int asks = has_place && far && !streams && (stride == 1 || y_step == LANES);
    best_mask nan = {0};
    const T *row[CPOOL_MOST_PAIR_ROWS];
    for (int r = 0; r < rows; r++) row[r] = known->row[r] + at;
    for (; n > 0; n--, y += y_step, record += y_step) {
        if (asks) ahead_to_write(y + SOON_WRITTEN / BYTES, VECTOR_BYTES);
        best_of_known(y, record, known, row, far, &nan, rows, taps, stride, left, has_place, streams, ordered);
        for (int r = 0; r < rows; r++) row[r] += step;
    }
    return ordered && any_nan(nan);
}

/* The same in the order of all floats, where there is NaN. */
static CPOOL_NOINLINE void best_run_again(T *y, RECORD_T *record, ptrdiff_t y_step, const cpool_window *window,
                                          ptrdiff_t at, ptrdiff_t step, ptrdiff_t n, int stride, int left,
                                          int has_place, int streams) {
    const int rows = (int)window->n_rows;
    const known_window known = known_of(window, 0, rows, (int)window->n_taps);
#define RUN(taps, stride, left) \
    (void)best_run(y, record, y_step, &known, 0, at, step, n, rows, taps, stride, left, has_place, streams, 0)
    if (stride == 1 && window->n_taps == 2) RUN(2, 1, 0);
    else if (stride == 1) RUN(3, 1, 0);
    else if (window->n_taps == 2) RUN(2, 2, 0);
    else RUN(3, 2, left);
#undef RUN
}

/*
 * As best_rows: runs of vectors side by side, or, of short rows, below each other; these from the last vector on: what
 * a row is written past its end is the next one's beginning.
 */
CPOOL_INLINE void best_known(T *y, RECORD_T *record, ptrdiff_t y_pitch, const cpool_window *window, const row_part p,
                             ptrdiff_t at, const int rows, const int taps, const int stride, const int has_place) {
    const known_window known = known_of(window, 0, rows, taps);
    const ptrdiff_t pitch = window->pitch, vectors = (p.width + LANES - 1) / LANES;
    const ptrdiff_t whole = p.loose ? vectors : p.width / LANES;
    const int left = stride == 2 && taps == 3 && window->left;
    /* A row that is not all whole vectors would have some lines written twice, which undoes it. */
    const int streams = window->streams && p.width == y_pitch && y_pitch % LANES == 0 &&
                        (ptrdiff_t)y % 16 == 0;
    const ptrdiff_t at_once = vectors == 1 || (vectors <= 4 && !streams) ? 32 / vectors : 1;
    const ptrdiff_t y_step = at_once > 1 ? y_pitch : LANES, step = at_once > 1 ? pitch : stride * LANES;
#define RUN(n, left) \
    do { \
        T *const to = y + i * y_pitch + j; \
        RECORD_T *const record_to = record + i * y_pitch + j; \
        const ptrdiff_t from = at + i * pitch + stride * j; \
        if (best_run(to, record_to, y_step, &known, window->ahead, from, step, n, rows, taps, stride, left, has_place, \
                     streams, IS_ORDERED)) \
            best_run_again(to, record_to, y_step, window, from, step, n, stride, left, has_place, streams); \
    } while (0)
    for (ptrdiff_t i = p.row, n_rows, j; i < p.end_row; i += n_rows) {
        n_rows = at_once < p.end_row - i ? at_once : p.end_row - i;
        for (ptrdiff_t v = at_once > 1 ? vectors - 1 : 0, n; v >= 0 && v < vectors; v += at_once > 1 ? -1 : n) {
            n = v < whole && !(left && v == 0) ? whole - v : 1;
            j = v < whole ? v * LANES : p.width - LANES;
            if (left && v == 0) RUN(n_rows, 1);
            else RUN(at_once > 1 ? n_rows : n, 0);
        }
    }
#undef RUN
    if (streams) STREAMED;
}

/* Windows of 2x2 or 3x3 taps, all lines; or, two apart along the rows, of 2 or 3 taps in a few rows. */
CPOOL_INLINE void best_square(T *y, RECORD_T *record, ptrdiff_t y_pitch, const cpool_window *w, const row_part p,
                              const int stride, const int has_place) {
    const int rows = (int)w->n_rows, taps = (int)w->n_taps;
#define KNOWN(at, rows, taps) best_known(y, record, y_pitch, w, p, at, rows, taps, stride, has_place)
    if (stride == 2) { /* the lines' loop around these would be 0.93x */
        if (taps == 2 && rows == 2) KNOWN(0, 2, 2);
        else if (taps == 3 && rows == 3) KNOWN(0, 3, 3);
        else if (taps == 2) KNOWN(0, rows, 2);
        else KNOWN(0, rows, 3);
        return;
    }
    for (ptrdiff_t line = 0, at = 0; line < w->n_lines; line++, at += w->line, y += w->y_line) {
        if (taps == 2) KNOWN(at, 2, 2);
        else KNOWN(at, 3, 3);
        if (has_place) record += w->y_line;
    }
#undef KNOWN
}
