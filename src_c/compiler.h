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

/* The statements twice: once where the variable `flag` is the constant 1, once where it is 0. */
#define CPOOL_CONSTANT(flag, ...) \
    do { \
        if (flag) { enum { flag = 1 }; __VA_ARGS__; } \
        else { enum { flag = 0 }; __VA_ARGS__; } \
    } while (0)

/*
 * GCC and Clang have vector types as a language extension: one source for all widths and element types. MSVC has not,
 * so it builds the scalar table only.
 *
 * Prefetches to read: into the second cache, not the first: 2x on 224x224 planes (2x2), 1.3x on 112x112 (3x3, Zen 4).
 * To read soon: into the first. To write: so that no other core has the line, which compilers do on x86 where `prfchw`
 * is allowed; the instruction is a hint, and Windows 10 and OCaml have it of any x86-64 processor (ocaml/ocaml#14665).
 */
#if defined(__clang__) || defined(__GNUC__)
#define CPOOL_HAS_VECTORS 1
#define CPOOL_INLINE static inline __attribute__((always_inline))
#define CPOOL_NOINLINE __attribute__((noinline))
#define CPOOL_RESTRICT restrict
#define CPOOL_PREFETCH_TO_WRITE(p) __builtin_prefetch(p, 1)
#define CPOOL_PREFETCH_TO_READ(p) __builtin_prefetch(p, 0, 2)
#define CPOOL_PREFETCH_TO_READ_SOON(p) __builtin_prefetch(p, 0, 3)
#else
#define CPOOL_HAS_VECTORS 0
#define CPOOL_INLINE static __forceinline
#define CPOOL_NOINLINE __declspec(noinline)
#define CPOOL_RESTRICT __restrict
#define CPOOL_PREFETCH_TO_WRITE(p) ((void)(p))
#define CPOOL_PREFETCH_TO_READ(p) ((void)(p))
#define CPOOL_PREFETCH_TO_READ_SOON(p) ((void)(p))
#endif

/* Code between CPOOL_TARGET_BEGIN and _END is compiled for the named instruction sets. */
#if defined(__clang__)
#define CPOOL_TARGET_BEGIN(isas) CPOOL_PRAGMA(clang attribute push(__attribute__((target(isas))), apply_to = function))
#define CPOOL_TARGET_END CPOOL_PRAGMA(clang attribute pop)
#define CPOOL_UNROLL _Pragma("unroll")
/* Where the number of rounds is not known, Clang may not do it and say so. */
#pragma clang diagnostic ignored "-Wpass-failed"
#elif defined(__GNUC__)
#define CPOOL_TARGET_BEGIN(isas) CPOOL_PRAGMA(GCC push_options) CPOOL_PRAGMA(GCC target(isas))
#define CPOOL_TARGET_END CPOOL_PRAGMA(GCC pop_options)
#define CPOOL_UNROLL _Pragma("GCC unroll 9")
#else
#define CPOOL_UNROLL
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

#endif
