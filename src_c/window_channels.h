/*
 * window_channels.h - forward of channels last, of windows of 2x2, 3x3 and 5x5 taps whose rows begin one apart,
 * straight from x, for one dtype and width of vector and records of bytes: 1.2x to 2.4x. Parameters: the
 * vocabulary of width_kernels.h, which includes it. A vector of a pixel's channels goes down some rows, with those that
 * windows share in registers.
 */
#define channel_taps NAMED(channel_taps)
#define best_of_taps NAMED(best_of_taps)
#define down_pixel NAMED(down_pixel)
#define best_of_pixels NAMED(best_of_pixels)

typedef struct {
    ptrdiff_t tap[5];
    code_vec place[5];
    code_vec row[5]; /* what a window's rows add to places */
    lanes_vec flip;
    vec fill;
} channel_taps;

/* The best of the taps in a row of x. NaN is noted of those that no pixel before has: from `shared`. */
CPOOL_INLINE winner best_of_taps(const T *x, const channel_taps *taps, ptrdiff_t far, ptrdiff_t shared, best_mask *nan,
                                 const int kernel, const int has_place, const int ordered) {
    winner cell[5], best;
    shortly_ahead(x + taps->tap[kernel - 1], VECTOR_BYTES, far);
    CPOOL_UNROLL
    for (int t = 0; t < kernel; t++) {
        cell[t].value = load(x + taps->tap[t]);
        OPAQUE(cell[t].value);
        cell[t].value = flipped(cell[t].value, taps->flip);
        cell[t].place = taps->place[t];
        if (ordered && t >= shared) note_nan(nan, cell[t].value, cell[t].value);
    }
    best = cell[0];
    CPOOL_UNROLL
    for (int t = 1; t < kernel; t++) best = winner_of(best, cell[t], has_place, ordered);
    return best;
}

/*
 * The outputs of a vector of channels, two at a time: they share all rows of x but one each. some_outside: some rows
 * are padding, which counts as fill and names the window's first cell.
 */
CPOOL_INLINE void down_pixel(T *y, RECORD_T *record, const T *x, const channel_taps *taps, const cpool_channels *p,
                             ptrdiff_t shared, best_mask *nan, const int kernel, const int some_outside,
                             const int has_place, const int ordered) {
    winner row[6], below, pair;
    ptrdiff_t first = p->first;
#define ROW(t) \
    do { \
        if (some_outside && (size_t)(first + (t)) >= (size_t)p->height) { \
            row[t] = (winner){taps->fill, taps->place[0]}; \
            if (first + (t) < 0) row[t].place -= splat((first + (t)) * kernel); \
        } else \
            row[t] = best_of_taps(x + (first + (t)) * p->row, taps, p->ahead, shared, nan, kernel, has_place, \
                                  ordered); \
    } while (0)
#define BELOW(best, n_rows) (winner){(best).value, (best).place + taps->row[n_rows]}
#define OUT(first, second) \
    do { \
        if (has_place) ahead_to_write(y + SOON_WRITTEN / BYTES, VECTOR_BYTES); \
        store_winner(y, record, winner_of(first, second, has_place, ordered), taps->flip, has_place); \
        y += p->y_row; \
        record += p->y_row; \
    } while (0)
    CPOOL_UNROLL
    for (int t = 0; t < kernel - 1; t++) ROW(t);
    if (kernel == 5) pair = winner_of(row[1], BELOW(row[2], 1), has_place, ordered);
    for (ptrdiff_t i = 0; i < p->n_rows; i += 2, first += 2) {
        ROW(kernel - 1);
        if (kernel == 5) {
            const winner above = pair;
            pair = winner_of(row[3], BELOW(row[4], 1), has_place, ordered);
            below = winner_of(above, BELOW(pair, 2), has_place, ordered);
        } else below = kernel == 2 ? row[1] : winner_of(row[1], BELOW(row[2], 1), has_place, ordered);
        OUT(row[0], BELOW(below, 1));
        if (i + 1 == p->n_rows) break;
        ROW(kernel);
        OUT(below, BELOW(row[kernel], kernel - 1));
        CPOOL_UNROLL
        for (int t = 0; t < kernel - 1; t++) row[t] = row[t + 2];
    }
#undef ROW
#undef BELOW
#undef OUT
}

/* All pixels, once more in the order of all floats where there is NaN. */
CPOOL_INLINE void best_of_pixels(T *y, RECORD_T *record, const T *x, const cpool_channels *channels, const int kernel,
                                 const int has_place) {
    const cpool_channels p = *channels; /* in copies: to the compiler a record's bytes could be these */
    const int some_outside = p.first < 0 || p.first + p.n_rows - 1 + kernel > p.height;
    channel_taps taps = {.flip = flip_of(p.flip)};
    taps.fill = flipped((vec){0} + *(const T *)p.fill, taps.flip);
    for (int t = 0; t < kernel; t++) {
        taps.tap[t] = p.tap[t], taps.place[t] = splat(p.tap_code[t]), taps.row[t] = splat(t * kernel);
        OPAQUE(taps.row[t]); /* GCC 12 would make them anew each time */
    }
    for (int ordered = IS_ORDERED, again = 1; again; ordered = 0) {
        best_mask nan = {0};
        for (ptrdiff_t i = 0; i < p.n_pixels; i++)
            for (ptrdiff_t j = 0; j < p.n_channels; j += LANES) {
                if (j > p.n_channels - LANES) j = p.n_channels - LANES;
                const ptrdiff_t to = i * p.n_channels + j;
#define DOWN(some_outside, ordered) \
    down_pixel(y + to, has_place ? record + to : NULL, x + i * p.step + j, &taps, &p, i ? p.shared : 0, &nan, kernel, \
               some_outside, has_place, ordered)
                if (!ordered) DOWN(1, 0);
                else if (some_outside) DOWN(1, IS_ORDERED);
                else DOWN(0, IS_ORDERED);
#undef DOWN
            }
        again = ordered && any_nan(nan);
    }
}

/* A function for each window, with places or not: of all in one GCC 12 keeps less in registers, 0.95x. */
#define BEST(kernel, has_place) \
    static CPOOL_NOINLINE void NAMED(best_pixels_##kernel##has_place)(void *y, void *record, const void *x, \
                                                                      const cpool_channels *p) { \
        if (kernel < 5 || MAX_VECTOR_BYTES == 64) best_of_pixels(y, record, x, p, kernel, has_place); \
    }
BEST(2, 0) BEST(2, 1) BEST(3, 0) BEST(3, 1) BEST(5, 0) BEST(5, 1)
#undef BEST

static void NAMED(best_pixels)(void *y, void *record, const void *x, const cpool_channels *p) {
    static cpool_best_pixels *const of_window[3][2] = {{NAMED(best_pixels_20), NAMED(best_pixels_21)},
                                                       {NAMED(best_pixels_30), NAMED(best_pixels_31)},
                                                       {NAMED(best_pixels_50), NAMED(best_pixels_51)}};
    of_window[(p->kernel - 1) / 2][record != NULL](y, record, x, p);
}
