/*
 * selftest_window.h - window_best and window_best_pairs against a naive loop over each window.
 */
enum { MAX_TAPS = 7, MAX_PAST_ROW = 40 };

/* The window: rows and taps with rising places that start at 0 or end at the largest. */
static const void *values[MAX_ROWS], *codes[MAX_ROWS];
static int64_t row_code[MAX_ROWS];
static ptrdiff_t tap_low, tap_high;

static cpool_window random_window(int64_t largest, ptrdiff_t columns, uint64_t flip, int in_pairs) {
    /* 2x2 and 3x3 have code of their own. */
    const ptrdiff_t square = between(0, 2) ? 0 : between(2, 3);
    const cpool_window window = {.value = values, .row_code = row_code, .tap = between(-4, 20),
                                 .tap_step = square || in_pairs ? 1 : between(-6, 8), .tap_code = between(0, 9),
                                 .n_rows = square ? square : between(1, in_pairs ? CPOOL_MOST_PAIR_ROWS : MAX_ROWS),
                                 .n_taps = square ? square : in_pairs ? between(2, 3) : between(1, MAX_TAPS),
                                 .pitch = between(1, 4) == 1 ? 1 : columns + between(0, MAX_PAST_ROW),
                                 .flip = flip, .streams = between(0, 1) != 0};
    const ptrdiff_t last_tap = window.tap + (window.n_taps - 1) * window.tap_step;
    tap_low = last_tap < window.tap ? last_tap : window.tap, tap_high = last_tap > window.tap ? last_tap : window.tap;
    row_code[0] = -window.tap_code;
    for (ptrdiff_t r = 1; r < window.n_rows; r++) row_code[r] = row_code[r - 1] + window.n_taps + between(0, 5);
    const int64_t last = row_code[window.n_rows - 1] + window.tap_code + window.n_taps - 1;
    const int64_t first = between(0, 1) ? 0 : largest - last;
    for (ptrdiff_t r = 0; r < window.n_rows; r++) row_code[r] += first;
    return window;
}

/* As contents a bool has any byte, of which all but 0 count as 1. */
static void read_value(uint8_t *value, int dtype, const uint8_t *from) {
    if (dtype == TEST_b8) *value = *from != 0;
    else memcpy(value, from, elements[dtype].bytes);
}

/* One tap of each row, whose cells have places of their own, in any order. */
static void give_places(cpool_window *window) {
    window->code = codes, window->n_taps = 1, window->tap_code = 0;
    for (ptrdiff_t r = 0; r < window->n_rows; r++) row_code[r] = between(0, 55);
    tap_low = tap_high = window->tap;
}

/* Rows of `span` cells, with slack to be read behind. */
static void random_rows(const cpool_window *window, int dtype, ptrdiff_t span, ptrdiff_t slack_bytes) {
    const ptrdiff_t bytes = (ptrdiff_t)elements[dtype].bytes, cells = span + slack_bytes / bytes;
    for (ptrdiff_t r = 0; r < window->n_rows; r++) {
        uint8_t *row = place_in(SLOT_VALUES + (int)r, cells * bytes);
        fill_values(row, dtype == TEST_b8 ? TEST_u8 : dtype, cells);
        values[r] = row - tap_low * bytes;
        if (!window->code) continue;
        row = place_in(SLOT_CODES + (int)r, cells);
        for (ptrdiff_t i = 0; i < cells; i++) row[i] = (uint8_t)between(0, 200);
        codes[r] = row - tap_low;
    }
}

/* The first best of one window from tap `first` on, into best, and its place. `at` is where the window begins. */
static uint64_t first_best(uint8_t *best, const cpool_window *window, int op, int dtype, ptrdiff_t at,
                           ptrdiff_t first) {
    const element *type = &elements[dtype];
    _Alignas(8) uint8_t value[8];
    uint64_t best_place = 0;
    for (ptrdiff_t r = 0; r < window->n_rows; r++)
        for (ptrdiff_t t = first; t < window->n_taps; t++) {
            const ptrdiff_t cell = at + window->tap + t * window->tap_step;
            read_value(value, dtype, (const uint8_t *)window->value[r] + cell * (ptrdiff_t)type->bytes);
            uint64_t place = (uint64_t)(window->row_code[r] + window->tap_code + t);
            if (window->code) place += ((const uint8_t *)window->code[r])[cell];
            const int is_first = window->code && !type->beats(best, value, op) && place < best_place;
            if ((r || t > first) && !is_first && !type->beats(value, best, op)) continue;
            memcpy(best, value, type->bytes);
            best_place = place;
        }
    return best_place;
}

/* stride: 1, or 2 for window_best_pairs. */
static void test_window_best(const char *isa, cpool_window_best *kernel, int op, int dtype, ptrdiff_t record,
                             ptrdiff_t stride, ptrdiff_t n, ptrdiff_t width) {
    const ptrdiff_t bytes = (ptrdiff_t)elements[dtype].bytes;
    const int recorded = record > 1 || between(0, 2);
    const int64_t largest = record == 8 ? INT64_MAX : ((int64_t)1 << 8 * record) - 1;
    cpool_window window = random_window(largest, stride * width, flip_of(op, dtype), stride == 2);
    if (stride == 1 && record == 1 && recorded && !between(0, 3)) give_places(&window);
    window.left = stride == 2 && window.n_taps == 3 && between(0, 1);
    const ptrdiff_t y_pitch = width + between(0, 5), span = (n - 1) * y_pitch + width, room = random_room(span);
    window.n_lines = room || stride == 2 || window.code ? 1 : between(1, 3);
    window.line = between(0, 40), window.y_line = span + between(0, 3);
    const ptrdiff_t all = (window.n_lines - 1) * window.y_line + span, cells = room > all ? room : all;
    random_rows(&window, dtype, (window.n_lines - 1) * window.line + (n - 1) * window.pitch + tap_high - tap_low
                + stride * (width - 1) + 1, room ? stride * WIDEST_VECTOR : 0);
    uint8_t *y = output_in(SLOT_Y, cells * bytes), *places = output_in(SLOT_CODE, cells * record);
    for (ptrdiff_t i = 0; i < n * window.n_lines; i++)
        for (ptrdiff_t j = 0; j < width; j++) {
            _Alignas(8) uint8_t best[8];
            const ptrdiff_t to = i / n * window.y_line + i % n * y_pitch + j;
            const ptrdiff_t at = i / n * window.line + i % n * window.pitch + stride * j;
            const uint64_t best_place = first_best(best, &window, op, dtype, at, window.left && j == 0);
            memcpy(image_of(SLOT_Y, y) + to * bytes, best, (size_t)bytes);
            if (recorded) store_unsigned(image_of(SLOT_CODE, places) + to * record, (size_t)record, best_place);
        }
    kernel(y, recorded ? places : NULL, y_pitch, &window, n, width, room);
    allow_room(SLOT_Y, y, bytes, y_pitch, n, width, room);
    if (recorded) allow_room(SLOT_CODE, places, record, y_pitch, n, width, room);
    const char *name = stride == 2 ? (op == MAX ? "window_max_pairs" : "window_min_pairs")
                                   : (op == MAX ? "window_max" : "window_min");
    count(as_expected(SLOT_Y) && as_expected(SLOT_CODE), isa, name, elements[dtype].name, record, n, width);
}
