/*
 * window_best.h - forward straight from x, for one dtype, record and width of vector. Parameters: the vocabulary of
 * width_kernels.h, which includes it.
 */
#define best_at NAMED(best_at)
#define best_again NAMED(best_again)
#define best_rows NAMED(best_rows)
#define ask_ahead NAMED(ask_ahead)

/*
 * The windows of n_vectors vectors, y_step apart in y and record, and step apart from `at` on among the cells.
 * placed: what cells have in window->code is part of their places, which are then the order of equals.
 * Several vectors wait less for each other's comparisons: 1.3x on 13x13 windows, eight of wide pixels 1.05x to 1.5x of
 * four. Returns 0, and stores nothing, where there is NaN against the word of `ordered`.
 */
CPOOL_INLINE int best_at(T *y, RECORD_T *record, ptrdiff_t y_step, const cpool_window *window, ptrdiff_t at,
                         ptrdiff_t step, const int n_vectors, const int has_place, const int placed,
                         const int ordered) {
    winner best[8], cell[8];
    best_mask nan = {0};
    const lanes_vec flip = flip_of(window->flip);
    at += window->tap;
#if RECORD_BYTES == 1
#define PLACE(r, k) load_code((const RECORD_T *)window->code[r] + at + (k) * step)
#define WINNER(best, cell) \
    (placed ? earlier_of(best, cell) : winner_of(best, cell, has_place, ordered))
#else
#define PLACE(r, k) splat(0)
#define WINNER(best, cell) winner_of(best, cell, has_place, ordered)
#endif
#define CELL(r, t, k) \
    (winner){flipped(load((const T *)window->value[r] + at + (t) * window->tap_step + (k) * step), flip), \
             splat(window->row_code[r] + window->tap_code + (t)) + (placed ? PLACE(r, k) : splat(0))}
    for (int k = 0; k < n_vectors; k++) best[k] = CELL(0, 0, k);
    for (int k = 0; ordered && k < n_vectors; k += 2)
        note_nan(&nan, best[k].value, best[n_vectors > 1 ? k + 1 : k].value);
    for (ptrdiff_t r = 0; r < window->n_rows; r++)
        for (ptrdiff_t t = r == 0; t < window->n_taps; t++) {
            for (int k = 0; k < n_vectors; k++) {
                cell[k] = CELL(r, t, k);
                OPAQUE(cell[k].value);
            }
            for (int k = 0; ordered && k < n_vectors; k += 2)
                note_nan(&nan, cell[k].value, cell[n_vectors > 1 ? k + 1 : k].value);
            for (int k = 0; k < n_vectors; k++) best[k] = WINNER(best[k], cell[k]);
        }
#undef CELL
#undef PLACE
#undef WINNER
    if (ordered && any_nan(nan)) return 0;
    for (int k = 0; k < n_vectors; k++) store_winner(y + k * y_step, record + k * y_step, best[k], flip, has_place);
    return 1;
}

/* The same in the order of all floats, where there is NaN: n_vectors one by one. */
static CPOOL_NOINLINE void best_again(T *y, RECORD_T *record, ptrdiff_t y_step, const cpool_window *window,
                                      ptrdiff_t at, ptrdiff_t step, int n_vectors, int has_place) {
    for (int k = 0; k < n_vectors; k++)
        (void)best_at(y + k * y_step, record + (has_place ? k * y_step : 0), 0, window, at + k * step, 0, 1, has_place,
                      0, 0);
}

/* The cells of n_vectors vectors of windows, that are asked for as far ahead as the window says. */
CPOOL_INLINE void ask_ahead(const cpool_window *window, ptrdiff_t at, ptrdiff_t step, int n_vectors) {
    for (ptrdiff_t r = 0; r < window->n_rows; r++)
        for (ptrdiff_t t = 0; t < window->n_taps; t++)
            for (int k = 0; k < n_vectors; k++)
                ahead((const T *)window->value[r] + at + window->tap + t * window->tap_step + k * step, VECTOR_BYTES,
                      window->ahead);
}

