/*
 * window_planes.h - forward of small square windows over whole planes of x whose rows are a few vectors, for one dtype
 * and width of vector and records of bytes. Parameters: the vocabulary of width_kernels.h, which includes it. A vector
 * of columns goes down the plane, with the rows that windows share in registers.
 */
#define plane_columns NAMED(plane_columns)
#define best_of_row NAMED(best_of_row)
#define row_or_padding NAMED(row_or_padding)
#define copied_plane NAMED(copied_plane)
#define down_columns NAMED(down_columns)
#define store_columns NAMED(store_columns)
#define MOST_TAPS 5

/* A vector of columns of y. What lies beside x's rows counts as fill, and names the window's first cell in the row. */
typedef struct {
    ptrdiff_t first;
    int left, right; /* whether some of the first taps, some of the others lie there */
    best_mask outside[MOST_TAPS];
    code_vec place[MOST_TAPS];
    lanes_vec flip;
    code_vec row[MOST_TAPS + 1]; /* what a window's rows add to places; GCC 12 would make constants anew each time */
} plane_columns;

/* The best of the taps in a row of x. */
CPOOL_INLINE winner best_of_row(const T *x, ptrdiff_t apart, const plane_columns *columns, vec fill, ptrdiff_t far,
                                best_mask *nan, const int kernel, const int stride, const int parts,
                                const int has_place, const int ordered) {
    winner best = {fill, columns->place[0]};
    vec cells[MOST_TAPS];
    shortly_ahead(x, stride * VECTOR_BYTES, far);
    if (stride == 2) load_pairs_apart(x, apart, parts, cells, cells + 1);
    CPOOL_UNROLL
    for (int t = stride == 2 ? 2 : 0; t < kernel; t++) {
        cells[t] = stride == 2 ? load_evens_apart(x + 2, apart, parts) : as_bool(load_parts(x + t, apart, parts));
        OPAQUE(cells[t]);
    }
    CPOOL_UNROLL
    for (int t = 0; t < kernel; t++) cells[t] = flipped(cells[t], columns->flip);
    /* Of stride 1 the first and the last tap see all cells, if lanes are not fewer than what lies between. */
    if (ordered)
        for (int t = stride == 1 && LANES >= (kernel - 1) * parts ? kernel - 1 : 1; t < kernel; t++)
            note_nan(nan, cells[t], cells[stride == 2 ? t - 1 : 0]);
    if (columns->left) {
        CPOOL_UNROLL
        for (int t = 0; t < kernel / 2; t++) cells[t] = choose(columns->outside[t], fill, cells[t]);
    }
    if (columns->right) {
        CPOOL_UNROLL
        for (int t = kernel / 2; t < kernel; t++) cells[t] = choose(columns->outside[t], fill, cells[t]);
    }
    CPOOL_UNROLL
    for (int t = 0; t < kernel; t++) {
        const winner cell = {cells[t], columns->place[t]};
        best = t ? winner_of(best, cell, has_place, ordered) : cell;
    }
    return best;
}

/* The same of a row that may be padding: that names the window's first cell in its column. */
CPOOL_INLINE winner row_or_padding(const T *x, ptrdiff_t row, ptrdiff_t pitch, ptrdiff_t height, ptrdiff_t apart,
                                   const plane_columns *columns, vec fill, ptrdiff_t far, best_mask *nan,
                                   const int kernel, const int stride, const int parts, const int has_place,
                                   const int ordered) {
    winner best = {fill, columns->place[0]};
    if ((size_t)row < (size_t)height)
        return best_of_row(x + row * pitch, apart, columns, fill, far, nan, kernel, stride, parts, has_place,
                           ordered);
    if (row < 0) best.place -= splat(row * kernel);
    return best;
}

