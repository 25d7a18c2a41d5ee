/*
 * selftest_passes.h - best_along, also in place, best_down, best_planes, best_aside, best_pixels, best_ring and
 * best_one against a naive loop over each window.
 */
enum { MOST_ALONG_TAPS = 7, MOST_DOWN_TAPS = 13, MOST_READ_PLACE = 50, MOST_CODE_STEP = 15 };

static int is_nan(int dtype, const uint8_t *value) {
    return (dtype == TEST_f32 || dtype == TEST_f64) && !elements[dtype].beats(value, value, MAX) &&
           elements[dtype].beats(value, (const uint8_t[8]){0}, MAX) &&
           elements[dtype].beats(value, (const uint8_t[8]){0}, MIN);
}

static int any_nan(int dtype, const uint8_t *values_, ptrdiff_t n) {
    for (ptrdiff_t i = 0; i < n; i++)
        if (is_nan(dtype, values_ + i * (ptrdiff_t)elements[dtype].bytes)) return 1;
    return 0;
}

/* Of places between passes, of records whose codes have 1 << size bytes. */
static ptrdiff_t place_bytes(const cpool_kernels *table, int dtype, int size) {
    const ptrdiff_t bytes = (ptrdiff_t)elements[dtype].bytes, code = 1 << size;
    return table->vector_bytes > 0 && table->vector_bytes < 64 && bytes > code ? bytes : code;
}

/* Whether first passes look for NaN; where they do not, later ones take any value as it is. */
static int finds_nan(const cpool_kernels *table, int op, int dtype, int size) {
    static double nans[WIDEST_VECTOR], y[WIDEST_VECTOR]; /* all bits set: NaN of both dtypes */
    const ptrdiff_t tap = 0;
    const int64_t code = 0;
    memset(nans, 0xff, sizeof nans);
    const cpool_pass pass = {.value = nans, .n_images = 1, .n_taps = 1, .tap = &tap, .tap_code = &code};
    return (dtype == TEST_f32 || dtype == TEST_f64) && table->best_along[key_of(op, dtype)][size](y, NULL, &pass, 1, 0);
}

static void fill_places(uint8_t *places, ptrdiff_t bytes, ptrdiff_t n) {
    for (ptrdiff_t i = 0; i < n; i++)
        store_unsigned(places + i * bytes, (size_t)bytes, (uint64_t)between(0, MOST_READ_PLACE));
}

/* The first best of n_taps cells, or of cells of which these are the keys, into best, and its place. */
static uint64_t first_of_taps(uint8_t *best, int op, int dtype, int are_keys, const uint8_t *cells,
                              const uint8_t *places, ptrdiff_t place, ptrdiff_t n_taps, const ptrdiff_t *offset,
                              const int64_t *code) {
    _Alignas(8) uint8_t value[8];
    uint64_t best_place = 0;
    for (ptrdiff_t t = 0; t < n_taps; t++) {
        memcpy(value, cells + offset[t] * (ptrdiff_t)elements[dtype].bytes, elements[dtype].bytes);
        if (are_keys) flip_all(value, op, dtype, 1);
        read_value(value, dtype, value);
        if (t && !elements[dtype].beats(value, best, op)) continue;
        memcpy(best, value, elements[dtype].bytes);
        best_place = (uint64_t)code[t] + (places ? load_unsigned(places + offset[t] * place, (size_t)place) : 0);
    }
    return best_place;
}

