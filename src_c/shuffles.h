/*
 * shuffles.h - lists of lanes for __builtin_shufflevector, by bytes of an element and of a vector. A block is 16 bytes
 * of a vector: within blocks a shuffle takes x86 a fifth of the time that it takes across vectors, so rows are taken
 * apart and put together block by block, with one permutation in the end.
 */
#ifndef CPOOL_SHUFFLES_H
#define CPOOL_SHUFFLES_H

/* The lower or the upper halves of two vectors by turns. */
#define ZIP_LOW_4_16 0, 4, 1, 5
#define ZIP_HIGH_4_16 2, 6, 3, 7
#define ZIP_LOW_4_32 0, 8, 1, 9, 2, 10, 3, 11
#define ZIP_HIGH_4_32 4, 12, 5, 13, 6, 14, 7, 15
#define ZIP_LOW_4_64 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define ZIP_HIGH_4_64 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#define ZIP_LOW_8_16 0, 2
#define ZIP_HIGH_8_16 1, 3
#define ZIP_LOW_8_32 0, 4, 1, 5
#define ZIP_HIGH_8_32 2, 6, 3, 7
#define ZIP_LOW_8_64 0, 8, 1, 9, 2, 10, 3, 11
#define ZIP_HIGH_8_64 4, 12, 5, 13, 6, 14, 7, 15

/* Of each block of two vectors the even, or the odd, elements. LATE: the second vector begins an element early. */
#define EVENS_4_16 0, 2, 4, 6
#define ODDS_4_16 1, 3, 5, 7
#define LATE_EVENS_4_16 0, 2, 5, 7
#define EVENS_4_32 0, 2, 8, 10, 4, 6, 12, 14
#define ODDS_4_32 1, 3, 9, 11, 5, 7, 13, 15
#define LATE_EVENS_4_32 0, 2, 9, 11, 4, 6, 13, 15
#define EVENS_4_64 0, 2, 16, 18, 4, 6, 20, 22, 8, 10, 24, 26, 12, 14, 28, 30
#define ODDS_4_64 1, 3, 17, 19, 5, 7, 21, 23, 9, 11, 25, 27, 13, 15, 29, 31
#define LATE_EVENS_4_64 0, 2, 17, 19, 4, 6, 21, 23, 8, 10, 25, 27, 12, 14, 29, 31
#define EVENS_8_16 0, 2
#define ODDS_8_16 1, 3
#define LATE_EVENS_8_16 0, 3
#define EVENS_8_32 0, 4, 2, 6
#define ODDS_8_32 1, 5, 3, 7
#define LATE_EVENS_8_32 0, 5, 2, 7
#define EVENS_8_64 0, 8, 2, 10, 4, 12, 6, 14
#define ODDS_8_64 1, 9, 3, 11, 5, 13, 7, 15
#define LATE_EVENS_8_64 0, 9, 2, 11, 4, 13, 6, 15

/* What these make in order: the lower halves of all blocks, then the upper ones; and back. */
#define IN_ORDER_4_16 0, 1, 2, 3
#define BY_BLOCKS_4_16 0, 1, 2, 3
#define IN_ORDER_4_32 0, 1, 4, 5, 2, 3, 6, 7
#define BY_BLOCKS_4_32 0, 1, 4, 5, 2, 3, 6, 7
#define IN_ORDER_4_64 0, 1, 4, 5, 8, 9, 12, 13, 2, 3, 6, 7, 10, 11, 14, 15
#define BY_BLOCKS_4_64 0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15
#define IN_ORDER_8_16 0, 1
#define BY_BLOCKS_8_16 0, 1
#define IN_ORDER_8_32 0, 2, 1, 3
#define BY_BLOCKS_8_32 0, 2, 1, 3
#define IN_ORDER_8_64 0, 2, 4, 6, 1, 3, 5, 7
#define BY_BLOCKS_8_64 0, 4, 1, 5, 2, 6, 3, 7

/* The first element twice, then the rest. */
#define SHIFT_IN_1_16 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14
#define SHIFT_IN_1_32 \
    0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, \
    30
#define SHIFT_IN_1_64 \
    0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, \
    30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, \
    58, 59, 60, 61, 62
#define SHIFT_IN_2_16 0, 0, 1, 2, 3, 4, 5, 6
#define SHIFT_IN_2_32 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14
#define SHIFT_IN_2_64 \
    0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, \
    30
#define SHIFT_IN_4_16 0, 0, 1, 2
#define SHIFT_IN_4_32 0, 0, 1, 2, 3, 4, 5, 6
#define SHIFT_IN_4_64 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14
#define SHIFT_IN_8_16 0, 0
#define SHIFT_IN_8_32 0, 0, 1, 2
#define SHIFT_IN_8_64 0, 0, 1, 2, 3, 4, 5, 6

/* Of each block of one vector the even elements, then the odd ones. */
#define SORTED_1_16 0, 2, 4, 6, 8, 10, 12, 14, 1, 3, 5, 7, 9, 11, 13, 15
#define SORTED_1_32 \
    0, 2, 4, 6, 8, 10, 12, 14, 1, 3, 5, 7, 9, 11, 13, 15, 16, 18, 20, 22, 24, 26, 28, 30, 17, 19, 21, 23, 25, 27, \
    29, 31
#define SORTED_1_64 \
    0, 2, 4, 6, 8, 10, 12, 14, 1, 3, 5, 7, 9, 11, 13, 15, 16, 18, 20, 22, 24, 26, 28, 30, 17, 19, 21, 23, 25, 27, \
    29, 31, 32, 34, 36, 38, 40, 42, 44, 46, 33, 35, 37, 39, 41, 43, 45, 47, 48, 50, 52, 54, 56, 58, 60, 62, 49, 51, \
    53, 55, 57, 59, 61, 63
#define SORTED_2_16 0, 2, 4, 6, 1, 3, 5, 7
#define SORTED_2_32 0, 2, 4, 6, 1, 3, 5, 7, 8, 10, 12, 14, 9, 11, 13, 15
#define SORTED_2_64 \
    0, 2, 4, 6, 1, 3, 5, 7, 8, 10, 12, 14, 9, 11, 13, 15, 16, 18, 20, 22, 17, 19, 21, 23, 24, 26, 28, 30, 25, 27, \
    29, 31

#endif