/* The same plane where more of it may be read than of x: at the ends of x. */
CPOOL_INLINE const T *copied_plane(const T *x, const cpool_planes *planes, ptrdiff_t reach) {
    T *copy = planes->copy;
    memset(copy, 0, (size_t)(planes->before[1] + reach) * BYTES);
    for (ptrdiff_t r = 0; r < planes->height; r++)
        memcpy(copy + planes->before[1] + r * planes->width, x + r * planes->row, (size_t)planes->width * BYTES);
    return copy + planes->before[1];
}

/* A row of a vector, of which only a part may be written. parts: the others are of planes so many outputs on. */
CPOOL_INLINE void store_columns(T *y, RECORD_T *record, winner best, lanes_vec flip, const int has_place,
                                const int stride, const int parts, ptrdiff_t apart, ptrdiff_t part) {
    if (stride == 2) {
        best.value = in_order(best.value);
        if (has_place) best.place = codes_in_order(best.place);
    }
    if (part) store_part(y, record, best, flip, has_place, part, apart, parts);
    else {
        store_parts(y, apart, flipped(best.value, flip), parts);
        if (has_place) store_code_parts(record, apart, best.place, parts);
    }
}

/*
 * One vector of columns of n planes; parts: of so many planes together, of two 1.5x for rows of 4 outputs of 8 lanes.
 * Returns whether anything was NaN against the word of `ordered`.
 */