/* A first pass, one of pairs, or a later one, which half the time is in place. */
static void test_best_along(const cpool_kernels *table, int op, int dtype, int size, ptrdiff_t width) {
    const ptrdiff_t bytes = (ptrdiff_t)elements[dtype].bytes, place = place_bytes(table, dtype, size);
    const ptrdiff_t lanes = table->vector_bytes ? table->vector_bytes / bytes : 1;
    const ptrdiff_t n = (width + lanes - 1) / lanes * lanes;
    const int later = between(0, 1) != 0, recorded = between(0, 2) != 0, in_place = later && between(0, 1);
    const int in_pairs = !later && size == 0 && table->window_best_pairs[key_of(op, dtype)] && between(0, 2) == 0;
    const ptrdiff_t stride = in_pairs ? 2 : 1, n_taps = in_pairs ? between(2, 3) : between(1, MOST_ALONG_TAPS);
    ptrdiff_t offset[MOST_ALONG_TAPS] = {0};
    int64_t code[MOST_ALONG_TAPS] = {between(0, 9)};
    for (ptrdiff_t t = 1; t < n_taps; t++) {
        offset[t] = in_pairs ? t : in_place ? offset[t - 1] + between(0, 9) : between(0, 70);
        code[t] = code[t - 1] + between(1, 9);
    }
    ptrdiff_t span = 0;
    for (ptrdiff_t t = 0; t < n_taps; t++) if (offset[t] > span) span = offset[t];
    const ptrdiff_t cells = in_pairs ? 2 * n + 1 : n + span, n_images = between(0, 1) ? 1 : n_taps;
    uint8_t *y = output_in(SLOT_Y, (in_place ? cells : n) * bytes);
    uint8_t *places = output_in(SLOT_CODE, (in_place ? cells : n) * place);
    uint8_t *from = in_place ? y : place_in(SLOT_VALUES, cells * bytes);
    uint8_t *from_places = in_place ? places : place_in(SLOT_CODES, cells * place);
    fill_values(from, dtype == TEST_b8 && !later ? TEST_u8 : dtype, cells);
    if (later) flip_all(from, op, dtype, cells);
    if (in_pairs) memset(from + 2 * n * bytes, 0, (size_t)bytes); /* which pairs do not see, nor below the first tap */
    else if (!later && n_images == 1) memset(from + n * bytes, 0, (size_t)(span * bytes));
    if (later && recorded) fill_places(from_places, place, cells);
    uint8_t *image = image_of(SLOT_Y, y), *places_image = image_of(SLOT_CODE, places);
    const int nan = any_nan(dtype, from, cells), finds = finds_nan(table, op, dtype, size);
    const int exact = later && ((nan && finds) || between(0, 1));
    if (in_place) {
        memcpy(image, y, (size_t)(cells * bytes));
        if (recorded) memcpy(places_image, places, (size_t)(cells * place));
    }
    /* The images come first to last, so in place what they are made of has not been written yet. */
    int nan_seen = 0;
    for (ptrdiff_t i = 0; i < width; i++) {
        _Alignas(8) uint8_t best[8];
        const uint8_t *cell = (in_place ? image : from) + stride * i * bytes;
        for (ptrdiff_t t = 0; t < n_taps; t++) nan_seen |= any_nan(dtype, cell + offset[t] * bytes, 1);
        const uint64_t best_place =
            first_of_taps(best, op, dtype, later, cell,
                          later && recorded ? (in_place ? places_image : from_places) + i * place : NULL, place, n_taps,
                          offset, code);
        flip_all(best, op, dtype, 1);
        memcpy(image + i * bytes, best, (size_t)bytes);
        if (recorded) store_unsigned(places_image + i * place, (size_t)place, best_place);
    }
    const cpool_pass pass = {.value = from, .code = later && recorded ? from_places : NULL, .later = later,
                             .in_pairs = in_pairs, .n_images = n_images, .n_taps = n_taps, .tap = offset,
                             .tap_code = code, .flip = flip_of(op, dtype)};
    const int found = table->best_along[key_of(op, dtype)][size](y, recorded ? places : NULL, &pass, width, exact);
    allow_room(SLOT_Y, y, bytes, n, 1, width, n);
    if (recorded) allow_room(SLOT_CODE, places, place, n, 1, width, n);
    count(as_expected(SLOT_Y) && as_expected(SLOT_CODE) && (later || (found ? nan : !nan_seen || !finds)), table->isa,
          op == MAX ? "best_along max" : "best_along min", elements[dtype].name, place, 1, width);
}

