/*
 * kernels_selftest.c - every kernel of every usable table against naive loops written from the comments of
 * cpool_kernels.h. Links with all C files of src_c.
 *
 * Every array lies between two unreadable pages and touches one of them; an output is compared together with all the
 * bytes around it, so that a write outside it is found too.
 */
#define _DEFAULT_SOURCE
#include "selftest_arrays.h"
#include "selftest_spread.h"
#include "selftest_window.h"
#include "selftest_passes.h"

enum { MAX_N = 9, MAX_PLANES = 5, MAX_PHASES = 4, CASES_PER_WIDTH = 4, MAX_WIDTH_BYTES = 660 };

/* Rows of outputs, of planes one behind the other or (channels last) element by element. */
static cpool_outputs random_outputs(ptrdiff_t n, ptrdiff_t width, ptrdiff_t reach) {
    const ptrdiff_t most_planes = MIN_SLOT_BYTES / 8 / (n * (width + 3)); /* of dout, or of the widest record */
    cpool_outputs o = {.n_planes = between(1, most_planes < MAX_PLANES ? most_planes : MAX_PLANES),
                       .n_rows = n, .width = width, .step = 1, .plane = 1, .dx_plane = 1, .dx_row = between(0, 20),
                       .dx_step = between(0, 2), .start = between(0, 5)};
    const int channels_last = between(0, 1) != 0;
    if (channels_last) o.step = o.n_planes;
    o.row = width * o.step + between(0, 3);
    o.first = 0, o.end = o.start + (n - 1) * o.dx_row + (width - 1) * o.dx_step + reach + 1;
    if (!channels_last) o.plane = n * o.row + between(0, 3), o.dx_plane = o.end + between(0, 3);
    return o;
}

static void test_scatter_record(const cpool_kernels *table, int dtype, int size, ptrdiff_t n, ptrdiff_t width) {
    const element *type = &elements[dtype];
    const ptrdiff_t reach = between(0, 40), taps = between(1, 27);
    cpool_outputs o = random_outputs(n, width, reach);
    const ptrdiff_t bytes = (ptrdiff_t)type->bytes, record = 1 << size;
    const ptrdiff_t cells = (o.n_planes - 1) * o.dx_plane + o.end;
    const ptrdiff_t span = (o.n_planes - 1) * o.plane + (n - 1) * o.row + (width - 1) * o.step + 1;
    uint8_t *offset_of = place_in(SLOT_INDICES, taps * (ptrdiff_t)sizeof(ptrdiff_t));
    uint8_t *dout = place_in(SLOT_VALUES, span * bytes), *codes = place_in(SLOT_CODE, span * record);
    uint8_t *dx = output_in(SLOT_Y, cells * bytes);
    for (ptrdiff_t t = 0; t < taps; t++)
        store_unsigned(offset_of + t * (ptrdiff_t)sizeof(ptrdiff_t), sizeof(ptrdiff_t), (uint64_t)between(0, reach));
    fill_values(dout, dtype, span);
    fill_values(dx, dtype, cells);
    memcpy(image_of(SLOT_Y, dx), dx, (size_t)(cells * bytes));
    for (ptrdiff_t i = 0; i < span; i++)
        store_unsigned(codes + i * record, (size_t)record, (uint64_t)between(0, taps - 1));
    o.checked = between(0, 1) != 0;
    if (o.checked) o.first = between(0, o.end - 1), o.end = between(o.first, o.end);
    o.offset_of = (const ptrdiff_t *)(const void *)offset_of;
    for (ptrdiff_t r = 0; r < n; r++)
        for (ptrdiff_t i = 0; i < width; i++)
            for (ptrdiff_t p = 0; p < o.n_planes; p++) {
                const ptrdiff_t from = p * o.plane + r * o.row + i * o.step;
                const ptrdiff_t code = (ptrdiff_t)load_unsigned(codes + from * record, (size_t)record);
                const ptrdiff_t at = o.start + r * o.dx_row + i * o.dx_step + o.offset_of[code];
                if (o.checked && (at < o.first || at >= o.end)) continue;
                type->add(image_of(SLOT_Y, dx) + (p * o.dx_plane + at) * bytes, dout + from * bytes);
            }
    table->scatter_record[elements[dtype].code][size](dx, dout, codes, &o);
    for (ptrdiff_t i = 0; i < cells; i++) {
        type->one_nan(dx + i * bytes);
        type->one_nan(image_of(SLOT_Y, dx) + i * bytes);
    }
    count(as_expected(SLOT_Y), table->isa, "scatter_record", type->name, record, n, width);
}

