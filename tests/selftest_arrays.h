/*
 * selftest_arrays.h - the arrays that kernels_selftest.c works on: what a dtype's elements are and how they compare and
 * add, random contents, memory between unreadable pages, and the count of what went right.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cpool_kernels.h"

enum { MAX_ROWS = 5, MIN_SLOT_BYTES = 196608, CANARY = 0xA5, MAX_PRINTED = 20 };
enum { WIDEST_VECTOR = 64 };

static uint64_t random_bits(void) {
    static uint64_t state = 88172645463325252u;
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    return state * 2685821657736338717u >> 8;
}

/* low and high are both possible. */
static ptrdiff_t between(ptrdiff_t low, ptrdiff_t high) {
    return low + (ptrdiff_t)(random_bits() % (uint64_t)(high - low + 1));
}

static uint64_t load_unsigned(const uint8_t *p, size_t bytes) {
    switch (bytes) {
    case 1: return *p;
    case 2: return *(const uint16_t *)p;
    case 4: return *(const uint32_t *)p;
    default: return *(const uint64_t *)p;
    }
}

static void store_unsigned(void *p, size_t bytes, uint64_t value) {
    switch (bytes) {
    case 1: *(uint8_t *)p = (uint8_t)value; break;
    case 2: *(uint16_t *)p = (uint16_t)value; break;
    case 4: *(uint32_t *)p = (uint32_t)value; break;
    default: *(uint64_t *)p = value; break;
    }
}

/*
 * dtypes: what the naive loops must know of each, and the kernels' name for it. Integers add as unsigned, because their
 * gradients wrap.
 */
#define FOR_EACH_TEST(X) \
    X(b8, b8, uint8_t, a || b) X(i8, i8, int8_t, (uint64_t)a + (uint64_t)b) X(u8, i8, uint8_t, a + b) \
    X(i16, i16, int16_t, (uint64_t)a + (uint64_t)b) X(u16, i16, uint16_t, a + b) \
    X(i32, i32, int32_t, (uint64_t)a + (uint64_t)b) X(u32, i32, uint32_t, a + b) \
    X(i64, i64, int64_t, (uint64_t)a + (uint64_t)b) X(u64, i64, uint64_t, a + b) \
    X(f32, f32, float, a + b) X(f64, f64, double, a + b)
#define TEST_ENUM(dtype, kernels, T, sum) TEST_##dtype,
enum { FOR_EACH_TEST(TEST_ENUM) TEST_N_DTYPES };
enum { MAX, MIN, N_OPS };

typedef struct {
    const char *name;
    size_t bytes;
    int code, is_unsigned; /* of the kernels' tables */
    int (*beats)(const void *value, const void *best, int op);
    void (*add)(void *sum, const void *value);
    /* IEEE 754 leaves open which NaN a sum of two gives, so sums are compared up to that. */
    void (*one_nan)(void *value);
    void (*ordinary)(void *value);
} element;

#define DEFINE_ELEMENT(dtype, kernels, T, sum) \
    static int beats_##dtype(const void *value, const void *best, int op) { \
        const T a = *(const T *)value, b = *(const T *)best; \
        if (isnan((double)a) || isnan((double)b)) return !isnan((double)b); \
        return op == MAX ? a > b : a < b; \
    } \
    static void add_##dtype(void *to, const void *value) { \
        const T a = *(const T *)to, b = *(const T *)value; \
        *(T *)to = (T)(sum); \
    } \
    static void one_nan_##dtype(void *value) { \
        if (isnan((double)*(T *)value)) memset(value, 0xFF, sizeof(T)); \
    } \
    static void ordinary_##dtype(void *value) { *(T *)value = (T)(between(0, 1 << 26) / (double)(1 << 20)); }
FOR_EACH_TEST(DEFINE_ELEMENT)