static void test_best_down(const cpool_kernels *table, int op, int dtype, int size, ptrdiff_t n, ptrdiff_t width) {
    const ptrdiff_t bytes = (ptrdiff_t)elements[dtype].bytes, code = 1 << size;
    const ptrdiff_t place = place_bytes(table, dtype, size);
    const ptrdiff_t lanes = table->vector_bytes ? table->vector_bytes / bytes : 1, read = width > lanes ? width : lanes;
    const int recorded = between(0, 2) != 0;
    const ptrdiff_t n_taps = between(1, MOST_DOWN_TAPS), tap_pitch = width + between(0, 3);
    cpool_pass pass = {.n_taps = n_taps, .n_planes = between(1, 2), .plane = between(0, 20),
                       .pitch = between(0, 2) ? tap_pitch : 2 * tap_pitch, .tap_pitch = tap_pitch,
                       .code_step = between(0, MOST_CODE_STEP), .flip = flip_of(op, dtype)};
    const ptrdiff_t y_pitch = width + between(0, 3), rows = pass.n_planes * n, span = (rows - 1) * y_pitch + width;
    const ptrdiff_t room = random_room(span), most = room > span ? room : span;
    const ptrdiff_t cells = (pass.n_planes - 1) * pass.plane + (n - 1) * pass.pitch + (n_taps - 1) * tap_pitch + read;
    pass.y_plane = n * y_pitch;
    uint8_t *from = place_in(SLOT_VALUES, cells * bytes), *from_places = place_in(SLOT_CODES, cells * place);
    uint8_t *y = output_in(SLOT_Y, most * bytes), *places = output_in(SLOT_CODE, most * code);
    fill_values(from, dtype, cells);
    flip_all(from, op, dtype, cells);
    fill_places(from_places, place, cells);
    ptrdiff_t offset[MOST_DOWN_TAPS];
    int64_t tap_code[MOST_DOWN_TAPS];
    for (ptrdiff_t t = 0; t < n_taps; t++) offset[t] = t * tap_pitch, tap_code[t] = t * pass.code_step;
    for (ptrdiff_t r = 0; r < rows; r++)
        for (ptrdiff_t j = 0; j < width; j++) {
            _Alignas(8) uint8_t best[8];
            const ptrdiff_t at = r / n * pass.plane + r % n * pass.pitch + j, to = r * y_pitch + j;
            const uint64_t best_place = first_of_taps(best, op, dtype, 1, from + at * bytes, from_places + at * place,
                                                      place, n_taps, offset, tap_code);
            memcpy(image_of(SLOT_Y, y) + to * bytes, best, (size_t)bytes);
            if (recorded) store_unsigned(image_of(SLOT_CODE, places) + to * code, (size_t)code, best_place);
        }
    pass.value = from, pass.code = recorded ? from_places : NULL;
    table->best_down[key_of(op, dtype)][size](y, recorded ? places : NULL, y_pitch, &pass, n, width, room,
                                (any_nan(dtype, from, cells) && finds_nan(table, op, dtype, size)) || between(0, 1));
    allow_room(SLOT_Y, y, bytes, y_pitch, rows, width, room);
    if (recorded) allow_room(SLOT_CODE, places, code, y_pitch, rows, width, room);
    count(as_expected(SLOT_Y) && as_expected(SLOT_CODE), table->isa,
          op == MAX ? "best_down max" : "best_down min", elements[dtype].name, place, n, width);
}

/* What no element is beaten by: of the ends of a dtype the worst. */
static void worst_value(uint8_t *worst, int op, int dtype) {
    const size_t bytes = elements[dtype].bytes;
    const uint64_t middle = 1ull << (8 * bytes - 1);
    const uint64_t ends[] = {dtype == TEST_b8, 0, UINT64_MAX, middle, middle - 1};
    const uint64_t *values = dtype == TEST_f32 ? special_f32 + 2 : dtype == TEST_f64 ? special_f64 + 2 : ends;
    const ptrdiff_t n = values != ends || dtype == TEST_b8 ? 2 : 5; /* of floats the infinities */
    store_unsigned(worst, bytes, values[0]);
    for (ptrdiff_t i = 1; i < n; i++) {
        _Alignas(8) uint8_t value[8];
        store_unsigned(value, bytes, values[i]);
        if (elements[dtype].beats(worst, value, op)) memcpy(worst, value, bytes);
    }
}

