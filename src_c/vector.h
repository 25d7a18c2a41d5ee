/*
 * vector.h - the vocabulary that window_best.h and window_sum.h are written in, for one dtype, record and width of
 * vector. Parameters: those of dtypes.h; RECORD and RECORD_T, the type of a record's code; VECTOR_BYTES (16, 32 or 64;
 * 0: one plain element at a time). Vectors write records of bytes only.
 *
 * vec: LANES values. sum_vec: LANES gradients. code_vec: LANES places of winners. mask_vec: all ones or all zeros a
 * lane.
 */
#undef LANES
#undef NOT
#define NAMED(name) CPOOL_NAME4(name, DTYPE, RECORD, VECTOR_BYTES)
#define vec NAMED(vec)
#define sum_vec NAMED(sum_vec)
#define code_vec NAMED(code_vec)
#define mask_vec NAMED(mask_vec)
#define load NAMED(load)
#define load_sum NAMED(load_sum)
#define load_code NAMED(load_code)
#define store NAMED(store)
#define store_sum NAMED(store_sum)
#define store_code NAMED(store_code)
#define splat NAMED(splat)
#define choose NAMED(choose)
#define choose_code NAMED(choose_code)
#define where NAMED(where)

#if VECTOR_BYTES

#define LANES ((ptrdiff_t)(VECTOR_BYTES / BYTES))
typedef T vec __attribute__((vector_size(VECTOR_BYTES)));
typedef SUM_T sum_vec __attribute__((vector_size(VECTOR_BYTES)));
typedef CODE_T code_vec __attribute__((vector_size(VECTOR_BYTES)));
typedef code_vec mask_vec;
#define NOT(mask) (~(mask))

CPOOL_INLINE vec load(const T *p) {
    vec v;
    memcpy(&v, p, sizeof v);
    return v;
}
CPOOL_INLINE sum_vec load_sum(const SUM_T *p) {
    sum_vec v;
    memcpy(&v, p, sizeof v);
    return v;
}
CPOOL_INLINE void store(T *p, vec v) { memcpy(p, &v, sizeof v); }
CPOOL_INLINE void store_sum(SUM_T *p, sum_vec v) { memcpy(p, &v, sizeof v); }
CPOOL_INLINE code_vec load_code(const RECORD_T *p) { return (code_vec)CPOOL_NAME3(widen, BYTES, VECTOR_BYTES)(p); }
CPOOL_INLINE void store_code(RECORD_T *p, code_vec v) {
    CPOOL_NAME3(narrow, BYTES, VECTOR_BYTES)(p, (CPOOL_NAME2(raw, VECTOR_BYTES))v);
}
CPOOL_INLINE code_vec splat(int64_t code) { return (code_vec){0} + (CODE_T)code; }
CPOOL_INLINE vec choose(mask_vec mask, vec a, vec b) { return (vec)((mask & (code_vec)a) | (~mask & (code_vec)b)); }
CPOOL_INLINE code_vec choose_code(mask_vec mask, code_vec a, code_vec b) { return (mask & a) | (~mask & b); }
CPOOL_INLINE sum_vec where(mask_vec mask, sum_vec v) { return (sum_vec)(mask & (code_vec)v); }

#else

#define LANES ((ptrdiff_t)1)
typedef T vec;
typedef SUM_T sum_vec;
typedef RECORD_T code_vec;
typedef int mask_vec;
#define NOT(mask) (!(mask))

CPOOL_INLINE vec load(const T *p) { return *p; }
CPOOL_INLINE sum_vec load_sum(const SUM_T *p) { return *p; }
CPOOL_INLINE void store(T *p, vec v) { *p = v; }
CPOOL_INLINE void store_sum(SUM_T *p, sum_vec v) { *p = v; }
CPOOL_INLINE code_vec load_code(const RECORD_T *p) { return *p; }
CPOOL_INLINE void store_code(RECORD_T *p, code_vec v) { *p = v; }
CPOOL_INLINE code_vec splat(int64_t code) { return (code_vec)code; }
CPOOL_INLINE vec choose(mask_vec mask, vec a, vec b) { return mask ? a : b; }
CPOOL_INLINE code_vec choose_code(mask_vec mask, code_vec a, code_vec b) { return mask ? a : b; }
CPOOL_INLINE sum_vec where(mask_vec mask, sum_vec v) { return mask ? v : (sum_vec)0; }

#endif
