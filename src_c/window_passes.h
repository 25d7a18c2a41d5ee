/*
 * window_passes.h - forward of windows in passes: in scratch along an axis, and along the last one into y, for one
 * dtype and record. Parameters: the vocabulary of width_kernels.h, which includes it.
 *
 * What is NaN is looked for in the first pass alone; where there is any, all passes are `exact`.
 */
#define along_taps NAMED(along_taps)
#define down_rows NAMED(down_rows)
#define down_planes NAMED(down_planes)
#define store_down NAMED(store_down)
#define down_cell NAMED(down_cell)
#define down_row NAMED(down_row)
#define down_block NAMED(down_block)

/*
 * One pass of taps (0: any number). A first one, of cells, tells whether any was NaN; a later one has places to read.
 * stride: 2 where the windows of 2 or 3 neighbouring cells begin 2 apart.
 */
CPOOL_INLINE int along_taps(T *y, PLACE_T *places, const cpool_pass *pass, ptrdiff_t n, const int taps,
                            const int stride, const int later, const int has_place, const int ordered) {
    const ptrdiff_t n_taps = taps ? taps : pass->n_taps;
    const T *value[5];
    const PLACE_T *code[5];
    code_vec place[5];
    best_mask nan = {0};
    const lanes_vec flip = flip_of(pass->flip);
    for (int t = 0; t < taps; t++) {
        value[t] = (const T *)pass->value + pass->tap[t];
        if (later) code[t] = (const PLACE_T *)pass->code + pass->tap[t];
        place[t] = splat(pass->tap_code[t]);
    }
#define CELL(cell, t) \
    winner cell; \
    if (stride == 2 && (t) < 2) cell.value = (t) ? odd : even; \
    else if (stride == 2) cell.value = load_evens(value[0] + 2 + 2 * i); \
    else { \
        const T *from = (taps ? value[t] : (const T *)pass->value + pass->tap[t]) + i; \
        cell.value = later ? load_bits(from) : load(from); \
        OPAQUE(cell.value); \
    } \
    if (!later) cell.value = flipped(cell.value, flip); \
    if (has_place) cell.place = taps ? place[t] : splat(pass->tap_code[t]); \
    if (has_place && later) \
        cell.place += load_place((taps ? code[t] : (const PLACE_T *)pass->code + pass->tap[t]) + i)
    for (ptrdiff_t i = 0; i < n; i += LANES) {
        vec even = {0}, odd = {0}, before;
        if (stride == 2) load_pairs(value[0] + 2 * i, &even, &odd);
        CELL(best, 0);
        before = best.value;
        if (ordered && !later && n_taps == 1) note_nan(&nan, before, before);
        CPOOL_UNROLL
        for (ptrdiff_t t = 1; t < n_taps; t++) {
            CELL(cell, t);
            if (ordered && !later && (t == 1 || !taps)) note_nan(&nan, cell.value, before);
            before = cell.value;
            best = winner_of(best, cell, has_place, ordered);
        }
        if (stride == 2) {
            best.value = in_order(best.value);
            if (has_place) best.place = codes_in_order(best.place);
        }
        store(y + i, best.value);
        if (has_place) store_place(places + i, best.place);
    }
#undef CELL
    return ordered && !later && any_nan(nan);
}

/* cpool_best_along. The numbers of taps that passes have are unrolled, where two taps see all that there is to see. */
static CPOOL_NOINLINE int KERNEL(best_along)(void *y, void *places, const cpool_pass *pass, ptrdiff_t n, int exact) {
    const int later = pass->later, has_place = places != NULL;
    int found = exact;
#define TAPS(taps, stride, later, ordered) along_taps(y, places, pass, n, taps, stride, later, has_place, ordered)
    if (HAS_PAIRS && pass->in_pairs) {
#define IN_PAIRS(ordered) (pass->n_taps == 2 ? TAPS(2, 2, 0, ordered) : TAPS(3, 2, 0, ordered))
        CPOOL_CONSTANT(has_place, if ((found = IN_PAIRS(IS_ORDERED))) IN_PAIRS(0));
#undef IN_PAIRS
        return found;
    }
    if (!exact)
        CPOOL_CONSTANT(later, CPOOL_CONSTANT(has_place,
            switch (pass->n_images > 2 ? 0 : pass->n_taps) {
            case 2: found = TAPS(2, 1, later, IS_ORDERED); break;
            case 3: found = TAPS(3, 1, later, IS_ORDERED); break;
            case 4: found = TAPS(4, 1, later, IS_ORDERED); break;
            case 5: found = TAPS(5, 1, later, IS_ORDERED); break;
            default: found = TAPS(0, 1, later, IS_ORDERED);
            }));
    if (found) CPOOL_CONSTANT(later, CPOOL_CONSTANT(has_place, TAPS(0, 1, later, 0)));
    return found;
#undef TAPS
}

