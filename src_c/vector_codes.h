/*
 * vector_codes.h - places beside the values of vectors, and what comparisons choose of both: beside masks places are as
 * narrow as in the record, else in lanes as wide as the values. Part of the vocabulary of vector.h, which includes it.
 */
#define NOT(mask) (~(mask))
#if HAS_MASKS

#undef CODE_BYTES
#if VECTOR_BYTES / BYTES * RECORD_BYTES <= 16
#define CODE_BYTES 16
#elif VECTOR_BYTES / BYTES * RECORD_BYTES == 32
#define CODE_BYTES 32
#else
#define CODE_BYTES 64
#endif
#undef REST_OF_CODES
#undef N_LANES
#if VECTOR_BYTES / BYTES == 8
#define REST_OF_CODES , 8, 9, 10, 11, 12, 13, 14, 15
#define N_LANES 8
#elif VECTOR_BYTES / BYTES == 16
#define REST_OF_CODES
#define N_LANES 16
#elif VECTOR_BYTES / BYTES == 32
#define N_LANES 32
#else
#define N_LANES 64
#endif
typedef RECORD_T code_vec __attribute__((vector_size(CODE_BYTES)));
typedef CPOOL_NAME2(lanes, N_LANES) best_mask;
CPOOL_INLINE code_vec load_code(const RECORD_T *p) {
#if CODE_BYTES == 16
    return (code_vec)load_low(p, (size_t)LANES * RECORD_BYTES);
#else
    code_vec v;
    memcpy(&v, p, sizeof v);
    return v;
#endif
}
#if BYTES >= 4 && RECORD_BYTES == 1
/* As many codes as a vector has, from so many places (2 or 4) apart. */
CPOOL_INLINE code_vec load_codes_apart(const RECORD_T *p, ptrdiff_t apart, const int places) {
    typedef uint32_t quarters __attribute__((vector_size(16)));
    typedef uint64_t halves __attribute__((vector_size(16)));
    uint32_t quarter[4] = {0};
    uint64_t half[2];
    if (LANES == 16 && places == 2) {
        memcpy(&half[0], p, 8), memcpy(&half[1], p + apart, 8);
        return (code_vec)(halves){half[0], half[1]};
    }
    for (int i = 0; i < places; i++) memcpy(&quarter[i], p + i * apart, 4);
    return (code_vec)(quarters){quarter[0], quarter[1], quarter[2], quarter[3]};
}
#endif
CPOOL_INLINE void store_code(RECORD_T *p, code_vec v) {
#if CODE_BYTES == 16
    store_low(p, (raw_16)v, (size_t)LANES * RECORD_BYTES);
#else
    memcpy(p, &v, sizeof v);
#endif
}
CPOOL_INLINE void store_codes_apart(RECORD_T *low, RECORD_T *high, code_vec v) {
#if CODE_BYTES == 16
    const size_t half = (size_t)LANES / 2 * RECORD_BYTES;
    store_low(low, (raw_16)v, half);
    store_low(high, high_codes((raw_16)v, half), half);
#else
    CPOOL_NAME2(store_apart, CODE_BYTES)(low, high, (CPOOL_NAME2(raw, CODE_BYTES))v);
#endif
}
CPOOL_INLINE code_vec splat(int64_t code) { return (code_vec){0} + (RECORD_T)code; }
#if HAS_PAIRS
/* Of a code_vec, which may have more lanes than a vec, the first; of elements of 1 and 2 bytes half a block's codes. */
#undef SHUFFLE_CODES
#if BYTES >= 4
#define SHUFFLE_CODES(v, list) __builtin_shufflevector(v, v, LIST(list, BYTES) REST_OF_CODES)
#elif VECTOR_BYTES == 16
#define SHUFFLE_CODES(v, list) (v)
#else
#if BYTES == 1
typedef uint64_t half_codes __attribute__((vector_size(CODE_BYTES)));
#else
typedef uint32_t half_codes __attribute__((vector_size(CODE_BYTES)));
#endif
#define SHUFFLE_CODES(v, list) \
    ((code_vec)__builtin_shufflevector((half_codes)(v), (half_codes)(v), LIST(list, 8)))