/* Windows of n planes that see at least one cell each, of rows up to some vectors long; aside: best_aside's. */
static void test_best_planes(const cpool_kernels *table, int op, int dtype, ptrdiff_t n, ptrdiff_t width, int aside) {
    const ptrdiff_t bytes = (ptrdiff_t)elements[dtype].bytes, lanes = table->vector_bytes / bytes;
    static const ptrdiff_t kernels[] = {2, 3, 5};
    const int whole = aside && between(0, 3) == 0; /* a window that is the plane's only row */
    if (whole) width = between(4, 200);
    const ptrdiff_t kernel = whole ? width : aside ? between(2, 16) : kernels[between(0, 2)];
    const ptrdiff_t stride = whole ? 1 : aside ? (kernel < 4 || between(0, 1) ? between(2, 9) : 1)
                                   : table->window_best_pairs[key_of(op, dtype)] && kernel < 4 ? between(1, 2) : 1;
    const ptrdiff_t height = whole ? 1 : between(1, aside ? 20 : 9), most_before = whole ? 0 : kernel - 1;
    const ptrdiff_t block = whole ? 1 : stride > 1 ? between(1, 8) : 8;
    const int recorded = between(0, 2) != 0;
    _Alignas(8) uint8_t fill[8];
    cpool_planes p = {.height = height, .width = width, .row = width + between(0, 2), .kernel = kernel,
                      .stride = stride, .before = {between(0, most_before), between(0, most_before)}, .fill = fill,
                      .flip = flip_of(op, dtype), .ahead = between(0, 9999), .block = block};
    p.plane = p.height * p.row + between(0, 3);
    p.output[0] = between(1, (p.height - 1 + p.before[0]) / stride + 1);
    p.output[1] = whole ? 1 : between(1, (p.width - 1 + p.before[1]) / stride + 1);
    const ptrdiff_t seen = kernel + (block - 1) * stride;
    p.rows = between(height < seen ? height : seen, height);
    const ptrdiff_t outputs = p.output[0] * p.output[1];
    const ptrdiff_t cells = (n - 1) * p.plane + (p.height - 1) * p.row + p.width, span = n * outputs;
    const ptrdiff_t columns = (p.output[1] > lanes ? p.output[1] : lanes) * stride;
    uint8_t *x = place_in(SLOT_VALUES, cells * bytes);
    uint8_t *y = output_in(SLOT_Y, span * bytes), *record = output_in(SLOT_CODE, span);
    fill_values(x, dtype == TEST_b8 ? TEST_u8 : dtype, cells);
    worst_value(fill, op, dtype);
    p.first = x, p.end = x + cells * bytes;
    p.copy = place_in(SLOT_INDICES, aside ? lanes * (width * bytes + (p.rows + block) * p.output[1] *
                                                     (bytes + place_bytes(table, dtype, 0)))
                                          : bytes * (p.before[1] + (p.height - 1) * width + kernel +
                                                     (width > columns ? width : columns)));
    for (ptrdiff_t i = 0; i < span; i++) {
        const ptrdiff_t row = i % outputs / p.output[1] * stride - p.before[0];
        const ptrdiff_t column = i % p.output[1] * stride - p.before[1];
        ptrdiff_t offset[256], n_taps = 0;
        int64_t code[256];
        for (ptrdiff_t t = 0; t < kernel * kernel; t++) {
            const ptrdiff_t r = row + t / kernel, c = column + t % kernel;
            if (r < 0 || r >= p.height || c < 0 || c >= p.width) continue;
            offset[n_taps] = i / outputs * p.plane + r * p.row + c, code[n_taps++] = t;
        }
        _Alignas(8) uint8_t best[8];
        const uint64_t place = first_of_taps(best, op, dtype, 0, x, NULL, 0, n_taps, offset, code);
        memcpy(image_of(SLOT_Y, y) + i * bytes, best, (size_t)bytes);
        if (recorded) store_unsigned(image_of(SLOT_CODE, record) + i, 1, place);
    }
    (aside ? table->best_aside : table->best_planes)[key_of(op, dtype)](y, recorded ? record : NULL, x, &p, n);
    count(as_expected(SLOT_Y) && as_expected(SLOT_CODE), table->isa,
          aside ? op == MAX ? "best_aside max" : "best_aside min" : op == MAX ? "best_planes max" : "best_planes min",
          elements[dtype].name, 1, n, width);
}

