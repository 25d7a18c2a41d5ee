/*
 * transpose.h - columns to rows, for one size of element, in square tiles of vectors. Parameters: those of moves.h;
 * TILE, the elements of a vector: 2, 4, 8, 16, or 1 for plain elements.
 */
#define TILE_ROW SIZED(tile_row)

#if TILE > 1
typedef MOVE_T TILE_ROW __attribute__((vector_size(TILE * MOVE_BYTES)));

/* Interleaving a tile's upper and lower half as often as TILE is a power of two transposes it. */
CPOOL_INLINE void SIZED(interleave)(TILE_ROW *row) {
    TILE_ROW next[TILE];
    for (int i = 0; i < TILE / 2; i++) {
        next[2 * i] = __builtin_shufflevector(row[i], row[i + TILE / 2], CPOOL_NAME2(ZIP_LOW, TILE));
        next[2 * i + 1] = __builtin_shufflevector(row[i], row[i + TILE / 2], CPOOL_NAME2(ZIP_HIGH, TILE));
    }
    for (int i = 0; i < TILE; i++) row[i] = next[i];
}

CPOOL_INLINE void SIZED(tile)(MOVE_T *dst, const ptrdiff_t *place, const MOVE_T *src, ptrdiff_t src_pitch) {
    TILE_ROW row[TILE];
    for (int i = 0; i < TILE; i++) memcpy(&row[i], src + i * src_pitch, sizeof row[i]);
    SIZED(interleave)(row);
    if (TILE > 2) SIZED(interleave)(row);
    if (TILE > 4) SIZED(interleave)(row);
    if (TILE > 8) SIZED(interleave)(row);
    for (int i = 0; i < TILE; i++) memcpy(dst + place[i], &row[i], sizeof row[i]);
}
#else
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