/* The cell of tap t; code: of its row. later: a pass has made it, else it is x's and gets a key. */
CPOOL_INLINE winner down_cell(const cpool_pass *pass, ptrdiff_t at, ptrdiff_t t, code_vec code, const int later,
                              const int has_place) {
    const T *from = (const T *)pass->value + (at + t * pass->tap_pitch);
    winner cell = {later ? load_bits(from) : flipped(load(from), flip_of(pass->flip)), code};
    if (has_place && later) cell.place += load_place((const PLACE_T *)pass->code + (at + t * pass->tap_pitch));
    return cell;
}

/* Into y and the record, or, not later, for a next pass. part: only so many elements; 0: all. */
CPOOL_INLINE void store_down(T *y, void *codes, ptrdiff_t at, winner best, lanes_vec flip, const int later,
                             const int has_place, ptrdiff_t part) {
    if (later && part) store_part(y + at, (RECORD_T *)codes + at, best, flip, has_place, part, 0, 1);
    else if (later) store_winner(y + at, (RECORD_T *)codes + at, best, flip, has_place);
    else {
        store(y + at, best.value);
        if (has_place) store_place((PLACE_T *)codes + at, best.place);
    }
}

/* One row of outputs, at `out`: the best of taps `first` to `end`, at least one. part: as store_down's. */
CPOOL_INLINE void down_row(T *y, void *codes, ptrdiff_t out, const cpool_pass *pass, ptrdiff_t at, ptrdiff_t width,
                           ptrdiff_t first, ptrdiff_t end, const int later, const int has_place, const int ordered,
                           ptrdiff_t part) {
    const lanes_vec flip = flip_of(pass->flip);
    const code_vec next = splat(pass->code_step);
    for (ptrdiff_t j = 0; j < width; j += LANES) {
        if (width >= LANES && j > width - LANES) j = width - LANES;
        code_vec code = splat(first * pass->code_step);
        winner best = down_cell(pass, at + j, first, code, later, has_place);
        CPOOL_UNROLL
        for (ptrdiff_t t = first + 1; t < end; t++) {
            code += next;
            best = winner_of(best, down_cell(pass, at + j, t, code, later, has_place), has_place, ordered);
        }
        store_down(y, codes, out + j, best, flip, later, has_place, part);
    }
}

/*
 * So many rows (2, 4 or 8, at most the taps) whose windows begin a tap apart. The taps that all have are compared once,
 * those before and those past them once each, and for each row the best of both: van Herk's and Gil and Werman's
 * algorithm in registers, 1.5 comparisons a window of 3 taps in blocks of 2, 2.6 of 9 in blocks of 8. Taps count from
 * the first row's window on; only those from `first` to `end` are there, of each row's window at least one.
 */
CPOOL_INLINE void down_block(T *y, void *codes, ptrdiff_t out, ptrdiff_t y_pitch, const cpool_pass *pass, ptrdiff_t at,
                             ptrdiff_t width, ptrdiff_t first, ptrdiff_t end, const int rows, ptrdiff_t n_taps,
                             const int later, const int has_place) {
    const ptrdiff_t shared = first > rows - 1 ? first : rows - 1, end_shared = end < n_taps ? end : n_taps;
    const lanes_vec flip = flip_of(pass->flip);
#define CODE(t) splat((t) * pass->code_step)
#define CELL(t, code) down_cell(pass, at + j, t, code, later, has_place)
#define WIN(first, second) winner_of(first, second, has_place, IS_ORDERED)
    for (ptrdiff_t j = 0; j < width; j += LANES) {
        if (width >= LANES && j > width - LANES) j = width - LANES;
        code_vec code = CODE(shared);
        winner from[8], past = {zero(), splat(0)}; /* the best of the taps from one on, and of those past the last */
        from[rows - 1] = CELL(shared, code);
        for (ptrdiff_t t = shared + 1; t < end_shared; t++) {
            code += CODE(1);
            from[rows - 1] = WIN(from[rows - 1], CELL(t, code));
        }
        CPOOL_UNROLL
        for (int t = rows - 2; t >= 0; t--) from[t] = t < first ? from[t + 1] : WIN(CELL(t, CODE(t)), from[t + 1]);
        CPOOL_UNROLL
        for (int i = 0; i < rows; i++) {
            winner best = from[i];
            if (i > 0) {
                const ptrdiff_t t = n_taps + i - 1;
                if (t < end) past = i == 1 ? CELL(t, CODE(t)) : WIN(past, CELL(t, CODE(t)));
                if (n_taps < end) best = WIN(best, past);
                best.place -= CODE(i); /* in the row's own window */
            }
            store_down(y, codes, out + i * y_pitch + j, best, flip, later, has_place, 0);
        }
    }
#undef CODE
#undef CELL
#undef WIN
}