CPOOL_INLINE int down_columns(T *y, RECORD_T *record, const T *x, const cpool_planes *planes, ptrdiff_t n,
                              const plane_columns *columns, const int kernel, const int stride, const int parts,
                              const int has_place, const int ordered) {
    const cpool_planes p = *planes; /* in copies: to the compiler a record's bytes could be these */
    const plane_columns c = *columns;
    const int at_once = stride == 1 ? 2 : 1; /* rows of outputs, which share all of x's but one each */
    const vec fill = flipped((vec){0} + *(const T *)p.fill, c.flip);
    const ptrdiff_t lanes = LANES / parts, width = p.output[1] > lanes ? p.output[1] : lanes;
    const ptrdiff_t last_row = width * stride + kernel - 1 - p.before[1]; /* so far the last row is read */
    const ptrdiff_t outputs = p.output[0] * p.output[1];
    /* Rows of outputs above those that see padding below, and above those whose end is another plane's beginning. */
    const ptrdiff_t inside = p.height + p.before[0] < kernel ? 0 : (p.height + p.before[0] - kernel) / stride + 1;
    const ptrdiff_t loose_of_parts = loose_rows(p.output[0], p.output[1], lanes, outputs - c.first);
    /* Of y's row, whose first line the row above shares; of rows of more vectors 0.9x to 1.0x. */
    const ptrdiff_t asked = p.output[1] <= LANES ? 1 : p.output[1] <= 2 * LANES ? 2 * VECTOR_BYTES : 0;
    best_mask nan = {0};
    winner row[MOST_TAPS + 1], pair;
#define ROW(i) \
    best_of_row(cells + (i) * pitch, apart, &c, fill, p.ahead, &nan, kernel, stride, parts, has_place, ordered)
#define ROW_OR_PADDING(i) \
    row_or_padding(cells, i, pitch, p.height, apart, &c, fill, p.ahead, &nan, kernel, stride, parts, has_place, \
                   ordered)
#define WIN(first, second) winner_of(first, second, has_place, ordered)
#define BELOW(best, n_rows) (winner){(best).value, (best).place + c.row[n_rows]}
#define OUT(best, part) \
    do { \
        if (has_place && p.ahead) ahead_to_write(y + 2 * p.output[1], asked); \
        store_columns(y, record, best, c.flip, has_place, stride, parts, y_apart, part); \
        y += p.output[1]; \
        record += p.output[1]; \
    } while (0)
/* Places of what is shared count from the second row of the first window. */
#define STEP(ROW, PART, BOTH) \
    do { \
        winner shared; \
        CPOOL_UNROLL \
        for (int t = kernel - stride; t < kernel + (at_once - 1) * stride; t++) row[t] = ROW(first + t); \
        if (kernel == 2) shared = row[1]; \
        else if (kernel == 3) shared = WIN(row[1], BELOW(row[2], 1)); \
        else { \
            const winner above = pair; \
            pair = WIN(row[3], BELOW(row[4], 1)); \
            shared = WIN(above, BELOW(pair, 2)); \
        } \
        OUT(WIN(row[0], BELOW(shared, 1)), PART); \
        if (at_once == 2 && (BOTH)) OUT(WIN(shared, BELOW(row[kernel], kernel - 1)), PART); \
        CPOOL_UNROLL \
        for (int t = 0; t < kernel - stride; t++) row[t] = row[t + at_once * stride]; \
        i += at_once, first += at_once * stride; \
    } while (0)
    y += c.first;
    record += c.first;
    for (ptrdiff_t together; n > 0; n -= together, x += together * p.plane) {
        const T *cells = x;
        ptrdiff_t first = -p.before[0], pitch = p.row, apart = LANES, y_apart = 0;
        together = n >= parts ? parts : 1;
        if (x - (const T *)p.first < p.before[1] ||
            (const T *)p.end - x < (together - 1) * p.plane + (p.height - 1) * pitch + last_row) {
            together = 1;
            pitch = p.width;
            cells = copied_plane(x, &p, (p.height - 1) * pitch + (last_row > p.width ? last_row : p.width));
        }
        cells += c.first * stride - p.before[1];
        if (parts > 1) apart = together > 1 ? p.plane : 0, y_apart = together > 1 ? outputs : 0;
        /* Rows may be written past their end, as far as y goes or to where another plane has begun. */
        const T *const end_y = y + (together > 1 ? outputs : n * outputs) - c.first;
        const ptrdiff_t loose = together > 1 ? loose_of_parts
                                             : loose_rows(p.output[0], p.output[1], lanes, end_y - y);
        const ptrdiff_t end = (inside < loose ? inside : loose) - at_once + 1;
        CPOOL_UNROLL
        for (int t = 0; t < kernel - stride; t++) row[t] = ROW_OR_PADDING(first + t);
        if (kernel == 5) pair = WIN(row[1], BELOW(row[2], 1));
        for (ptrdiff_t i = 0; i < p.output[0];) {
            /* The steps without exceptions are a loop of their own: 1.05x to 1.4x. */
            while (i < end && first + kernel - stride >= 0) STEP(ROW, 0, 1);
            if (i < p.output[0]) STEP(ROW_OR_PADDING, end_y - y >= lanes ? 0 : p.output[1], i + 1 < p.output[0]);
        }
        y += (together - 1) * outputs;
        record += (together - 1) * outputs;
    }
#undef ROW
#undef ROW_OR_PADDING
#undef WIN
#undef BELOW
#undef OUT
#undef STEP
    return ordered && any_nan(nan);
}

/*
 * A function for each window, number of parts, with places or not, ordered or not: of all in one GCC 12 keeps less in
 * registers, 0.9x to 1.0x.
 */
typedef int NAMED(down)(T *y, RECORD_T *record, const T *x, const cpool_planes *planes, ptrdiff_t n,
                        const plane_columns *columns);
#define CAN_PART(stride, parts) \
    ((parts) == 1 || ((parts) == 2 ? (stride) == 2 || VECTOR_BYTES >= 32 : (stride) == 2 && HAS_QUARTERS))
#define DOWN(kernel, stride, parts, has_place, ordered) \
    static CPOOL_NOINLINE int NAMED(down_##kernel##stride##parts##has_place##ordered)( \
        T *y, RECORD_T *record, const T *x, const cpool_planes *planes, ptrdiff_t n, const plane_columns *columns) { \
        const int never = !CAN_PART(stride, parts) || (stride == 2 && !HAS_PAIRS) || (ordered && !IS_ORDERED); \
        if (never) return 1; \
        return down_columns(y, record, x, planes, n, columns, kernel, stride, parts, has_place, ordered); \
    }
