/*
 * selftest_spread.h - sum_record, sum_same, sum_rows, spread_cells and spread_pairs against naive loops over outputs
 * and taps.
 */
enum { MAX_SPREAD = 12 };

static void one_nan_of_all(const element *type, uint8_t *dx, ptrdiff_t cells) {
    for (ptrdiff_t i = 0; i < cells; i++) {
        type->one_nan(dx + i * (ptrdiff_t)type->bytes);
        type->one_nan(image_of(SLOT_Y, dx) + i * (ptrdiff_t)type->bytes);
    }
}

static void test_sum_record(const cpool_kernels *table, int dtype, ptrdiff_t n, ptrdiff_t width) {
    const element *type = &elements[dtype];
    const ptrdiff_t bytes = (ptrdiff_t)type->bytes, n_phases = between(1, between(0, 3) ? 3 : CPOOL_MOST_PHASES);
    const ptrdiff_t reach = between(0, 2) * width + between(0, 9);
    const cpool_cells cells = {.n = n, .n_phases = n_phases, .width = width, .streams = between(0, 1) != 0};
    const ptrdiff_t span = n * n_phases * width, readable = n * width + reach;
    ptrdiff_t offset[CPOOL_MOST_PHASES][MAX_SPREAD];
    int64_t code[CPOOL_MOST_PHASES][MAX_SPREAD];
    cpool_taps taps[CPOOL_MOST_PHASES];
    for (ptrdiff_t p = 0; p < n_phases; p++) {
        taps[p] = (cpool_taps){.offset = offset[p], .code = code[p], .n = between(0, MAX_SPREAD)};
        for (ptrdiff_t t = 0; t < taps[p].n; t++) offset[p][t] = between(0, reach), code[p][t] = between(0, 5) * 51;
    }
    uint8_t *dout = place_in(SLOT_VALUES, readable * bytes), *record = place_in(SLOT_CODE, readable);
    uint8_t *dx = output_in(SLOT_Y, span * bytes), *image = image_of(SLOT_Y, dx);
    fill_values(dout, dtype, readable);
    for (ptrdiff_t i = 0; i < readable; i++)
        record[i] = (uint8_t)(between(0, 15) ? between(0, 5) * 51 : between(0, 255));
    table->sum_record[elements[dtype].code](dx, dout, record, taps, &cells);
    for (ptrdiff_t to = 0; to < span; to++) {
        const ptrdiff_t p = to / width % n_phases, from = to / (n_phases * width) * width + to % width;
        memset(image + to * bytes, 0, (size_t)bytes);
        for (ptrdiff_t t = 0; t < taps[p].n; t++)
            if (record[from + offset[p][t]] == code[p][t])
                type->add(image + to * bytes, dout + (from + offset[p][t]) * bytes);
    }
    one_nan_of_all(type, dx, span);
    count(as_expected(SLOT_Y), table->isa, "sum_record", type->name, 1, n, width);
}

/* Records name any tap, also of cells that a plane's windows do not have. */
static void test_sum_same(const cpool_kernels *table, int dtype, ptrdiff_t n, ptrdiff_t width) {
    static const ptrdiff_t kernels[] = {2, 3, 5};
    const element *type = &elements[dtype];
    const ptrdiff_t bytes = (ptrdiff_t)type->bytes, kernel = kernels[between(0, 2)];
    const cpool_same same = {.width = width, .kernel = kernel, .ahead = between(0, 1) * between(1, 9999)};
    const ptrdiff_t cells = n * width, readable = cells + (kernel - 1) * (width + 1) + WIDEST_VECTOR / bytes;
    uint8_t *dout = place_in(SLOT_VALUES, readable * bytes), *record = place_in(SLOT_CODE, readable);
    uint8_t *dx = output_in(SLOT_Y, cells * bytes), *image = image_of(SLOT_Y, dx);
    fill_values(dout, dtype, readable);
    for (ptrdiff_t i = 0; i < readable; i++) record[i] = (uint8_t)(between(0, 15) ? between(0, 24) : between(0, 255));
    table->sum_same[type->code](dx, dout, record, &same, n);
    for (ptrdiff_t i = 0; i < cells; i++) {
        memset(image + i * bytes, 0, (size_t)bytes);
        for (ptrdiff_t t = kernel * kernel - 1; t >= 0; t--) {
            const ptrdiff_t at = i + (kernel - 1 - t / kernel) * width + kernel - 1 - t % kernel;
            if (record[at] == t) type->add(image + i * bytes, dout + at * bytes);
        }
    }
    one_nan_of_all(type, dx, cells);
    count(as_expected(SLOT_Y), table->isa, "sum_same", type->name, 1, n, width);
}

