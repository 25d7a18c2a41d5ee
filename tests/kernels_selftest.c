/*
 * kernels_selftest.c - every kernel of every usable table against naive loops written from the comments of
 * cpool_kernels.h. Links with all C files of src_c.
 *
 * Every array lies between two unreadable pages and touches one of them; an output is compared together with all the
 * bytes around it, so that a write outside it is found too.
 */
#define _DEFAULT_SOURCE
#include "selftest_arrays.h"

enum { MAX_TAPS = 7, MAX_N = 4, CASES_PER_WIDTH = 4, MAX_PRINTED = 20 };

static long n_passed, n_failed;

static void count(int ok, const char *isa, const char *kernel, const char *type, ptrdiff_t record, ptrdiff_t n,
                  ptrdiff_t width) {
    if (ok) n_passed++;
    else if (n_failed++ < MAX_PRINTED)
        printf("FAILED %s %s %s (record of %td bytes): %td x %td, at the %s of its pages\n", isa, kernel, type, record,
               n, width, at_end ? "end" : "start");
}

/* The window: rows and taps with rising places that start at 0 or end at the largest place a record holds. */
static const void *values[MAX_ROWS], *codes[MAX_ROWS];
static int64_t row_code[MAX_ROWS], tap_code[MAX_TAPS];
static ptrdiff_t tap[MAX_TAPS], tap_low, tap_high;

static cpool_window random_window(size_t record, ptrdiff_t width) {
    const cpool_window window = {values, codes, row_code, between(1, MAX_ROWS), tap, tap_code, between(1, MAX_TAPS),
                                 between(1, 4) == 1 ? 1 : width + between(0, 40)};
    const int64_t largest = record == 8 ? INT64_MAX : (int64_t)(UINT64_MAX >> (64 - 8 * record));
    tap_low = tap_high = tap[0] = between(-4, 20), tap_code[0] = between(0, 9);
    for (ptrdiff_t t = 1; t < window.n_taps; t++) {
        tap[t] = between(-4, 20), tap_code[t] = tap_code[t - 1] + between(1, 3);
        if (tap[t] < tap_low) tap_low = tap[t];
        if (tap[t] > tap_high) tap_high = tap[t];
    }
    const int64_t past_row = tap_code[window.n_taps - 1] - tap_code[0] + 1;
    row_code[0] = -tap_code[0];
    for (ptrdiff_t r = 1; r < window.n_rows; r++) row_code[r] = row_code[r - 1] + past_row + between(0, 2);
    const int64_t last = row_code[window.n_rows - 1] + tap_code[window.n_taps - 1];
    const int64_t first = between(0, 1) ? 0 : largest - last;
    for (ptrdiff_t r = 0; r < window.n_rows; r++) row_code[r] += first;
    return window;
}

/* The bounds of what a window reads of one row. */
static ptrdiff_t row_span(const cpool_window *window, ptrdiff_t n, ptrdiff_t width) {
    return (n - 1) * window->pitch + tap_high - tap_low + width;
}

static void random_rows(const cpool_window *window, int dtype, ptrdiff_t n, ptrdiff_t width) {
    const ptrdiff_t bytes = (ptrdiff_t)elements[dtype].bytes, span = row_span(window, n, width);
    for (ptrdiff_t r = 0; r < window->n_rows; r++) {
        uint8_t *row = place_in(SLOT_VALUES + (int)r, span * bytes);
        fill_values(row, dtype, span);
        values[r] = row - tap_low * bytes;
    }
}

static void random_records(const cpool_window *window, ptrdiff_t record, ptrdiff_t n, ptrdiff_t width) {
    const ptrdiff_t span = row_span(window, n, width);
    for (ptrdiff_t r = 0; r < window->n_rows; r++) {
        uint8_t *row = place_in(SLOT_CODES + (int)r, span * record);
        for (ptrdiff_t i = 0; i < span; i++) {
            const int64_t place = row_code[between(0, window->n_rows - 1)] + tap_code[between(0, window->n_taps - 1)];
            store_unsigned(row + i * record, (size_t)record, between(0, 3) ? (uint64_t)place : random_bits());
        }
        codes[r] = row - tap_low * record;
    }
}