/* The moves know sizes only; any dtype of the size will do for contents. */
static const int dtype_of_size[CPOOL_N_SIZES] = {TEST_u8, TEST_u16, TEST_u32, TEST_u64};

/* Where a two-dimensional walk of these counts and steps begins and ends, relative to its first element. */
static ptrdiff_t lowest(ptrdiff_t n, ptrdiff_t pitch, ptrdiff_t width, ptrdiff_t step) {
    return (pitch < 0 ? (n - 1) * pitch : 0) + (step < 0 ? (width - 1) * step : 0);
}
static ptrdiff_t highest(ptrdiff_t n, ptrdiff_t pitch, ptrdiff_t width, ptrdiff_t step) {
    return -lowest(n, -pitch, width, -step);
}

static void test_split(const cpool_kernels *table, int size, ptrdiff_t n, ptrdiff_t width) {
    static const ptrdiff_t steps[] = {1, 1, 1, 1, 2, 3, 0, -1, -2};
    const ptrdiff_t bytes = 1 << size, step = steps[between(0, 8)], src_pitch = between(-10, 90);
    const ptrdiff_t low = n && width ? lowest(n, src_pitch, width, step) : 0;
    const ptrdiff_t span = n && width ? highest(n, src_pitch, width, step) - low + 1 : 0;
    const ptrdiff_t n_phases = between(0, 1) ? 2 : between(1, MAX_PHASES), at = between(0, 2 * n_phases);
    /* The phases lie one behind the other in a row, or in images of their own. */
    const ptrdiff_t columns = (at + width + n_phases - 1) / n_phases + between(0, 3), images = between(0, 1);
    const ptrdiff_t dst_pitch = images ? columns : n_phases * columns, image = images ? n * columns : columns;
    uint8_t *src = place_in(SLOT_VALUES, span * bytes), *dst = output_in(SLOT_Y, n * n_phases * columns * bytes);
    fill_values(src, dtype_of_size[size], span);
    for (ptrdiff_t i = 0; i < n; i++)
        for (ptrdiff_t j = 0; j < width; j++)
            memcpy(image_of(SLOT_Y, dst) + (i * dst_pitch + (at + j) % n_phases * image + (at + j) / n_phases) * bytes,
                   src + (i * src_pitch + j * step - low) * bytes, (size_t)bytes);
    table->split[size](dst, dst_pitch, image, at, n_phases, src - low * bytes, src_pitch, step, n, width);
    count(as_expected(SLOT_Y), table->isa, "split", elements[dtype_of_size[size]].name, 0, n, width);
}

static void test_fill(const cpool_kernels *table, int size, ptrdiff_t n, ptrdiff_t width) {
    const ptrdiff_t bytes = 1 << size, dst_pitch = width + between(0, 5);
    uint8_t *value = place_in(SLOT_VALUES, bytes), *dst = output_in(SLOT_Y, ((n - 1) * dst_pitch + width) * bytes);
    fill_values(value, dtype_of_size[size], 1);
    for (ptrdiff_t i = 0; i < n; i++)
        for (ptrdiff_t j = 0; j < width; j++)
            memcpy(image_of(SLOT_Y, dst) + (i * dst_pitch + j) * bytes, value, (size_t)bytes);
    table->fill[size](dst, dst_pitch, n, width, value);
    count(as_expected(SLOT_Y), table->isa, "fill", elements[dtype_of_size[size]].name, 0, n, width);
}

static void test_pack(const cpool_kernels *table, ptrdiff_t n, ptrdiff_t n_bytes) {
    const ptrdiff_t src_pitch = between(0, n_bytes + 20), dst_pitch = n_bytes + between(0, 5);
    uint8_t *src = place_in(SLOT_VALUES, (n - 1) * src_pitch + n_bytes);
    uint8_t *dst = output_in(SLOT_Y, (n - 1) * dst_pitch + n_bytes);
    fill_values(src, TEST_u8, (n - 1) * src_pitch + n_bytes);
    for (ptrdiff_t i = 0; i < n; i++)
        memcpy(image_of(SLOT_Y, dst) + i * dst_pitch, src + i * src_pitch, (size_t)n_bytes);
    table->pack(dst, dst_pitch, src, src_pitch, n, n_bytes, between(0, 1) * 64);
    count(as_expected(SLOT_Y), table->isa, "pack", "bytes", 0, n, n_bytes);
}