/* The part p of its rows: in full vectors, of which the last ends past the row (loose) or overlaps the one before. */
CPOOL_INLINE void best_rows(T *y, RECORD_T *record, ptrdiff_t y_pitch, const cpool_window *window, const row_part p,
                            const int has_place, const int placed) {
    const ptrdiff_t pitch = window->pitch;
    /* Channels last: 1.6x to 2.4x from memory, 0.8x to 1.1x from the caches. */
    const int asks = is_from_memory(window->ahead);
#define BEST_AT(n_vectors, y_step, step) \
    do { \
        T *const to = y + out + j; \
        RECORD_T *const record_to = has_place ? record + out + j : NULL; \
        const ptrdiff_t at = i * pitch + j; \
        if (asks) ask_ahead(window, at, step, n_vectors); \
        if (!best_at(to, record_to, y_step, window, at, step, n_vectors, has_place, placed, IS_ORDERED && !placed)) \
            best_again(to, record_to, y_step, window, at, step, n_vectors, has_place); \
    } while (0)
    ptrdiff_t i = p.row, j = 0, out = i * y_pitch;
    if (VECTOR_BYTES > 0 && p.width < 4 * LANES)
        /* From the last vector on: what a row is written past its end is the next one's beginning. */
        for (; i + 4 <= p.end_row; i += 4, out += 4 * y_pitch)
            for (ptrdiff_t v = (p.width - 1) / LANES; v >= 0; v--) {
                j = v * LANES;
                if (!p.loose && j > p.width - LANES) j = p.width - LANES;
                BEST_AT(4, y_pitch, pitch);
            }
    for (; i < p.end_row; i++, out += y_pitch) {
        j = 0;
        if (VECTOR_BYTES > 0 && VECTOR_BYTES == MAX_VECTOR_BYTES) {
            const ptrdiff_t end = p.width + (p.loose ? LANES : 1);
            if (HAS_MASKS) /* and registers for eight */
                for (; j + 8 * LANES < end; j += 8 * LANES) BEST_AT(8, LANES, LANES);
            for (; j + 4 * LANES < end; j += 4 * LANES) BEST_AT(4, LANES, LANES);
            for (; j + 2 * LANES < end; j += 2 * LANES) BEST_AT(2, LANES, LANES);
        }
        for (; j < p.width; j += LANES) {
            if (!p.loose && j > p.width - LANES) j = p.width - LANES;
            BEST_AT(1, 0, 0);
        }
    }
#undef BEST_AT
}

/* Functions of their own, because together they have more to hold than there are registers. */
#define OF_WINDOW void *y, void *record, ptrdiff_t y_pitch, const cpool_window *w, row_part p
#define WAY(name, ...) \
    static CPOOL_NOINLINE void NAMED(name)(OF_WINDOW) { __VA_ARGS__; }
WAY(recorded_rows, best_rows(y, record, y_pitch, w, p, 1, 0))
#if RECORD_BYTES == 1
WAY(bare_rows, best_rows(y, record, y_pitch, w, p, 0, 0))
WAY(placed_rows, best_rows(y, record, y_pitch, w, p, 1, 1))
#include "window_known.h"
WAY(bare_squares, best_square(y, record, y_pitch, w, p, 1, 0))
WAY(recorded_squares, best_square(y, record, y_pitch, w, p, 1, 1))
#if HAS_PAIRS
WAY(bare_pairs, best_square(y, record, y_pitch, w, p, 2, 0))
WAY(recorded_pairs, best_square(y, record, y_pitch, w, p, 2, 1))
WAY(window_best_pairs, (record ? NAMED(recorded_pairs) : NAMED(bare_pairs))(y, record, y_pitch, w, p))
#endif
#endif
static void NAMED(window_best)(OF_WINDOW) {
#if RECORD_BYTES == 1
    if (w->n_rows == w->n_taps && w->n_taps > 1 && w->n_taps <= 3) {
        (record ? NAMED(recorded_squares) : NAMED(bare_squares))(y, record, y_pitch, w, p);
        return;
    }
    if (record && w->code) {
        NAMED(placed_rows)(y, record, y_pitch, w, p);
        return;
    }
#endif
    cpool_window window = *w;
    for (ptrdiff_t line = 0, at = 0; line < w->n_lines; line++, at += w->y_line, window.tap += w->line) {
        if (record) NAMED(recorded_rows)((T *)y + at, (RECORD_T *)record + at, y_pitch, &window, p);
#if RECORD_BYTES == 1
        else NAMED(bare_rows)((T *)y + at, NULL, y_pitch, &window, p);
#endif
    }
}
#undef OF_WINDOW
#undef WAY
