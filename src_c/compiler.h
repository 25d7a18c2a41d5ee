/* compiler.h - everything in which compilers and processors differ, apart from the vectors themselves (vector.h). */
#ifndef CPOOL_COMPILER_H
#define CPOOL_COMPILER_H

#include "cpool_kernels.h"

#define CPOOL_PRAGMA(x) _Pragma(#x)
#define CPOOL_QUOTE(x) #x
#define CPOOL_STRING(x) CPOOL_QUOTE(x)
#define CPOOL_PASTE2(a, b) a##_##b
#define CPOOL_NAME2(a, b) CPOOL_PASTE2(a, b)
#define CPOOL_NAME3(a, b, c) CPOOL_NAME2(CPOOL_NAME2(a, b), c)
#define CPOOL_NAME4(a, b, c, d) CPOOL_NAME2(CPOOL_NAME3(a, b, c), d)
#define CPOOL_NAME5(a, b, c, d, e) CPOOL_NAME2(CPOOL_NAME4(a, b, c, d), e)

/*
 * GCC and Clang have vector types as a language extension: one source for all widths and element types. MSVC has not,
 * so it builds the scalar table only. Code between CPOOL_TARGET_BEGIN and _END is compiled for the named instruction
 * sets.
 */
#if defined(__clang__)
#define CPOOL_HAS_VECTORS 1
#define CPOOL_TARGET_BEGIN(isas) CPOOL_PRAGMA(clang attribute push(__attribute__((target(isas))), apply_to = function))
#define CPOOL_TARGET_END CPOOL_PRAGMA(clang attribute pop)
#define CPOOL_INLINE static inline __attribute__((always_inline))
#define CPOOL_NOINLINE __attribute__((noinline))
#elif defined(__GNUC__)
#define CPOOL_HAS_VECTORS 1
#define CPOOL_TARGET_BEGIN(isas) CPOOL_PRAGMA(GCC push_options) CPOOL_PRAGMA(GCC target(isas))
#define CPOOL_TARGET_END CPOOL_PRAGMA(GCC pop_options)
#define CPOOL_INLINE static inline __attribute__((always_inline))
#define CPOOL_NOINLINE __attribute__((noinline))
#else
#define CPOOL_HAS_VECTORS 0
#define CPOOL_INLINE static __forceinline
#define CPOOL_NOINLINE __declspec(noinline)
#define CPOOL_RESTRICT __restrict
#endif

#if CPOOL_HAS_VECTORS
#define CPOOL_PREFETCH(p) __builtin_prefetch(p, 1)
#define CPOOL_PREFETCH_TO_READ(p) __builtin_prefetch(p, 0, 2)
#else
#define CPOOL_PREFETCH(p) ((void)(p))
#define CPOOL_PREFETCH_TO_READ(p) ((void)(p))
#endif

#ifndef CPOOL_RESTRICT
#define CPOOL_RESTRICT restrict
#endif

#if CPOOL_HAS_VECTORS && defined(__has_builtin)
#if __has_builtin(__builtin_shufflevector)
#define CPOOL_HAS_SHUFFLE 1 /* Clang, GCC 12 and later */
#endif
#endif
#ifndef CPOOL_HAS_SHUFFLE
#define CPOOL_HAS_SHUFFLE 0
#endif

#if CPOOL_HAS_VECTORS && defined(__x86_64__)
#define CPOOL_BUILD_X86 1
#else
#define CPOOL_BUILD_X86 0
#endif
#if CPOOL_HAS_VECTORS && defined(__aarch64__) && defined(__ARM_NEON) && !defined(__ARM_BIG_ENDIAN)
#define CPOOL_BUILD_NEON 1
#else
#define CPOOL_BUILD_NEON 0
#endif

/*
 * A value that the compiler is not to find another way to. GCC 12 otherwise loads the same vector two or three times,
 * which counts where vectors cross lines of the cache, and keeps 36 addresses on the stack for 36 loads.
 */
#if CPOOL_BUILD_X86
#define CPOOL_OPAQUE_POINTER(p) __asm__("" : "+r"(p))
#define CPOOL_OPAQUE_VECTOR(v) __asm__("" : "+v"(v))
#elif CPOOL_BUILD_NEON
#define CPOOL_OPAQUE_POINTER(p) __asm__("" : "+r"(p))
#define CPOOL_OPAQUE_VECTOR(v) __asm__("" : "+w"(v))
#else
#define CPOOL_OPAQUE_POINTER(p) (void)0
#define CPOOL_OPAQUE_VECTOR(v) (void)0
#endif
#if defined(__clang__)
#define CPOOL_UNROLL _Pragma("unroll")
#elif defined(__GNUC__)
#define CPOOL_UNROLL _Pragma("GCC unroll 9")
#else
#define CPOOL_UNROLL
#endif

