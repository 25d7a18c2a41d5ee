/*
 * floats_x86.h - the processor's own maximum and minimum of floats, which take the second of equals, and of two where
 * one is NaN; and which floats are NaN. Parameters: VECTOR_BYTES and BYTES.
 */
#include <immintrin.h>

#define HAS_FLOAT_MAX 1
#define MM_16 _mm
#define MM_32 _mm256
#define MM_64 _mm512
#define FLOATS_4_16 __m128
#define FLOATS_4_32 __m256
#define FLOATS_4_64 __m512
#define FLOATS_8_16 __m128d
#define FLOATS_8_32 __m256d
#define FLOATS_8_64 __m512d
#define FLOATS CPOOL_NAME3(FLOATS, BYTES, VECTOR_BYTES)
#define INTRINSIC(bytes, name) CPOOL_NAME2(CPOOL_NAME2(MM, bytes), name)

#define PACKED_4 ps
#define PACKED_8 pd
#define PACKED CPOOL_NAME2(PACKED, BYTES)
#define FLOAT_MAX(v, best) INTRINSIC(VECTOR_BYTES, CPOOL_NAME2(max, PACKED))((FLOATS)(v), (FLOATS)(best))

/* Which lanes of a or of b are NaN, as a best_mask. With `|` GCC 12 stores all masks and ors them in the end. */
#define UNORDERED_16(a, b) CPOOL_NAME2(_mm_cmpunord, PACKED)(a, b)
#define UNORDERED_32(a, b) CPOOL_NAME2(_mm256_cmp, PACKED)(a, b, _CMP_UNORD_Q)
#define UNORDERED_64(a, b) CPOOL_NAME3(_mm512_cmp, PACKED, mask)(a, b, _CMP_UNORD_Q)
#define EITHER_16(a, b) _mm_or_ps((__m128)(a), (__m128)(b))
#define EITHER_32(a, b) _mm256_or_ps((__m256)(a), (__m256)(b))
#define EITHER_64(a, b) _kor_mask16(a, b)
#define ANY_LANE_16(mask) (_mm_movemask_epi8((__m128i)(mask)) != 0)
#define ANY_LANE_32(mask) (_mm256_movemask_epi8((__m256i)(mask)) != 0)
#define ANY_LANE_64(mask) ((mask) != 0)
#define UNORDERED(a, b) CPOOL_NAME2(UNORDERED, VECTOR_BYTES)((FLOATS)(a), (FLOATS)(b))
#define EITHER(a, b) CPOOL_NAME2(EITHER, VECTOR_BYTES)(a, b)
#define ANY_LANE(mask) CPOOL_NAME2(ANY_LANE, VECTOR_BYTES)(mask)
