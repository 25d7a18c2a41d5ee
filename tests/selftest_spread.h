/*
 * selftest_spread.h - sum_record, sum_same, sum_pixels, sum_rows, spread_cells, spread_pairs and scatter_eight against
 * naive loops over outputs and taps.
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
    const ptrdiff_t bytes = (ptrdiff_t)type->bytes, n_phases = between(1, 3);
    const ptrdiff_t reach = between(0, 2) * width + between(0, 9);
    const cpool_cells cells = {.n = n, .n_phases = n_phases, .width = width, .streams = between(0, 1) != 0};
    const ptrdiff_t span = n * n_phases * width, readable = n * width + reach;
    ptrdiff_t offset[3][MAX_SPREAD];
    int64_t code[3][MAX_SPREAD];
    cpool_taps taps[3];
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

/* Rows of dx that see rows of outputs beside those that there are, and pixels that see fewer outputs than others. */
static void test_sum_pixels(const cpool_kernels *table, int dtype, ptrdiff_t n, ptrdiff_t width) {
    const element *type = &elements[dtype];
    const ptrdiff_t bytes = (ptrdiff_t)type->bytes, n_pixels = between(1, 3), kernel = between(2, 3);
    const ptrdiff_t stride = kernel == 3 ? between(1, 2) : 1;
    cpool_sums sums = {.height = between(1, n + 2), .kernel = kernel, .stride = stride, .first = between(-2, 4),
                       .above = stride == 2 ? -between(0, 1) : 0, .n_rows = n, .n_pixels = n_pixels,
                       .n_channels = width, .ahead = between(0, 9999),
                       .pixels = n_pixels == 1 && stride == 2 ? (int)between(1, 3) : 3};
    for (ptrdiff_t t = 0; t < kernel; t++) {
        sums.tap[t] = t == 2 && stride == 2 ? sums.tap[1] : between(0, 2) * width;
        sums.tap_code[t] = between(0, 4) ? stride == 1 ? kernel - 1 - t : (int64_t[]){2, 0, 1}[t] : -1;
    }
    sums.row = (n_pixels + 2) * width + between(0, 3);
    sums.dx_row = stride * n_pixels * width + between(0, 3);
    const ptrdiff_t outputs = sums.height * sums.row, span = (n - 1) * sums.dx_row + stride * n_pixels * width;
    uint8_t *dout = place_in(SLOT_VALUES, outputs * bytes), *record = place_in(SLOT_CODE, outputs);
    uint8_t *dx = output_in(SLOT_Y, span * bytes), *image = image_of(SLOT_Y, dx);
    fill_values(dout, dtype, outputs);
    for (ptrdiff_t i = 0; i < outputs; i++) record[i] = (uint8_t)between(0, 8);
    table->sum_pixels[elements[dtype].code](dx, dout, record, &sums);
    for (ptrdiff_t r = 0; r < n; r++)
        for (ptrdiff_t i = 0; i < stride * n_pixels * width; i++) {
            const ptrdiff_t to = (r * sums.dx_row + i) * bytes, second = stride == 2 && i / width % 2;
            if (!(sums.pixels >> second & 1)) continue;
            memset(image + to, 0, (size_t)bytes);
            for (ptrdiff_t t_row = kernel - 1; t_row >= 0; t_row--)
                for (ptrdiff_t t = second ? 2 : 0; t < (stride == 2 && !second ? 2 : kernel); t++) {
                    /* Row r is row r - above of those from where a window begins. */
                    const ptrdiff_t down = stride == 1 ? r - t_row : r - sums.above - t_row;
                    const ptrdiff_t row = sums.first + (down - (down & (stride - 1))) / stride;
                    const ptrdiff_t from = row * sums.row + i / (stride * width) * width + i % width + sums.tap[t];
                    if ((down & (stride - 1)) || row < 0 || row >= sums.height || sums.tap_code[t] < 0) continue;
                    if (record[from] == kernel * t_row + sums.tap_code[t]) type->add(image + to, dout + from * bytes);
                }
            type->one_nan(dx + to);
            type->one_nan(image + to);
        }
    count(as_expected(SLOT_Y), table->isa, "sum_pixels", type->name, 1, n, width);
}

/* Records name any tap, also of cells that a plane's windows do not have. */
static void test_sum_same(const cpool_kernels *table, int dtype, ptrdiff_t n, ptrdiff_t width) {
    static const ptrdiff_t kernels[] = {2, 3, 5};
    const element *type = &elements[dtype];
    const ptrdiff_t bytes = (ptrdiff_t)type->bytes, kernel = kernels[between(0, 2)];
    const cpool_same same = {.width = width, .kernel = kernel, .ahead = between(0, 1) * between(1, 9999),
                             .dx_ahead = between(0, 1) * between(1, 9999)};
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

static void test_scatter_eight(const cpool_kernels *table, int dtype, ptrdiff_t n) {
    const element *type = &elements[dtype];
    const ptrdiff_t bytes = (ptrdiff_t)type->bytes, plane = n + between(0, 3), kernel = between(1, 9);
    const ptrdiff_t column = between(0, 2), row = between(0, 4), top = between(0, 3) ? 3 * kernel : 255;
    const ptrdiff_t dx_plane = top * column + top / kernel * row + between(21, 30), cells = 8 * dx_plane;
    const ptrdiff_t vector = WIDEST_VECTOR / 4;
    const ptrdiff_t codes = 7 * plane + n + between(0, vector);
    if (cells * bytes > MIN_SLOT_BYTES || codes * bytes > MIN_SLOT_BYTES) return;
    uint8_t *dout = place_in(SLOT_VALUES, (7 * plane + n) * bytes), *record = place_in(SLOT_CODE, codes);
    uint8_t *start = place_in(SLOT_INDICES, (n + vector) * 4), *dx = output_in(SLOT_Y, cells * bytes);
    fill_values(dout, dtype, 7 * plane + n);
    fill_values(dx, dtype, cells);
    memcpy(image_of(SLOT_Y, dx), dx, (size_t)(cells * bytes));
    for (ptrdiff_t i = 0; i < codes; i++) record[i] = (uint8_t)between(0, top);
    for (ptrdiff_t i = 0; i < n + vector; i++) store_unsigned(start + 4 * i, 4, (uint64_t)between(0, 20));
    const cpool_eight eight = {.n = n, .plane = plane, .start = (const uint32_t *)(const void *)start,
                               .dx_plane = (uint32_t)dx_plane, .kernel = (uint32_t)kernel,
                               .column = (uint32_t)column, .row = (uint32_t)row, .n_codes = codes};
    table->scatter_eight[elements[dtype].code](dx, dout, record, &eight);
    for (ptrdiff_t p = 0; p < 8; p++)
        for (ptrdiff_t i = 0; i < n; i++) {
            const ptrdiff_t code = record[p * plane + i];
            const ptrdiff_t to = p * dx_plane + (ptrdiff_t)load_unsigned(start + 4 * i, 4) + code * column +
                                 code / kernel * row;
            type->add(image_of(SLOT_Y, dx) + to * bytes, dout + (p * plane + i) * bytes);
        }
    one_nan_of_all(type, dx, cells);
    count(as_expected(SLOT_Y), table->isa, "scatter_eight", type->name, 1, 8, n);
}