/*
 * Shuffles of two vectors by element bytes and vector bytes. EVEN: of the first the even lanes, of the second the odd.
 */
#define EVEN_4_16 0, 2, 5, 7
#define EVEN_4_32 0, 2, 4, 6, 9, 11, 13, 15
#define EVEN_4_64 0, 2, 4, 6, 8, 10, 12, 14, 17, 19, 21, 23, 25, 27, 29, 31
#define EVEN_8_16 0, 3
#define EVEN_8_32 0, 2, 5, 7
#define EVEN_8_64 0, 2, 4, 6, 9, 11, 13, 15

/* Of two vectors of so many elements, the lower and the upper halves by turns. */
#define ZIP_LOW_2 0, 2
#define ZIP_HIGH_2 1, 3
#define ZIP_LOW_4 0, 4, 1, 5
#define ZIP_HIGH_4 2, 6, 3, 7
#define ZIP_LOW_8 0, 8, 1, 9, 2, 10, 3, 11
#define ZIP_HIGH_8 4, 12, 5, 13, 6, 14, 7, 15
#define ZIP_LOW_16 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define ZIP_HIGH_16 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31

/* The second vector's first lane, then the first vector's. */
#define SHIFT_IN_2 2, 0
#define SHIFT_IN_4 4, 0, 1, 2
#define SHIFT_IN_8 8, 0, 1, 2, 3, 4, 5, 6
#define SHIFT_IN_16 16, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14

#define EVENS_1_16 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30
#define ODDS_1_16 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31
#define EVENS_1_32 \
    0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34, 36, 38, 40, 42, 44, 46, 48, 50, 52, 54, 56, \
    58, 60, 62
#define ODDS_1_32 \
    1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31, 33, 35, 37, 39, 41, 43, 45, 47, 49, 51, 53, 55, 57, \
    59, 61, 63
#define EVENS_1_64 \
    0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34, 36, 38, 40, 42, 44, 46, 48, 50, 52, 54, 56, \
    58, 60, 62, 64, 66, 68, 70, 72, 74, 76, 78, 80, 82, 84, 86, 88, 90, 92, 94, 96, 98, 100, 102, 104, 106, 108, \
    110, 112, 114, 116, 118, 120, 122, 124, 126
#define ODDS_1_64 \
    1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31, 33, 35, 37, 39, 41, 43, 45, 47, 49, 51, 53, 55, 57, \
    59, 61, 63, 65, 67, 69, 71, 73, 75, 77, 79, 81, 83, 85, 87, 89, 91, 93, 95, 97, 99, 101, 103, 105, 107, 109, \
    111, 113, 115, 117, 119, 121, 123, 125, 127
#define EVENS_2_16 0, 2, 4, 6, 8, 10, 12, 14
#define ODDS_2_16 1, 3, 5, 7, 9, 11, 13, 15
#define EVENS_2_32 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30
#define ODDS_2_32 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31
#define EVENS_2_64 \
    0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34, 36, 38, 40, 42, 44, 46, 48, 50, 52, 54, 56, \
    58, 60, 62
#define ODDS_2_64 \
    1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31, 33, 35, 37, 39, 41, 43, 45, 47, 49, 51, 53, 55, 57, \
    59, 61, 63
#define EVENS_4_16 0, 2, 4, 6
#define ODDS_4_16 1, 3, 5, 7
#define EVENS_4_32 0, 2, 4, 6, 8, 10, 12, 14
#define ODDS_4_32 1, 3, 5, 7, 9, 11, 13, 15
#define EVENS_4_64 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30
#define ODDS_4_64 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31
#define EVENS_8_16 0, 2
#define ODDS_8_16 1, 3
#define EVENS_8_32 0, 2, 4, 6
#define ODDS_8_32 1, 3, 5, 7
#define EVENS_8_64 0, 2, 4, 6, 8, 10, 12, 14
#define ODDS_8_64 1, 3, 5, 7, 9, 11, 13, 15

#endif
