/*
 * transpose.h - columns to rows, for one size of element, in square tiles of vectors. Parameters: those of moves.h;
 * TILE_BYTES, those of a vector: 16, 32 or 64, or 0 for plain elements.
 */
#define TILE_ROW SIZED(tile_row)

#if TILE_BYTES
#define TILE (TILE_BYTES / MOVE_BYTES)
#define TILE_BLOCK (16 / MOVE_BYTES)
#define TILE_LIST(list) CPOOL_NAME3(list, MOVE_BYTES, TILE_BYTES)
typedef MOVE_T TILE_ROW __attribute__((vector_size(TILE_BYTES)));

/*
 * To interleave the upper and the lower half of as many rows as a block of 16 bytes has elements, as often as that is a
 * power of two, transposes their blocks.
 */
CPOOL_INLINE void SIZED(interleave)(TILE_ROW *row) {
    TILE_ROW next[TILE_BLOCK];
    for (int i = 0; i < TILE_BLOCK / 2; i++) {
        next[2 * i] = __builtin_shufflevector(row[i], row[i + TILE_BLOCK / 2], TILE_LIST(ZIP_LOW));
        next[2 * i + 1] = __builtin_shufflevector(row[i], row[i + TILE_BLOCK / 2], TILE_LIST(ZIP_HIGH));
    }
    for (int i = 0; i < TILE_BLOCK; i++) row[i] = next[i];
}

/* The blocks of two rows, `apart` from each other: the even ones into the first, the odd ones into the second. */
#if TILE_BYTES > 16
CPOOL_INLINE void SIZED(part)(TILE_ROW *row, int apart) {
    const TILE_ROW even = __builtin_shufflevector(row[0], row[apart], TILE_LIST(EVEN_BLOCKS));
    row[apart] = __builtin_shufflevector(row[0], row[apart], TILE_LIST(ODD_BLOCKS));
    row[0] = even;
}
#endif

CPOOL_INLINE void SIZED(transpose_tile)(TILE_ROW *row) {
    for (int i = 0; i < TILE; i += TILE_BLOCK)
        for (int n = 1; n < TILE_BLOCK; n *= 2) SIZED(interleave)(row + i);
#if TILE_BYTES == 32
    for (int i = 0; i < TILE_BLOCK; i++) SIZED(part)(row + i, TILE_BLOCK);
#elif TILE_BYTES == 64
    for (int i = 0; i < TILE_BLOCK; i++) {
        SIZED(part)(row + i, TILE_BLOCK);
        SIZED(part)(row + i + 2 * TILE_BLOCK, TILE_BLOCK);
        SIZED(part)(row + i, 2 * TILE_BLOCK);
        SIZED(part)(row + i + TILE_BLOCK, 2 * TILE_BLOCK);
    }
#endif
}

CPOOL_INLINE void SIZED(tile)(MOVE_T *dst, const ptrdiff_t *place, const MOVE_T *src, ptrdiff_t src_pitch) {
    TILE_ROW row[TILE];
    for (int i = 0; i < TILE; i++) memcpy(&row[i], src + i * src_pitch, sizeof row[i]);
    SIZED(transpose_tile)(row);
    for (int i = 0; i < TILE; i++) memcpy(dst + place[i], &row[i], sizeof row[i]);
}
#else
#define TILE 1
CPOOL_INLINE void SIZED(tile)(MOVE_T *dst, const ptrdiff_t *place, const MOVE_T *src, ptrdiff_t src_pitch) {
    (void)src_pitch;
    dst[*place] = *src;
}
#endif

/* The last tile of a row or a column may overlap the one before. */
static void SIZED(transpose)(void *dst_, const ptrdiff_t *place, const void *src_, ptrdiff_t src_pitch, ptrdiff_t n,
                             ptrdiff_t width) {
    MOVE_T *dst = dst_;
    const MOVE_T *src = src_;
    if (n < TILE || width < TILE) {
        for (ptrdiff_t i = 0; i < n; i++)
            for (ptrdiff_t j = 0; j < width; j++) dst[place[j] + i] = src[i * src_pitch + j];
        return;
    }
    for (ptrdiff_t i = 0; i < n; i += TILE) {
        if (i > n - TILE) i = n - TILE;
        for (ptrdiff_t j = 0; j < width; j += TILE) {
            if (j > width - TILE) j = width - TILE;
            SIZED(tile)(dst + i, place + j, src + i * src_pitch + j, src_pitch);
        }
    }
}
#undef TILE_ROW
#undef TILE
#undef TILE_BYTES
#undef TILE_BLOCK
#undef TILE_LIST