/* Windows of one vector of channels, which may begin before x and end past it but see a cell. */
static void test_best_ring(const cpool_kernels *table, int op, int dtype, int size) {
    const ptrdiff_t bytes = (ptrdiff_t)elements[dtype].bytes, code_bytes = 1 << size;
    const ptrdiff_t lanes = (table->vector_bytes == 64 && bytes == 2 && size == 1 ? 32 : table->vector_bytes) / bytes;
    const int recorded = between(0, 2) != 0;
    cpool_ring ring = {.height = between(1, 9), .width = between(1, 9), .pixel = lanes + between(0, 3),
                       .y_pixel = lanes + between(0, 3), .flip = flip_of(op, dtype)};
    ptrdiff_t most[2];
    for (int axis = 0; axis < 2; axis++) {
        ring.kernel[axis] = between(1, 6), ring.stride[axis] = between(1, 3);
        ring.before[axis] = between(0, ring.kernel[axis] - 1);
        most[axis] = ((axis ? ring.width : ring.height) - 1 + ring.before[axis]) / ring.stride[axis] + 1;
    }
    ring.n_rows = between(1, most[0]), ring.first = between(0, most[1] - 1), ring.n = between(1, most[1] - ring.first);
    ring.row = ring.width * ring.pixel + between(0, 3), ring.y_row = ring.n * ring.y_pixel + between(0, 3);
    const ptrdiff_t cells = (ring.height - 1) * ring.row + (ring.width - 1) * ring.pixel + lanes;
    const ptrdiff_t span = (ring.n_rows - 1) * ring.y_row + (ring.n - 1) * ring.y_pixel + lanes;
    const ptrdiff_t winners = ((ring.kernel[0] + 2) * ring.n + ring.kernel[1]) * lanes;
    uint8_t *x = place_in(SLOT_VALUES, cells * bytes), *y = output_in(SLOT_Y, span * bytes);
    uint8_t *record = output_in(SLOT_CODE, span * code_bytes);
    ring.scratch = place_in(SLOT_INDICES, winners * (bytes + place_bytes(table, dtype, size)));
    fill_values(x, dtype == TEST_b8 ? TEST_u8 : dtype, cells);
    for (ptrdiff_t i = 0; i < ring.n_rows * ring.n * lanes; i++) {
        const ptrdiff_t o = i / lanes / ring.n, c = i / lanes % ring.n, lane = i % lanes;
        ptrdiff_t offset[36], n_taps = 0;
        int64_t code[36];
        for (ptrdiff_t t = 0; t < ring.kernel[0] * ring.kernel[1]; t++) {
            const ptrdiff_t row = o * ring.stride[0] - ring.before[0] + t / ring.kernel[1];
            const ptrdiff_t column = (ring.first + c) * ring.stride[1] - ring.before[1] + t % ring.kernel[1];
            if (row < 0 || row >= ring.height || column < 0 || column >= ring.width) continue;
            offset[n_taps] = row * ring.row + column * ring.pixel + lane, code[n_taps++] = t;
        }
        _Alignas(8) uint8_t best[8];
        const ptrdiff_t to = o * ring.y_row + c * ring.y_pixel + lane;
        const uint64_t place = first_of_taps(best, op, dtype, 0, x, NULL, 0, n_taps, offset, code);
        memcpy(image_of(SLOT_Y, y) + to * bytes, best, (size_t)bytes);
        if (recorded) store_unsigned(image_of(SLOT_CODE, record) + to * code_bytes, (size_t)code_bytes, place);
    }
    table->best_ring[key_of(op, dtype)][size](y, recorded ? record : NULL, x, &ring);
    count(as_expected(SLOT_Y) && as_expected(SLOT_CODE), table->isa, "best_ring", elements[dtype].name, code_bytes,
          ring.n_rows, ring.n);
}

