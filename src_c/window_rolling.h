/*
 * window_rolling.h - long windows that begin a tap apart, four at a time, for one op, dtype, record and width of
 * vector. Parameters: those of window_best.h, which includes it.
 */

/*
 * best_at of four neighbouring rows whose windows begin a tap apart: the taps that all four have are compared once,
 * so that n taps take n / 4 + 1 comparisons a window, not n - 1. at: of the first row, whose cell 0 is tap 0.
 */
CPOOL_INLINE int best_of_four(T *y, RECORD_T *record, ptrdiff_t y_pitch, ptrdiff_t y_step, const cpool_window *window,
                              ptrdiff_t at, ptrdiff_t step, const int has_place, const int reads_code,
                              const int ordered) {
    const ptrdiff_t taps = window->n_taps, pitch = window->pitch;
    const int64_t next_code = window->tap_code[1] - window->tap_code[0];
    winner common[2], from_0[2], from_1[2], from_2[2], past[2], cell[2];
    best_mask nan = {0};
#define CELL(t, k) \
    cell_at(1, window->value[0], reads_code ? window->code[0] : NULL, at + window->tap[0] + (t) * pitch + (k) * step, \
            window->row_code[0] + window->tap_code[0] + (t) * next_code)
    /* The places are those in the first row's window. */
#define STORE(row, best) \
    for (int k = 0; k < 2; k++) { \
        winner own = best[k]; \
        own.place -= splat((row) * next_code); \
        store_winner(y + (row) * y_pitch + k * y_step, record + (row) * y_pitch + k * y_step, own, has_place); \
    }
#define LOAD(to, t) \
    for (int k = 0; k < 2; k++) to[k] = CELL(t, k); \
    NOTE_NAN(to[0], to[1])
#define WIN(to, first, second) \
    for (int k = 0; k < 2; k++) to[k] = winner_of(first[k], second[k], has_place, ordered)
    LOAD(common, 3);
    for (ptrdiff_t t = 4; t < taps; t++) {
        LOAD(cell, t);
        WIN(common, common, cell);
    }
    LOAD(cell, 2);
    WIN(from_2, cell, common);
    LOAD(cell, 1);
    WIN(from_1, cell, from_2);
    LOAD(cell, 0);
    WIN(from_0, cell, from_1);
    STORE(0, from_0);
    LOAD(past, taps);
    WIN(from_1, from_1, past);
    STORE(1, from_1);
    LOAD(cell, taps + 1);
    WIN(past, past, cell);
    WIN(from_2, from_2, past);
    STORE(2, from_2);
    LOAD(cell, taps + 2);
    WIN(past, past, cell);
    WIN(common, common, past);
    STORE(3, common);
    LEAVE_IF_NAN();
    return 1;
#undef LOAD
#undef WIN
#undef CELL
#undef STORE
}

/*
 * Rows in fours, two vectors at once: side by side, or of a narrow row the next four. The last fours may overlap those
 * before: 1.2x on planes of 7x7.
 */
CPOOL_INLINE void best_rolling(T *y, RECORD_T *record, ptrdiff_t y_pitch, const cpool_window *window, const row_part p,
                               const int has_place, const int reads_code) {
    const ptrdiff_t n = p.end_row - p.row, narrow = p.end_column - p.column == LANES, next = n < 8 ? n - 4 : 4;
    const ptrdiff_t rows = narrow ? 4 + next : 4;
    for (ptrdiff_t i = p.row; i < p.end_row; i += rows) {
        if (i > p.end_row - rows) i = p.end_row - rows;
        for (ptrdiff_t j = p.column; j < p.end_column; j += 2 * LANES) {
            if (!narrow && j > p.end_column - 2 * LANES) j = p.end_column - 2 * LANES;
            const ptrdiff_t to = i * y_pitch + j;
#define BEST_OF_FOUR(ordered) \
    best_of_four(y + to, has_place ? record + to : NULL, y_pitch, narrow ? next * y_pitch : LANES, window, \
                 i * window->pitch + j, narrow ? next * window->pitch : LANES, has_place, reads_code, ordered)
            AGAIN_WITH_NAN(BEST_OF_FOUR);
#undef BEST_OF_FOUR
        }
    }
}