#define NAME(kernel, stride, parts, has_place, ordered) NAMED(down_##kernel##stride##parts##has_place##ordered),
#define EACH_OF_PARTS(X, kernel, stride, parts) \
    X(kernel, stride, parts, 0, 0) X(kernel, stride, parts, 0, 1) X(kernel, stride, parts, 1, 0) \
    X(kernel, stride, parts, 1, 1)
#define EACH_OF_WINDOW(X, kernel, stride) \
    EACH_OF_PARTS(X, kernel, stride, 1) EACH_OF_PARTS(X, kernel, stride, 2) EACH_OF_PARTS(X, kernel, stride, 4)
#define EACH(X) \
    EACH_OF_WINDOW(X, 2, 1) EACH_OF_WINDOW(X, 3, 1) EACH_OF_WINDOW(X, 5, 1) EACH_OF_WINDOW(X, 2, 2) \
    EACH_OF_WINDOW(X, 3, 2)
EACH(DOWN)

/*
 * cpool_best_planes: one vector of columns after the other. The last ones overlap, or end beyond the rows; where they
 * fill half of one it has those of two planes, but at stride 1 in 16 bytes, and at stride 2, of 4 bytes beside masks, a
 * quarter those of four.
 */
static CPOOL_NOINLINE void KERNEL(best_planes)(void *y, void *record, const void *x, const cpool_planes *p,
                                               ptrdiff_t n) {
    static NAMED(down) *const all[] = {EACH(NAME)};
    plane_columns c = {.flip = flip_of(p->flip)};
    const ptrdiff_t window = p->stride == 2 ? p->kernel + 1 : (p->kernel - 1) / 2, has_place = record != NULL;
    for (ptrdiff_t lanes; c.first < p->output[1]; c.first += lanes) {
        const ptrdiff_t left = p->output[1] - c.first;
        const int quarters = CAN_PART(p->stride, 4) && left <= LANES / 4;
        const int halves = CAN_PART(p->stride, 2) && left <= LANES / 2;
        NAMED(down) *const *const down = all + 4 * (3 * window + quarters + (quarters | halves)) + 2 * has_place;
        lanes = quarters ? LANES / 4 : halves ? LANES / 2 : LANES;
        if (p->output[1] > lanes && left < lanes) c.first = p->output[1] - lanes;
        for (ptrdiff_t t = 0; t < p->kernel; t++) {
            PLACE_T outside[LANES], place[LANES];
            for (ptrdiff_t lane = 0; lane < LANES; lane++) {
                const ptrdiff_t column = (c.first + lane % lanes) * p->stride - p->before[1] + t;
                outside[lane] = column < 0 || column >= p->width;
                place[lane] = (PLACE_T)(column < 0 ? t - column : t);
            }
            code_vec in_padding = load_place(outside);
            c.place[t] = load_place(place);
            if (HAS_PAIRS && p->stride == 2)
                in_padding = codes_by_blocks(in_padding), c.place[t] = codes_by_blocks(c.place[t]);
            c.outside[t] = same(in_padding, splat(1));
        }
        const ptrdiff_t end = c.first + lanes < p->output[1] ? c.first + lanes : p->output[1];
        const ptrdiff_t column = c.first * p->stride - p->before[1], last = (end - 1) * p->stride - p->before[1];
        c.left = column < 0 || last + p->kernel / 2 > p->width;
        c.right = column + p->kernel / 2 < 0 || last + p->kernel > p->width;
        for (ptrdiff_t t = 0; t <= p->kernel; t++) c.row[t] = splat(t * p->kernel);
        if (down[1](y, record, x, p, n, &c)) (void)down[0](y, record, x, p, n, &c);
    }
}
#undef CAN_PART
#undef DOWN
#undef NAME
#undef EACH_OF_PARTS
#undef EACH_OF_WINDOW
#undef EACH
#undef MOST_TAPS