/* Windows of n rows of some pixels of `width` channels; a tap in padding has the place and the code of another one. */
static void test_best_pixels(const cpool_kernels *table, int op, int dtype, ptrdiff_t n, ptrdiff_t width) {
    const ptrdiff_t bytes = (ptrdiff_t)elements[dtype].bytes, n_pixels = between(1, 4);
    const ptrdiff_t kernel = table->vector_bytes == 64 && between(0, 2) == 0 ? 5 : between(2, 3);
    const int recorded = between(0, 2) != 0;
    _Alignas(8) uint8_t fill[8];
    const ptrdiff_t side_by_side = between(0, 1), apart = between(1, 3);
    cpool_channels c = {.height = between(n > kernel - 1 ? n - kernel + 1 : 1, n + 1), .kernel = kernel, .n_rows = n,
                        .n_pixels = n_pixels, .n_channels = width, .step = apart * width, .fill = fill,
                        .flip = flip_of(op, dtype), .ahead = between(0, 9999)};
    c.first = between(1 - kernel, c.height - n); /* each row's windows see a row of x at least */
    c.shared = side_by_side && apart < kernel ? kernel - apart : 0;
    ptrdiff_t last_tap = 0;
    for (ptrdiff_t t = 0; t < kernel; t++) {
        const int again = !side_by_side && t && between(0, 3) == 0;
        c.tap[t] = again ? c.tap[t - 1] : (side_by_side ? t : between(0, 3)) * width;
        c.tap_code[t] = again ? c.tap_code[t - 1] : t;
        if (c.tap[t] > last_tap) last_tap = c.tap[t];
    }
    c.row = (n_pixels - 1) * c.step + last_tap + width + between(0, 3);
    c.y_row = n_pixels * width + between(0, 3);
    const ptrdiff_t cells = c.height * c.row, span = (n - 1) * c.y_row + n_pixels * width;
    uint8_t *x = place_in(SLOT_VALUES, cells * bytes);
    uint8_t *y = output_in(SLOT_Y, span * bytes), *record = output_in(SLOT_CODE, span);
    fill_values(x, dtype == TEST_b8 ? TEST_u8 : dtype, cells);
    worst_value(fill, op, dtype);
    for (ptrdiff_t r = 0; r < n; r++)
        for (ptrdiff_t i = 0; i < n_pixels * width; i++) {
            ptrdiff_t offset[25], n_taps = 0;
            int64_t code[25];
            for (ptrdiff_t t = 0; t < kernel * kernel; t++) {
                const ptrdiff_t row = c.first + r + t / kernel;
                if (row < 0 || row >= c.height) continue;
                offset[n_taps] = row * c.row + i / width * c.step + c.tap[t % kernel] + i % width;
                code[n_taps++] = t / kernel * kernel + c.tap_code[t % kernel];
            }
            _Alignas(8) uint8_t best[8];
            const uint64_t place = first_of_taps(best, op, dtype, 0, x, NULL, 0, n_taps, offset, code);
            memcpy(image_of(SLOT_Y, y) + (r * c.y_row + i) * bytes, best, (size_t)bytes);
            if (recorded) store_unsigned(image_of(SLOT_CODE, record) + r * c.y_row + i, 1, place);
        }
    table->best_pixels[key_of(op, dtype)](y, recorded ? record : NULL, x, &c);
    count(as_expected(SLOT_Y) && as_expected(SLOT_CODE), table->isa,
          op == MAX ? "best_pixels max" : "best_pixels min", elements[dtype].name, 1, n, width);
}

/* A run of cells, of which one of the last may be the only best. */
static void test_best_one(const cpool_kernels *table, int op, int dtype, ptrdiff_t width) {
    enum { MOST_CELLS = 2560 };
    static ptrdiff_t offset[MOST_CELLS];
    static int64_t code[MOST_CELLS];
    const ptrdiff_t n = width * between(1, MOST_CELLS / width), worst = between(0, 1) ? n - n / 4 : 0;
    const ptrdiff_t bytes = (ptrdiff_t)elements[dtype].bytes;
    uint8_t *x = place_in(SLOT_VALUES, n * bytes), *y = output_in(SLOT_Y, bytes);
    fill_values(x, dtype == TEST_b8 ? TEST_u8 : dtype, n);
    for (ptrdiff_t i = 0; i < n; i++) {
        offset[i] = code[i] = i;
        if (i < worst) worst_value(x + i * bytes, op, dtype);
    }
    _Alignas(8) uint8_t best[8];
    const ptrdiff_t place = (ptrdiff_t)first_of_taps(best, op, dtype, 0, x, NULL, 0, n, offset, code);
    memcpy(image_of(SLOT_Y, y), best, (size_t)bytes);
    const int found = table->best_one[key_of(op, dtype)](y, x, n, flip_of(op, dtype)) == place;
    count(found && as_expected(SLOT_Y), table->isa, op == MAX ? "best_one max" : "best_one min", elements[dtype].name,
          1, n, 1);
}