static void test_window_best(const cpool_kernels *table, int op, int dtype, int size, ptrdiff_t n, ptrdiff_t width) {
    const element *type = &elements[dtype];
    const ptrdiff_t bytes = (ptrdiff_t)type->bytes, record = 1 << size, y_pitch = width + between(0, 5);
    const cpool_window window = random_window((size_t)record, width);
    random_rows(&window, dtype, n, width);
    const int with_code = between(0, 3) != 0;
    uint8_t *y = output_in(SLOT_Y, ((n - 1) * y_pitch + width) * bytes);
    uint8_t *code = output_in(SLOT_CODE, ((n - 1) * y_pitch + width) * record);
    for (ptrdiff_t i = 0; i < n; i++)
        for (ptrdiff_t j = 0; j < width; j++) {
            const uint8_t *best = NULL;
            int64_t best_place = 0;
            for (ptrdiff_t r = 0; r < window.n_rows; r++)
                for (ptrdiff_t t = 0; t < window.n_taps; t++) {
                    const uint8_t *value = (const uint8_t *)values[r] + (i * window.pitch + tap[t] + j) * bytes;
                    if (best && !type->beats(value, best, op)) continue;
                    best = value, best_place = row_code[r] + tap_code[t];
                }
            const ptrdiff_t at = i * y_pitch + j;
            memcpy(image_of(SLOT_Y, y) + at * bytes, best, type->bytes);
            if (!with_code) continue;
            store_unsigned(image_of(SLOT_CODE, code) + at * record, (size_t)record, (uint64_t)best_place);
        }
    table->window_best[op][dtype][size](y, with_code ? code : NULL, y_pitch, &window, n, width);
    count(as_expected(SLOT_Y) && as_expected(SLOT_CODE), table->isa, op == CPOOL_MAX ? "window_max" : "window_min",
          type->name, record, n, width);
}

static void test_window_sum(const cpool_kernels *table, int dtype, int size, ptrdiff_t n, ptrdiff_t width) {
    const element *type = &elements[dtype];
    const ptrdiff_t bytes = (ptrdiff_t)type->bytes, record = 1 << size, dx_pitch = width + between(0, 5);
    const cpool_window window = random_window((size_t)record, width);
    random_rows(&window, dtype, n, width);
    random_records(&window, record, n, width);
    uint8_t *dx = output_in(SLOT_Y, ((n - 1) * dx_pitch + width) * bytes);
    table->window_sum[dtype][size](dx, dx_pitch, &window, n, width);
    for (ptrdiff_t i = 0; i < n; i++)
        for (ptrdiff_t j = 0; j < width; j++) {
            uint8_t *cell = dx + (i * dx_pitch + j) * bytes, *sum = image_of(SLOT_Y, cell);
            memset(sum, 0, type->bytes);
            for (ptrdiff_t r = 0; r < window.n_rows; r++)
                for (ptrdiff_t t = 0; t < window.n_taps; t++) {
                    const ptrdiff_t at = i * window.pitch + tap[t] + j;
                    const uint64_t place = load_unsigned((const uint8_t *)codes[r] + at * record, (size_t)record);
                    const uint8_t *value = (const uint8_t *)values[r] + at * bytes;
                    if (place == (uint64_t)(row_code[r] + tap_code[t])) type->add(sum, value);
                }
            type->one_nan(sum), type->one_nan(cell);
        }
    count(as_expected(SLOT_Y), table->isa, "window_sum", type->name, record, n, width);
}

/* The moves know sizes only; any dtype of the size will do for contents. */
static const int dtype_of_size[CPOOL_N_SIZES] = {CPOOL_u8, CPOOL_u16, CPOOL_u32, CPOOL_u64};

/* Where a two-dimensional walk of these counts and steps begins and ends, relative to its first element. */
static ptrdiff_t lowest(ptrdiff_t n, ptrdiff_t pitch, ptrdiff_t width, ptrdiff_t step) {
    return (pitch < 0 ? (n - 1) * pitch : 0) + (step < 0 ? (width - 1) * step : 0);
}
static ptrdiff_t highest(ptrdiff_t n, ptrdiff_t pitch, ptrdiff_t width, ptrdiff_t step) {
    return -lowest(n, -pitch, width, -step);
}

static void test_gather(const cpool_kernels *table, int size, ptrdiff_t n, ptrdiff_t width) {
    static const ptrdiff_t steps[] = {1, 2, 3, 5, 0, -1, -2};
    const ptrdiff_t bytes = 1 << size, step = steps[between(0, 6)], src_pitch = between(-10, 90);
    const ptrdiff_t before = between(0, 5), after = between(0, 5), whole = before + width + after;
    const ptrdiff_t dst_pitch = whole + between(0, 3), low = lowest(n, src_pitch, width, step);
    const ptrdiff_t span = highest(n, src_pitch, width, step) - low + 1;
    uint8_t *src = place_in(SLOT_VALUES, span * bytes), *fill = place_in(SLOT_VALUES + 1, bytes);
    fill_values(src, dtype_of_size[size], span);
    fill_values(fill, dtype_of_size[size], 1);
    uint8_t *dst = output_in(SLOT_Y, ((n - 1) * dst_pitch + whole) * bytes);
    for (ptrdiff_t i = 0; i < n; i++)
        for (ptrdiff_t j = 0; j < whole; j++) {
            const int inside = j >= before && j < before + width;
            const uint8_t *from = inside ? src + (i * src_pitch + (j - before) * step - low) * bytes : fill;
            memcpy(image_of(SLOT_Y, dst) + (i * dst_pitch + j) * bytes, from, (size_t)bytes);
        }
    table->gather[size](dst, dst_pitch, src - low * bytes, src_pitch, step, n, before, width, after, fill);
    count(as_expected(SLOT_Y), table->isa, "gather", elements[dtype_of_size[size]].name, 0, n, width);
}