/*
 * Rows in blocks where they may be. Narrow ones are a whole vector as long as there is room, which the next one writes
 * again; the last ones are written in part.
 */
CPOOL_INLINE void down_rows(T *y, void *codes, ptrdiff_t y_pitch, const cpool_pass *pass, ptrdiff_t n,
                            ptrdiff_t width, ptrdiff_t room, const int block, const int taps, const int later,
                            const int has_place, const int ordered, const int clipped) {
    const ptrdiff_t n_taps = taps ? taps : pass->n_taps, before = clipped ? pass->before : 0;
    const ptrdiff_t stride = clipped ? pass->stride : 1;
    const ptrdiff_t n_whole = width >= LANES ? n : loose_rows(n, y_pitch, LANES, room);
    ptrdiff_t i = 0;
#define AT(i) y, codes, (i) * y_pitch
#define START(i) ((i) * stride - before)
#define FIRST(i) (clipped && START(i) < 0 ? -START(i) : 0)
#define END(i, past) (clipped && pass->n_cells - START(i) < (past) ? pass->n_cells - START(i) : (past))
#define CELLS(i) ((i) * pass->pitch - before * pass->tap_pitch)
#define BLOCK(i, rows) \
    down_block(AT(i), y_pitch, pass, CELLS(i), width, FIRST(i), END(i, n_taps + (rows) - 1), rows, n_taps, later, \
               has_place)
#define ROW(part) \
    down_row(AT(i), pass, CELLS(i), width, FIRST(i), END(i, n_taps), later, has_place, ordered, part)
    if (block) {
        const int half = block == 8 ? 4 : block;
        for (; i + block <= n_whole; i += block) BLOCK(i, block);
        if (i < n && n == n_whole) { /* over those before */
            if (n - i <= half) BLOCK(n - half, half);
            else BLOCK(n - block, block);
            i = n;
        }
    }
    for (; i < n_whole; i++) ROW(0);
    for (; i < n; i++) ROW(width);
#undef AT
#undef START
#undef CELLS
#undef FIRST
#undef END
#undef BLOCK
#undef ROW
}

CPOOL_INLINE void down_planes(T *y, RECORD_T *record, ptrdiff_t y_pitch, const cpool_pass *pass, ptrdiff_t n,
                              ptrdiff_t width, ptrdiff_t room, const int block, const int taps, const int has_place,
                              const int ordered) {
    cpool_pass p = *pass; /* in a copy: to the compiler y could be the pass */
    for (ptrdiff_t plane = 0; plane < pass->n_planes; plane++) {
        /*
         * Column by column the next one's lines are asked for: 1.1x to 1.8x of 9x9 and 13x13 windows of 512 channels,
         * of results in a near cache 0.94x to 1.0x.
         */
        for (ptrdiff_t i = 0; y_pitch > p.y_plane && plane + 1 < pass->n_planes && i < n; i++) {
            ahead_to_write(y + p.y_plane + i * y_pitch, width * BYTES);
            if (has_place) ahead_to_write(record + p.y_plane + i * y_pitch, width * RECORD_BYTES);
        }
        down_rows(y, record, y_pitch, &p, n, width, room, block, taps, 1, has_place, ordered, 0);
        p.value = (const T *)p.value + p.plane;
        if (has_place) p.code = (const PLACE_T *)p.code + p.plane, record += p.y_plane;
        y += p.y_plane;
        room -= p.y_plane;
    }
}

/* cpool_best_down. */
static CPOOL_NOINLINE void KERNEL(best_down)(void *y, void *record, ptrdiff_t y_pitch, const cpool_pass *pass,
                                             ptrdiff_t n, ptrdiff_t width, ptrdiff_t room, int exact) {
    const int blocks = pass->pitch == pass->tap_pitch && n >= 4 && pass->n_taps >= 3;
    const int has_place = record != NULL;
#define DOWN(block, taps, ordered) \
    down_planes(y, record, y_pitch, pass, n, width, room, block, taps, has_place, ordered)
    CPOOL_CONSTANT(has_place,
        if (exact) DOWN(0, 0, 0);
        else if (pass->n_taps == 2) DOWN(0, 2, IS_ORDERED);
        else if (blocks && pass->n_taps == 3) DOWN(2, 3, IS_ORDERED);
        else if (blocks) DOWN(4, 0, IS_ORDERED);
        else if (pass->n_taps == 3) DOWN(0, 3, IS_ORDERED);
        else DOWN(0, 0, IS_ORDERED));
#undef DOWN
}