#define ELEMENT(dtype, kernels, T, sum) \
    {#dtype, sizeof(T), CPOOL_##kernels, (T)-1 > 0 && TEST_##dtype != TEST_b8, beats_##dtype, add_##dtype, \
     one_nan_##dtype, ordinary_##dtype},
static const element elements[TEST_N_DTYPES] = {FOR_EACH_TEST(ELEMENT)};

/* Which kernels find the best of a dtype, and which bits they are to flip (cpool_kernels.h). */
static int key_of(int op, int dtype) { return op == MIN && dtype == TEST_f32 ? CPOOL_min_f32 : elements[dtype].code; }
static uint64_t flip_of(int op, int dtype) {
    const uint64_t sign = 1ull << (8 * elements[dtype].bytes - 1), all = sign | (sign - 1);
    const int is_float = dtype == TEST_f32 || dtype == TEST_f64;
    return (elements[dtype].is_unsigned ? sign : 0) ^ (op == MAX ? 0 : is_float ? sign : all);
}
static void flip_all(uint8_t *p, int op, int dtype, ptrdiff_t n) {
    const size_t bytes = elements[dtype].bytes;
    for (; n > 0; n--, p += bytes) store_unsigned(p, bytes, load_unsigned(p, bytes) ^ flip_of(op, dtype));
}

/* As bits: both zeros, both infinities, NaNs (quiet, of either sign, signalling), the least positive, 1, both ends. */
static const uint64_t special_f32[] = {0,          0x80000000, 0x7F800000, 0xFF800000, 0x7FC00000, 0xFFC01234,
                                       0x7F812345, 1,          0x3F800000, 0x7F7FFFFF, 0xFF7FFFFF};
static const uint64_t special_f64[] = {
    0, 0x8000000000000000, 0x7FF0000000000000, 0xFFF0000000000000, 0x7FF8000000000000, 0xFFF8000000001234,
    0x7FF0000000012345, 1, 0x3FF0000000000000, 0x7FEFFFFFFFFFFFFF, 0xFFEFFFFFFFFFFFFF};

/* The kinds of array: any bits; special values of the dtype (of integers: their ends); two of these; small numbers. */
enum { ANY_BITS, SPECIAL, TIES, ORDINARY, N_KINDS };

static void fill_values(uint8_t *p, int dtype, ptrdiff_t count) {
    const size_t bytes = elements[dtype].bytes;
    const uint64_t middle = 1ull << (8 * bytes - 1), ends[] = {0, 1, UINT64_MAX, middle, middle - 1};
    const uint64_t *special = dtype == TEST_f32 ? special_f32 : dtype == TEST_f64 ? special_f64 : ends;
    const ptrdiff_t n_special = dtype == TEST_b8 ? 2 : special == ends ? 5 : 11;
    const ptrdiff_t kind = between(0, N_KINDS - 1), tie = between(0, n_special - 1);
    for (ptrdiff_t i = 0; i < count; i++, p += bytes) {
        if (kind == SPECIAL || dtype == TEST_b8) store_unsigned(p, bytes, special[between(0, n_special - 1)]);
        else if (kind == TIES) store_unsigned(p, bytes, special[(tie + between(0, 1)) % n_special]);
        else if (kind == ANY_BITS) store_unsigned(p, bytes, random_bits() << 32 ^ random_bits());
        else elements[dtype].ordinary(p);
    }
}

/* slots: the memory of one array each, and for outputs an image of what it should hold afterwards. */
enum {
    SLOT_Y, SLOT_CODE, SLOT_INDICES, SLOT_VALUES, SLOT_CODES = SLOT_VALUES + MAX_ROWS, N_SLOTS = SLOT_CODES + MAX_ROWS
};
static struct { uint8_t *start, *image; } slots[N_SLOTS];
static size_t slot_bytes;
static int at_end;

static void make_slots(void) {
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    slot_bytes = page > MIN_SLOT_BYTES ? page : MIN_SLOT_BYTES;
    for (int s = 0; s < N_SLOTS; s++) {
        uint8_t *p = mmap(NULL, slot_bytes + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        slots[s].image = malloc(slot_bytes);
        if (p == MAP_FAILED || mprotect(p + page, slot_bytes, PROT_READ | PROT_WRITE) || !slots[s].image) {
            perror("kernels_selftest: no memory");
            exit(2);
        }
        slots[s].start = p + page;
    }
}

static uint8_t *place_in(int slot, ptrdiff_t bytes) {
    if (bytes < 0 || (size_t)bytes > slot_bytes) {
        fprintf(stderr, "kernels_selftest: %td bytes in a slot of %zu\n", bytes, slot_bytes);
        exit(2);
    }
    return slots[slot].start + (at_end ? slot_bytes - (size_t)bytes : 0);
}

static uint8_t *output_in(int slot, ptrdiff_t bytes) {
    memset(slots[slot].start, CANARY, slot_bytes);
    memset(slots[slot].image, CANARY, slot_bytes);
    return place_in(slot, bytes);
}

static uint8_t *image_of(int slot, const uint8_t *p) { return slots[slot].image + (p - slots[slot].start); }
static int as_expected(int slot) { return memcmp(slots[slot].start, slots[slot].image, slot_bytes) == 0; }

/* room: 0, just the rows, or any number of cells that ends within them or up to more than a vector of bytes later. */
static ptrdiff_t random_room(ptrdiff_t span) {
    const ptrdiff_t kind = between(0, 3);
    return kind == 0 ? 0 : kind == 1 ? span : between(1, span + WIDEST_VECTOR + 8);
}

/* Takes into the image what `room` leaves open: the cells within it that belong to no row. */
static void allow_room(int slot, const uint8_t *y, ptrdiff_t bytes, ptrdiff_t pitch, ptrdiff_t n, ptrdiff_t width,
                       ptrdiff_t room) {
    for (ptrdiff_t cell = 0; cell < room; cell++) {
        const ptrdiff_t row = cell / pitch < n ? cell / pitch : n - 1;
        if (cell - row * pitch >= width) memcpy(image_of(slot, y) + cell * bytes, y + cell * bytes, (size_t)bytes);
    }
}

static long n_passed, n_failed;

static void count(int ok, const char *isa, const char *kernel, const char *type, ptrdiff_t record, ptrdiff_t n,
                  ptrdiff_t width) {
    if (ok) n_passed++;
    else if (n_failed++ < MAX_PRINTED)
        printf("FAILED %s %s %s (record of %td bytes): %td x %td, at the %s of its pages\n", isa, kernel, type, record,
               n, width, at_end ? "end" : "start");
}