/* type: what to add; NULL to put. */
static void test_scatter(const char *isa, cpool_scatter *kernel, const element *type, int dtype, ptrdiff_t n) {
    const ptrdiff_t bytes = (ptrdiff_t)elements[dtype].bytes, cells = between(1, n + 1), pitch = between(1, 3);
    const ptrdiff_t from_pitch = between(1, 3), span = n ? (n - 1) * from_pitch + 1 : 0;
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

static void test_dtype(const cpool_kernels *table, int dtype, ptrdiff_t n, ptrdiff_t width) {
    for (int size = 0; size < CPOOL_N_SIZES; size++) {
        for (int op = 0; op < N_OPS; op++)
            test_window_best(table->isa, table->window_best[key_of(op, dtype)][size], op, dtype, 1 << size, 1, n,
                             width);
        if (size < 2) test_scatter_record(table, dtype, size, n, width);
    }
    for (int op = 0; op < N_OPS; op++)
        if (table->window_best_pairs[key_of(op, dtype)])
            test_window_best(table->isa, table->window_best_pairs[key_of(op, dtype)], op, dtype, 1, 2, n, width);
    for (int op = 0; op < N_OPS; op++)
        for (int size = 0; size < 2; size++) {
            test_best_along(table, op, dtype, size, width);
            test_best_down(table, op, dtype, size, n, width);
            if (table->best_ring[key_of(op, dtype)][size]) test_best_ring(table, op, dtype, size);
        }
    for (int op = 0; op < N_OPS; op++) {
        if (table->best_planes[key_of(op, dtype)]) test_best_planes(table, op, dtype, n, width, 0);
        test_best_one(table, op, dtype, width);
        if (table->best_pixels[key_of(op, dtype)] && width * (ptrdiff_t)elements[dtype].bytes >= 16)
            test_best_pixels(table, op, dtype, n, width);
        for (int i = 0; table->best_aside[key_of(op, dtype)] && width >= 4 && width <= 9 && i < 20; i++)
            test_best_planes(table, op, dtype, n + table->vector_bytes / (ptrdiff_t)elements[dtype].bytes, width, 1);
    }
    test_sum_record(table, dtype, n, width);
    if (table->sum_same[elements[dtype].code]) test_sum_same(table, dtype, n, width);
    for (int i = 0; table->sum_rows[elements[dtype].code] && i < 4; i++) test_sum_rows(table, dtype, n, width);
    test_spread(table, dtype, 1, n, width);
    if (table->spread_pairs[elements[dtype].code]) test_spread(table, dtype, 2, n, width);
}

/* width: 0 where a kernel allows it, up to five of the widest vectors. */
static void test_widths(const cpool_kernels *table, ptrdiff_t n, ptrdiff_t width) {
    for (int dtype = 0; dtype < TEST_N_DTYPES; dtype++) {
        if (width * (ptrdiff_t)elements[dtype].bytes > MAX_WIDTH_BYTES) continue;
        if (width) test_dtype(table, dtype, n, width);
        test_scatter(table->isa, table->scatter_add[elements[dtype].code], &elements[dtype], dtype, width);
    }
    for (int size = 0; size < CPOOL_N_SIZES; size++) {
        if (width << size > MAX_WIDTH_BYTES) continue;
        test_split(table, size, between(0, 9) ? n : 0, width);
        test_fill(table, size, n, width);
        test_scatter(table->isa, table->scatter_put[size], NULL, dtype_of_size[size], width);
    }
    if (width) test_pack(table, n, width);
}

int main(void) {
    make_slots();
    for (const cpool_kernels *const *table = cpool_built; *table; table++) {
        if (!cpool_usable(*table)) {
            printf("%s: not usable here\n", (*table)->isa);
            continue;
        }
        const long before = n_passed + n_failed;
        for (ptrdiff_t width = 0; width <= MAX_WIDTH_BYTES; width += width < 80 ? 1 : width < 320 ? 7 : 43)
            for (int i = 0; i < CASES_PER_WIDTH; i++) {
                at_end = i & 1;
                test_widths(*table, between(1, MAX_N), width);
            }
        printf("%s: %ld cases\n", (*table)->isa, n_passed + n_failed - before);
    }
    printf("%ld passed, %ld failed\n", n_passed, n_failed);
    return n_failed != 0;
}
