/*
 * window_ring.h - forward of channels last of large windows, straight from x, for one dtype and record: along a row of
 * x, then down the rows, of which a ring holds as many as a window has. Both as van Herk and as Gil and Werman do:
 * three comparisons a cell whatever the window has. Parameters: the vocabulary of width_kernels.h, which includes it.
 */
#define made_cells NAMED(made_cells)
#define load_made NAMED(load_made)
#define store_made NAMED(store_made)
#define ring_row NAMED(ring_row)
#define ring_of NAMED(ring_of)

/* Winners in scratch, a vector of channels each. */
typedef struct {
    T *values;
    PLACE_T *places;
} made_cells;

CPOOL_INLINE winner load_made(made_cells cells, ptrdiff_t at, const int has_place) {
    return (winner){load_bits(cells.values + at * LANES), has_place ? load_place(cells.places + at * LANES) : splat(0)};
}
CPOOL_INLINE void store_made(made_cells cells, ptrdiff_t at, winner best, const int has_place) {
    store(cells.values + at * LANES, best.value);
    if (has_place) store_place(cells.places + at * LANES, best.place);
}

#define WIN(first, second) winner_of(first, second, has_place, 0)

/*
 * The best of the columns of each window in a row of x; places count from a window's first column. past: room for a
 * block of as many columns as a window has, of each the best from it to the block's end.
 */
CPOOL_INLINE void ring_row(made_cells to, made_cells past, const T *x, const cpool_ring *ring, const int has_place) {
    const ptrdiff_t kernel = ring->kernel[1], start = ring->first * ring->stride[1] - ring->before[1];
    const lanes_vec flip = flip_of(ring->flip);
    winner next = {zero(), splat(0)};
/* A column in padding is the row's nearest, which a window that sees it sees too: neither winner nor place change. */
#define CELL(i) \
    (winner){flipped(load(x + clamped(start + (i), ring->width) * ring->pixel), flip), \
             splat(clamped(start + (i), ring->width) - start)}
    for (ptrdiff_t c = 0, i = 0, j = 0; c < ring->n; i++, j = j + 1 < kernel ? j + 1 : 0) {
        if (j == 0) {
            winner best = CELL(i + kernel - 1);
            store_made(past, kernel - 1, best, has_place);
            for (ptrdiff_t t = kernel - 2; t >= 0; t--) {
                best = WIN(CELL(i + t), best);
                store_made(past, t, best, has_place);
            }
        } else next = j == 1 ? CELL(i + kernel - 1) : WIN(next, CELL(i + kernel - 1));
        if (i < c * ring->stride[1]) continue;
        winner best = load_made(past, j, has_place);
        if (j > 0) best = WIN(best, next);
        best.place -= splat(i);
        store_made(to, c++, best, has_place);
    }
#undef CELL
}

CPOOL_INLINE void ring_of(T *y, RECORD_T *record, const T *x, const cpool_ring *given, const int has_place) {
    const cpool_ring ring = *given; /* in a copy: to the compiler a record's bytes could be it */
    const ptrdiff_t kernel = ring.kernel[0], n = ring.n, n_made = (kernel + 2) * n + ring.kernel[1];
    const lanes_vec flip = flip_of(ring.flip);
    const made_cells held = {ring.scratch, (PLACE_T *)((T *)ring.scratch + n_made * LANES)};
#define PART(first) (made_cells){held.values + (first) * LANES, held.places + (first) * LANES}
    const made_cells row = PART(kernel * n), next = PART((kernel + 1) * n), past = PART((kernel + 2) * n);
#undef PART
    ptrdiff_t seen = -1, code = 0; /* the row of x that `row` is of, and its first cell's place in x */
    /*
     * Held are, of a block of as many rows as a window has, the best from row j on to the block's end; before them, in
     * place of those that are done with, the next block's rows as they come. next: the best of these so far.
     */
    for (ptrdiff_t o = 0, i = 0, j = 0; o < ring.n_rows; i++, j = j + 1 < kernel ? j + 1 : 0) {
        const int is_output = i == o * ring.stride[0];
        for (ptrdiff_t t = i == 0 ? 0 : kernel - 1; t < kernel; t++) {
            /* Rows of padding, too, are the nearest one. */
            const ptrdiff_t r = clamped(i + t - ring.before[0], ring.height);
            if (r != seen) ring_row(row, past, x + r * ring.row, &ring, has_place);
            seen = r, code = r * ring.kernel[1];
            for (ptrdiff_t c = 0; c < n && j == 0; c++) {
                winner best = load_made(row, c, has_place);
                best.place += splat(code);
                store_made(held, t * n + c, best, has_place);
            }
        }
        for (ptrdiff_t t = kernel - 2; t >= 0 && j == 0; t--)
            for (ptrdiff_t at = t * n; at < (t + 1) * n; at++) {
                const winner cell = load_made(held, at, has_place);
                store_made(held, at, WIN(cell, load_made(held, at + n, has_place)), has_place);
            }
        for (ptrdiff_t c = 0; c < n; c++) {
            winner best = load_made(held, j * n + c, has_place), sum = best;
            if (j > 0) {
                winner cell = load_made(row, c, has_place);
                cell.place += splat(code);
                sum = j == 1 ? cell : WIN(load_made(next, c, has_place), cell);
                store_made(next, c, sum, has_place);
                store_made(held, (j - 1) * n + c, cell, has_place);
            }
            if (!is_output) continue;
            if (j > 0) best = WIN(best, sum);
            best.place -= splat((i - ring.before[0]) * ring.kernel[1]);
            store_winner(y + c * ring.y_pixel, record + (has_place ? c * ring.y_pixel : 0), best, flip, has_place);
        }
        if (is_output) {
            o++, y += ring.y_row;
            if (has_place) record += ring.y_row;
        }
    }
#undef WIN
}

/* cpool_best_ring. */
static CPOOL_NOINLINE void KERNEL(best_ring)(void *y, void *record, const void *x, const cpool_ring *ring) {
    if (record) ring_of(y, record, x, ring, 1);
    else ring_of(y, NULL, x, ring, 0);
}
