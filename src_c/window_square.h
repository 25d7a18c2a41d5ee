/*
 * window_square.h - windows of 2x2 and 3x3 taps, unrolled, for one op, dtype, record and width of vector. Parameters:
 * those of window_best.h, which includes it.
 */

/* A window of kernel rows of as many taps, in copies: to the compiler a record's bytes could be those of a window. */
typedef struct {
    const T *row[3];
    ptrdiff_t tap[3];
    code_vec place[9];
} square_window;

/*
 * best_at of a square window of a known kernel, unrolled: 1.2x to 1.4x channels last. Stores also where
 * there is NaN: to store only afterwards, GCC would hold all cells that long.
 */
CPOOL_INLINE int best_of_square(T *y, RECORD_T *record, ptrdiff_t y_step, const square_window *window, ptrdiff_t at,
                                ptrdiff_t step, const int n_vectors, const int kernel, const int has_place,
                                ptrdiff_t far) {
    winner best[4], cell[4];
    best_mask nan = {0};
    const int ordered = IS_ORDERED;
    const T *row[3];
    for (int r = 0; r < kernel; r++) {
        row[r] = window->row[r] + at;
        CPOOL_OPAQUE_POINTER(row[r]);
    }
    CPOOL_UNROLL
    for (int c = 0; c < kernel * kernel; c++) {
        for (int k = 0; k < n_vectors; k++) {
            cell[k].value = load(row[c / kernel] + window->tap[c % kernel] + k * step);
            cell[k].place = window->place[c];
            CPOOL_OPAQUE_VECTOR(cell[k].value);
        }
        /* The cells that no window before has seen, if windows are 2 apart. */
        if (far && c / kernel >= kernel - 2 && c % kernel >= kernel - 2)
            for (int k = 0; k < n_vectors; k++)
                ahead(row[c / kernel] + window->tap[c % kernel] + k * step, VECTOR_BYTES, far);
        for (int k = 0; k < n_vectors; k += 2) NOTE_NAN(cell[k], cell[n_vectors > 1 ? k + 1 : k]);
        for (int k = 0; k < n_vectors; k++) best[k] = c ? winner_of(best[k], cell[k], has_place, ordered) : cell[k];
    }
    for (int k = 0; k < n_vectors; k++) store_winner(y + k * y_step, record + k * y_step, best[k], has_place);
    LEAVE_IF_NAN();
    return 1;
}