#endif
CPOOL_INLINE code_vec codes_in_order(code_vec v) { return SHUFFLE_CODES(v, IN_ORDER); }
CPOOL_INLINE code_vec codes_by_blocks(code_vec v) { return SHUFFLE_CODES(v, BY_BLOCKS); }
#else
CPOOL_INLINE code_vec codes_in_order(code_vec v) { return v; }
#endif
CPOOL_INLINE vec choose(best_mask mask, vec a, vec b) { return (vec)CHOOSE(VECTOR_BYTES, BYTES, mask, a, b); }
CPOOL_INLINE code_vec choose_code(best_mask mask, code_vec a, code_vec b) {
    return (code_vec)CHOOSE(CODE_BYTES, RECORD_BYTES, mask, a, b);
}
CPOOL_INLINE vec only(best_mask mask, vec v) { return choose(mask, v, zero()); }
CPOOL_INLINE best_mask first_lane(void) { return 1; }
CPOOL_INLINE best_mask same(code_vec a, code_vec b) { return (best_mask)SAME(CODE_BYTES, RECORD_BYTES, a, b); }
CPOOL_INLINE best_mask same_bits(vec a, vec b) { return (best_mask)SAME(VECTOR_BYTES, BYTES, a, b); }
#if RECORD_BYTES == 1
CPOOL_INLINE best_mask is_before(code_vec a, code_vec b) { return (best_mask)LESS_BYTES(CODE_BYTES, a, b); }
#endif

#else

typedef lanes_vec code_vec;
typedef lanes_vec best_mask;
#if RECORD_BYTES == 1
CPOOL_INLINE code_vec load_code(const RECORD_T *p) {
#if RECORD_BYTES == BYTES
    code_vec v;
    memcpy(&v, p, sizeof v);
    return v;
#else
    return (code_vec)CPOOL_NAME4(widen, RECORD_BYTES, BYTES, VECTOR_BYTES)(p);
#endif
}
#endif
CPOOL_INLINE void store_code(RECORD_T *p, code_vec v) {
#if RECORD_BYTES == BYTES
    memcpy(p, &v, sizeof v);
#else
    CPOOL_NAME4(narrow, RECORD_BYTES, BYTES, VECTOR_BYTES)(p, (CPOOL_NAME2(raw, VECTOR_BYTES))v);
#endif
}
CPOOL_INLINE void store_codes_apart(RECORD_T *low, RECORD_T *high, code_vec v) {
    RECORD_T codes[LANES];
    store_code(codes, v);
    memcpy(low, codes, sizeof codes / 2);
    memcpy(high, codes + LANES / 2, sizeof codes / 2);
}
CPOOL_INLINE code_vec splat(int64_t code) { return (code_vec){0} + (CODE_T)code; }
#if HAS_PAIRS
CPOOL_INLINE code_vec codes_in_order(code_vec v) { return (code_vec)in_order((vec)v); }
CPOOL_INLINE code_vec codes_by_blocks(code_vec v) { return (code_vec)by_blocks((vec)v); }
#else
CPOOL_INLINE code_vec codes_in_order(code_vec v) { return v; }
#endif
CPOOL_INLINE code_vec choose_code(best_mask mask, code_vec a, code_vec b) {
    typedef CPOOL_NAME2(raw, VECTOR_BYTES) raw;
    return (code_vec)CPOOL_NAME2(select, VECTOR_BYTES)((raw)mask, (raw)a, (raw)b);
}
CPOOL_INLINE vec choose(best_mask mask, vec a, vec b) { return (vec)choose_code(mask, (code_vec)a, (code_vec)b); }
CPOOL_INLINE vec only(best_mask mask, vec v) { return (vec)(mask & (best_mask)v); } /* where mask, else 0 */
CPOOL_INLINE best_mask first_lane(void) { return (best_mask){(CODE_T)-1}; }
CPOOL_INLINE best_mask same(code_vec a, code_vec b) { return (best_mask)(a == b); }
CPOOL_INLINE best_mask same_bits(vec a, vec b) { return (best_mask)((lanes_vec)a == (lanes_vec)b); }
CPOOL_INLINE best_mask is_before(code_vec a, code_vec b) { return (best_mask)(a < b); }

#endif
