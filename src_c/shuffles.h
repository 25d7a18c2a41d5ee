/*
 * shuffles.h - lists of lanes for __builtin_shufflevector: LIST(F, bytes) is F(bytes, i) for each lane i of a vector of
 * VECTOR_BYTES with elements of so many bytes. A block is 16 bytes of a vector: within blocks a shuffle takes x86 a
 * fifth of the time that it takes across vectors, so rows are taken apart and put together block by block, with one
 * permutation in the end.
 */
#ifndef CPOOL_SHUFFLES_H
#define CPOOL_SHUFFLES_H

#if CPOOL_HAS_SHUFFLE
#define SHUFFLE_LANES(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define SHUFFLE_LANES(a, b, ...) ((void)(b), (a)) /* named, never called */
#endif

#define BLOCK_8(F, bytes, i) F(bytes, i), F(bytes, (i) + 1)
#define BLOCK_4(F, bytes, i) BLOCK_8(F, bytes, i), BLOCK_8(F, bytes, (i) + 2)
#define BLOCK_2(F, bytes, i) BLOCK_4(F, bytes, i), BLOCK_4(F, bytes, (i) + 4)
#define BLOCK_1(F, bytes, i) BLOCK_2(F, bytes, i), BLOCK_2(F, bytes, (i) + 8)
#define LIST_16(F, bytes, i) BLOCK_##bytes(F, bytes, i)
#define LIST_32(F, bytes, i) LIST_16(F, bytes, i), LIST_16(F, bytes, (i) + 16 / bytes)
#define LIST_64(F, bytes, i) LIST_32(F, bytes, i), LIST_32(F, bytes, (i) + 32 / bytes)
#define LIST_OF(F, bytes) CPOOL_NAME2(LIST, VECTOR_BYTES)(F, bytes, 0)
#define LIST(F, bytes) LIST_OF(F, bytes) /* with bytes that are a number by then */

#define OF_VECTOR(bytes) (VECTOR_BYTES / (bytes))
#define OF_HALF(bytes) (8 / (bytes)) /* of a block */
#define IN_UPPER(bytes, i) ((i) / OF_HALF(bytes) % 2)

/* The lower or the upper halves of two vectors by turns. */
#define ZIP_LOW(bytes, i) (i) / 2 + (i) % 2 * OF_VECTOR(bytes)
#define ZIP_HIGH(bytes, i) ZIP_LOW(bytes, i) + OF_VECTOR(bytes) / 2

/* Of each block of one vector the even elements, then the odd ones. */
#define SORTED(bytes, i) (i) - (i) % (2 * OF_HALF(bytes)) + (i) % OF_HALF(bytes) * 2 + IN_UPPER(bytes, i)

/* Of each block of two vectors the even, or the odd, elements. LATE: the second vector begins an element early. */
#define EVENS(bytes, i) SORTED(bytes, i) + IN_UPPER(bytes, i) * (OF_VECTOR(bytes) - 1)
#define ODDS(bytes, i) EVENS(bytes, i) + 1
#define LATE_EVENS(bytes, i) EVENS(bytes, i) + IN_UPPER(bytes, i)

/* What these make in order: the lower halves of all blocks, then the upper ones; and back. */
#define IN_ORDER(bytes, i) \
    (i) % (OF_VECTOR(bytes) / 2) / OF_HALF(bytes) * 2 * OF_HALF(bytes) + (i) % OF_HALF(bytes) + \
        (i) / (OF_VECTOR(bytes) / 2) * OF_HALF(bytes)
#define BY_BLOCKS(bytes, i) \
    (i) / (2 * OF_HALF(bytes)) * OF_HALF(bytes) + (i) % OF_HALF(bytes) + IN_UPPER(bytes, i) * (OF_VECTOR(bytes) / 2)

/* The first element twice, then the rest. */
#define SHIFT_IN(bytes, i) (i) - ((i) > 0)

#endif