static void test_spread(const cpool_kernels *table, int size, ptrdiff_t n, ptrdiff_t width) {
    const ptrdiff_t bytes = 1 << size, step = between(1, 5), n_phases = between(1, step);
    const ptrdiff_t src_phase = width + between(0, 5), src_pitch = width + between(0, 5);
    const ptrdiff_t dst_pitch = width * step + between(0, 3);
    const ptrdiff_t src_span = (n_phases - 1) * src_phase + (n - 1) * src_pitch + width;
    uint8_t *src = place_in(SLOT_VALUES, src_span * bytes);
    fill_values(src, dtype_of_size[size], src_span);
    uint8_t *dst = output_in(SLOT_Y, ((n - 1) * dst_pitch + (width - 1) * step + n_phases) * bytes);
    for (ptrdiff_t i = 0; i < n; i++)
        for (ptrdiff_t j = 0; j < width; j++)
            for (ptrdiff_t p = 0; p < n_phases; p++)
                memcpy(image_of(SLOT_Y, dst) + (i * dst_pitch + j * step + p) * bytes,
                       src + (p * src_phase + i * src_pitch + j) * bytes, (size_t)bytes);
    table->spread[size](dst, dst_pitch, step, src, src_pitch, src_phase, n_phases, n, width);
    count(as_expected(SLOT_Y), table->isa, "spread", elements[dtype_of_size[size]].name, 0, n, width);
}

/* type: what to add; NULL to put. */
static void test_scatter(const char *isa, cpool_scatter *kernel, const element *type, int dtype, ptrdiff_t n) {
    const ptrdiff_t bytes = (ptrdiff_t)elements[dtype].bytes, cells = between(1, n), pitch = between(1, 3);
    const ptrdiff_t from_pitch = between(1, 3), span = (n - 1) * from_pitch + 1;
    uint8_t *from = place_in(SLOT_VALUES, span * bytes), *indices = place_in(SLOT_INDICES, span * 8);
    fill_values(from, dtype, span);
    for (ptrdiff_t i = 0; i < span; i++) store_unsigned(indices + 8 * i, 8, (uint64_t)between(0, cells - 1));
    uint8_t *plane = output_in(SLOT_Y, ((cells - 1) * pitch + 1) * bytes), *image = image_of(SLOT_Y, plane);
    for (ptrdiff_t i = 0; i < cells; i++) {
        memset(plane + i * pitch * bytes, 0, (size_t)bytes);
        memset(image + i * pitch * bytes, 0, (size_t)bytes);
    }
    kernel(plane, pitch, from, (const int64_t *)(const void *)indices, from_pitch, n);
    for (ptrdiff_t i = 0; i < n; i++) {
        uint8_t *cell = image + (ptrdiff_t)load_unsigned(indices + i * from_pitch * 8, 8) * pitch * bytes;
        if (type) type->add(cell, from + i * from_pitch * bytes);
        else memcpy(cell, from + i * from_pitch * bytes, (size_t)bytes);
    }
    for (ptrdiff_t i = 0; type && i < cells; i++) {
        type->one_nan(plane + i * pitch * bytes);
        type->one_nan(image + i * pitch * bytes);
    }
    count(as_expected(SLOT_Y), isa, type ? "scatter_add" : "scatter_put", elements[dtype].name, 0, n, 1);
}

static void test_widths(const cpool_kernels *table, ptrdiff_t n, ptrdiff_t width) {
    for (int dtype = 0; dtype < CPOOL_N_DTYPES; dtype++) {
        /* More than two of the widest vectors, which are 64 bytes. */
        if (width > 80 && elements[dtype].bytes > 1) continue;
        for (int size = 0; size < CPOOL_N_SIZES; size++) {
            test_window_best(table, CPOOL_MAX, dtype, size, n, width);
            test_window_best(table, CPOOL_MIN, dtype, size, n, width);
            test_window_sum(table, dtype, size, n, width);
        }
        test_scatter(table->isa, table->scatter_add[dtype], &elements[dtype], dtype, width);
    }
    for (int size = 0; size < CPOOL_N_SIZES; size++) {
        if (width > 80 && size > 0) continue;
        test_gather(table, size, n, width);
        test_spread(table, size, n, width);
        test_scatter(table->isa, table->scatter_put[size], NULL, dtype_of_size[size], width);
    }
}

int main(void) {
    make_slots();
    for (const cpool_kernels *const *table = cpool_built; *table; table++) {
        if (!cpool_usable(*table)) {
            printf("%s: not usable here\n", (*table)->isa);
            continue;
        }
        const long before = n_passed + n_failed;
        for (ptrdiff_t width = 1; width <= 150; width++)
            for (int i = 0; i < CASES_PER_WIDTH; i++) {
                at_end = i & 1;
                test_widths(*table, between(1, MAX_N), width);
            }
        printf("%s: %ld cases\n", (*table)->isa, n_passed + n_failed - before);
    }
    printf("%ld passed, %ld failed\n", n_passed, n_failed);
    return n_failed != 0;
}
