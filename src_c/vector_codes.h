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
typedef RECORD_T code_vec __attribute__((vector_size(CODE_BYTES)));
typedef __typeof__(SAME(VECTOR_BYTES, BYTES, zero(), zero())) best_mask;
CPOOL_INLINE code_vec load_code(const RECORD_T *p) {
#if CODE_BYTES == 16
    return (code_vec)load_bytes(p, (size_t)LANES * RECORD_BYTES);
#else
    code_vec v;
    memcpy(&v, p, sizeof v);
    return v;
#endif
}
CPOOL_INLINE void store_code(RECORD_T *p, code_vec v) { memcpy(p, &v, (size_t)LANES * RECORD_BYTES); }
CPOOL_INLINE code_vec splat(int64_t code) { return (code_vec){0} + (RECORD_T)code; }
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
CPOOL_INLINE code_vec splat(int64_t code) { return (code_vec){0} + (CODE_T)code; }
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