static void test_sum_rows(const cpool_kernels *table, int dtype, ptrdiff_t n, ptrdiff_t width) {
    const element *type = &elements[dtype];
    const ptrdiff_t bytes = (ptrdiff_t)type->bytes, beside = 2 * WIDEST_VECTOR / bytes, row = between(0, 4);
    const ptrdiff_t kernel = between(2, 3), stride = between(1, 2), cells = n * width;
    const ptrdiff_t n_planes = row == 0 ? between(1, 4) : 1;
    cpool_columns c = {.kernel = kernel, .stride = stride, .width = width, .height = between(1, 6),
                       .before = {between(0, 2), between(0, 2)}, .ahead = between(0, 999),
                       .lines = stride == 2 && between(0, 1) != 0};
    c.streams = c.lines && between(0, 1) != 0;
    c.n = (width - 1 + c.before[1]) / stride + 1 - between(0, 2);
    if (c.n < 1) c.n = 1;
    const ptrdiff_t outputs = c.height * c.n, readable = n_planes * outputs + 2 * beside, written = n_planes * cells;
    uint8_t *outside = place_in(SLOT_INDICES, c.n + 2 * beside);
    memset(outside, 255, (size_t)(c.n + 2 * beside));
    memset(outside + beside, 0, (size_t)c.n);
    c.outside = outside + beside;
    uint8_t *dout = place_in(SLOT_VALUES, readable * bytes), *record = place_in(SLOT_CODE, readable);
    uint8_t *dx = output_in(SLOT_Y, written * bytes), *image = image_of(SLOT_Y, dx);
    fill_values(dout, dtype, readable);
    for (ptrdiff_t i = 0; i < readable; i++) {
        record[i] = (uint8_t)between(0, kernel * kernel - 1);
        const ptrdiff_t column = (i - beside) % c.n * stride - c.before[1] + record[i] % kernel;
        if (i >= beside && i < readable - beside && (column < 0 || column >= width)) record[i] = 255;
    }
    table->sum_rows[elements[dtype].code](dx, dout + beside * bytes, record + beside, &c, row, n, n_planes);
    for (ptrdiff_t i = 0; i < written; i++) {
        memset(image + i * bytes, 0, (size_t)bytes);
        for (ptrdiff_t o = 0; o < outputs; o++) {
            const ptrdiff_t at = beside + i / cells * outputs + o;
            const ptrdiff_t down = row + i % cells / width + c.before[0] - o / c.n * stride;
            const ptrdiff_t right = i % width + c.before[1] - o % c.n * stride;
            if (down < 0 || down >= kernel || right < 0 || right >= kernel || record[at] != kernel * down + right)
                continue;
            type->add(image + i * bytes, dout + at * bytes);
        }
    }
    one_nan_of_all(type, dx, written);
    count(as_expected(SLOT_Y), table->isa, "sum_rows", type->name, 1, n, width);
}

/* apart: 1 is spread_cells, 2 spread_pairs. */
static void test_spread(const cpool_kernels *table, int dtype, ptrdiff_t apart, ptrdiff_t n, ptrdiff_t width) {
    cpool_spread *const spread = (apart == 2 ? table->spread_pairs : table->spread_cells)[elements[dtype].code];
    const element *type = &elements[dtype];
    const ptrdiff_t bytes = (ptrdiff_t)type->bytes, slices = between(0, 3) ? 1 : 2;
    const ptrdiff_t rows = between(1, slices == 1 ? 3 : 2);
    const int gaps = between(0, 1) != 0;
    const ptrdiff_t row = apart * width + (gaps ? between(0, 3) : 0);
    const ptrdiff_t dx_pitch = rows * row + (gaps ? between(0, 3) : 0);
    const ptrdiff_t slice = n * dx_pitch + (gaps ? between(0, 9) : 0);
    const ptrdiff_t n_taps = apart * slices * rows, first = between(0, 1) ? 0 : between(0, 256 - n_taps);
    ptrdiff_t offset[MAX_SPREAD];
    int64_t code[MAX_SPREAD];
    const cpool_taps taps = {.offset = offset, .code = code, .n = n_taps};
    for (ptrdiff_t t = 0; t < n_taps; t++) {
        offset[t] = t / apart / rows * slice + t / apart % rows * row + t % apart;
        code[t] = first + t;
    }
    const ptrdiff_t span = (n - 1) * dx_pitch + offset[n_taps - apart] + apart * width, shift = between(0, 1);
    ptrdiff_t room = random_room(span);
    /* What a row overwrites past a slice's end would be of rows before it: the room is that of the first slice. */
    if (slices > 1 && room > n * dx_pitch) room = n * dx_pitch;
    const ptrdiff_t n_lines = room ? 1 : between(1, 3), line = span + between(0, 3), outputs = n_lines * n * width;
    const ptrdiff_t all = (n_lines - 1) * line + span, cells = room > all ? room : all;
    uint8_t *dout = place_in(SLOT_VALUES, outputs * bytes), *record = place_in(SLOT_CODE, outputs);
    uint8_t *dx = output_in(SLOT_Y, (cells + shift) * bytes) + shift * bytes;
    fill_values(dout, dtype, outputs);
    for (ptrdiff_t i = 0; i < outputs; i++)
        record[i] = (uint8_t)(between(0, 15) ? first + between(0, n_taps - 1) : between(0, 255));
    spread(dx, dx_pitch, dout, record, &taps, n_lines, line, n, width, room, between(0, 1));
    /* Within the room, what is no window's may be anything. */
    memcpy(image_of(SLOT_Y, dx), dx, (size_t)(room * bytes));
    for (ptrdiff_t i = 0; i < n_lines * n; i++)
        for (ptrdiff_t j = 0; j < width; j++)
            for (ptrdiff_t t = 0; t < n_taps; t++) {
                const ptrdiff_t to = i / n * line + i % n * dx_pitch + offset[t] + apart * j;
                uint8_t *cell = image_of(SLOT_Y, dx) + to * bytes;
                memset(cell, 0, (size_t)bytes);
                if (record[i * width + j] == code[t]) type->add(cell, dout + (i * width + j) * bytes);
            }
    one_nan_of_all(type, dx, cells);
    count(as_expected(SLOT_Y), table->isa, apart == 2 ? "spread_pairs" : "spread_cells", type->name, 1, n, width);
}
