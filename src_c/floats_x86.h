/*
 * floats_x86.h - the processor's own maximum and minimum of floats, which take the second of equals, and of two where
 * one is NaN; and which floats are NaN. Parameters: VECTOR_BYTES.
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

/* Which lanes of a or of b are NaN, as a best_mask. With `|` GCC 12 stores all masks and ors them in the end. */
#define UNORDERED_16(lane, a, b) CPOOL_NAME2(_mm_cmpunord, lane)(a, b)
#define UNORDERED_32(lane, a, b) CPOOL_NAME2(_mm256_cmp, lane)(a, b, _CMP_UNORD_Q)
#define UNORDERED_64(lane, a, b) CPOOL_NAME3(_mm512_cmp, lane, mask)(a, b, _CMP_UNORD_Q)
#define EITHER_16(a, b) _mm_or_ps((__m128)(a), (__m128)(b))
#define EITHER_32(a, b) _mm256_or_ps((__m256)(a), (__m256)(b))
#define EITHER_64(a, b) _kor_mask16(a, b)
#define ANY_LANE_16(mask) (_mm_movemask_epi8((__m128i)(mask)) != 0)
#define ANY_LANE_32(mask) (_mm256_movemask_epi8((__m256i)(mask)) != 0)
#define ANY_LANE_64(mask) ((mask) != 0)
#define UNORDERED(lane, a, b) CPOOL_NAME2(UNORDERED, VECTOR_BYTES)(lane, a, b)
#define EITHER(a, b) CPOOL_NAME2(EITHER, VECTOR_BYTES)(a, b)
#define ANY_LANE(mask) CPOOL_NAME2(ANY_LANE, VECTOR_BYTES)(mask)
#define UNORDERED_f32(a, b) UNORDERED(ps, (SINGLES)(a), (SINGLES)(b))
#define UNORDERED_f64(a, b) UNORDERED(pd, (DOUBLES)(a), (DOUBLES)(b))
