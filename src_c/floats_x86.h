/*
 * floats_x86.h - the processor's own maximum and minimum of floats, which take the second of equals, and of two where
 * one is NaN; and which floats are NaN. Parameters: VECTOR_BYTES and, in the codes_*.h that include this, HAS_MASKS.
 */
#include <immintrin.h>

#define HAS_FLOAT_MAX 1
#define MM_16 _mm
#define MM_32 _mm256
#define MM_64 _mm512
#define SINGLES_16 __m128
#define SINGLES_32 __m256
#define SINGLES_64 __m512
#define DOUBLES_16 __m128d
#define DOUBLES_32 __m256d
#define DOUBLES_64 __m512d
#define SINGLES CPOOL_NAME2(SINGLES, VECTOR_BYTES)
#define DOUBLES CPOOL_NAME2(DOUBLES, VECTOR_BYTES)
#define INTRINSIC(bytes, name) CPOOL_NAME2(CPOOL_NAME2(MM, bytes), name)

#define ORDERED_max_f32(v, best) INTRINSIC(VECTOR_BYTES, max_ps)((SINGLES)(v), (SINGLES)(best))
#define ORDERED_max_f64(v, best) INTRINSIC(VECTOR_BYTES, max_pd)((DOUBLES)(v), (DOUBLES)(best))
#define ORDERED_min_f32(v, best) INTRINSIC(VECTOR_BYTES, min_ps)((SINGLES)(v), (SINGLES)(best))
#define ORDERED_min_f64(v, best) INTRINSIC(VECTOR_BYTES, min_pd)((DOUBLES)(v), (DOUBLES)(best))

/* Which lanes of a or of b are NaN, as a best_mask. */
#if HAS_MASKS
#define UNORDERED(lane, a, b) INTRINSIC(VECTOR_BYTES, CPOOL_NAME3(cmp, lane, mask))(a, b, _CMP_UNORD_Q)
#define ANY_LANE(mask) ((mask) != 0)
/* With `|` GCC 12 stores all masks and ors them in the end. */
#define EITHER(a, b) _kor_mask16(a, b)
#else
#define EITHER(a, b) INTRINSIC(VECTOR_BYTES, or_ps)((SINGLES)(a), (SINGLES)(b))
#define UNORDERED_16(lane, a, b) CPOOL_NAME2(_mm_cmpunord, lane)(a, b)
#define UNORDERED_32(lane, a, b) CPOOL_NAME2(_mm256_cmp, lane)(a, b, _CMP_UNORD_Q)
#define UNORDERED(lane, a, b) CPOOL_NAME2(UNORDERED, VECTOR_BYTES)(lane, a, b)
#define ANY_LANE(mask) (INTRINSIC(VECTOR_BYTES, movemask_epi8)((CPOOL_NAME2(raw, VECTOR_BYTES))(mask)) != 0)
#endif
#define UNORDERED_f32(a, b) UNORDERED(ps, (SINGLES)(a), (SINGLES)(b))
#define UNORDERED_f64(a, b) UNORDERED(pd, (DOUBLES)(a), (DOUBLES)(b))
