/*
 * cpool_kernels.h - what the C side offers: tables of row kernels, one table an instruction set.
 *
 * A kernel knows rows, not geometry: it gets pointers and sizes and makes one pass; two return what they found. Its
 * caller has checked everything. Sizes, offsets and pitches are in elements, and every size is at least 1 but where it
 * says else.
 */
#ifndef CPOOL_KERNELS_H
#define CPOOL_KERNELS_H

#include <stddef.h>
#include <stdint.h>

/*
 * The names of dtypes and instruction sets. What a dtype is in C stands in dtypes.h, by the same names. Unsigned
 * integers are the signed ones of their size: sums wrap alike, and forward makes keys of the elements, of which the
 * greatest wins in signed order, by flipping the bits of `flip`: the first bit of unsigned integers, and to find the
 * least all bits of integers, the sign of floats. min_f32 is float32 flipped so; f32 is not flipped at all.
 */
#define CPOOL_FOR_EACH_DTYPE(X, arg) X(b8, arg) X(i8, arg) X(i16, arg) X(i32, arg) X(i64, arg) X(f32, arg) X(f64, arg)
#define CPOOL_FOR_EACH_KEY(X, arg) CPOOL_FOR_EACH_DTYPE(X, arg) X(min_f32, arg)
#define CPOOL_FOR_EACH_ISA(X) X(avx512) X(avx2) X(sse2) X(neon) X(scalar)

#define CPOOL_DTYPE_ENUM(dtype, prefix) prefix##_##dtype,
enum cpool_dtype { CPOOL_FOR_EACH_KEY(CPOOL_DTYPE_ENUM, CPOOL) CPOOL_N_KEYS, CPOOL_N_DTYPES = CPOOL_min_f32 };

/* An array is read only once, so what comes next is asked for so many bytes ahead. */
#define CPOOL_AHEAD_BYTES 4096
/* What stays in the first cache. */
#define CPOOL_FIRST_CACHE_BYTES 32768

/* Sizes of an element, 1, 2, 4 and 8 bytes: of a record's code, or of what split moves. */
enum { CPOOL_N_SIZES = 4 };

/* The most rows of a window for window_best_pairs, and phases for sum_record (both below). */
enum { CPOOL_MOST_PAIR_ROWS = 4, CPOOL_MOST_PHASES = 8 };

/*
 * The cells that one output row looks at: n_rows rows times n_taps taps. Output element (i, j) sees, for each row r and
 * tap t, value[r][i * pitch + tap + t * tap_step + j], whose place in the pooling window is the code
 * row_code[r] + tap_code + t.
 */
typedef struct {
    const void *const *value; /* [n_rows] */
    const int64_t *row_code;  /* [n_rows] */
    const void *const *code;  /* [n_rows], records of bytes, n_taps and n_lines 1: what is added to the places of the */
                              /* cells in a row; then of equals that of the least place wins; NULL: nothing */
    ptrdiff_t n_rows;
    ptrdiff_t n_taps, tap, tap_step;
    int64_t tap_code;
    ptrdiff_t pitch;
    ptrdiff_t n_lines, line, y_line; /* so many times all of it, each `line` further in x, y_line in y and record */
    uint64_t flip;            /* the bits of x's elements that make keys of them, and back */
    int left;                 /* window_best_pairs, 3 neighbouring taps: column 0 lacks tap 0, which lies in padding */
    int streams;              /* known windows' y is written past the caches, where its rows are whole vectors */
    ptrdiff_t ahead;          /* in bytes: so far ahead are the rows asked for; 0: they are in the first cache */
} cpool_window;

/*
 * Forward: y[n][width] (rows y_pitch apart) is the first best element of each window in the order of rows and taps;
 * record (same shape and pitch; NULL: not wanted, records of bytes only) is the place of that element.
 *
 * A row may be written past its end, to the end of a vector, as long as it stays within the first `room` cells of y
 * (the rows come in their order, so the next one is right again); then as much may be read past the window's rows, and
 * n_lines is 1.
 */
typedef void cpool_window_best(void *y, void *record, ptrdiff_t y_pitch, const cpool_window *window, ptrdiff_t n,
                               ptrdiff_t width, ptrdiff_t room);

/*
 * window_best_pairs: the same of every second element, value[r][i * pitch + tap + t + 2 * j], of 2 or 3 neighbouring
 * taps in at most CPOOL_MOST_PAIR_ROWS rows; n_lines is 1.
 */

/*
 * A pass of a window along its rows or down its columns, over cells that lie in scratch: values, and where an earlier
 * pass has made them (`later`) beside them the places of the winners, if places are wanted: as wide as a code, or in
 * vectors of 16 and 32 bytes as an element, if that is wider.
 * The order of places being that of the taps in each pass, the first of equals wins in the whole window too.
 *
 * best_along: y[i] is the best of value[i + tap[t]], whose place is tap_code[t] and what code has there. Returns
 * whether a first pass has found NaN for which later passes are to be `exact`. n is rounded up to whole vectors
 * in what is read and what is written. A later pass may be in place (y is value, places is code) where no tap is
 * negative.
 *
 * best_down: y[n_planes][n][width] (rows y_pitch and planes y_plane apart) is the best of
 * value[p * plane + i * pitch + t * tap_pitch + j], whose place is t * code_step and what code has there. A row
 * narrower than a vector may be written past its end within the first `room` elements of y, the next one after it;
 * past the last row's end a vector may be read.
 */
typedef struct {
    const void *value, *code;
    int later;
    int in_pairs; /* best_along, first pass, where window_best_pairs is: windows of 2 or 3 neighbours begin 2 apart */
    ptrdiff_t n_images;                 /* else, of a first pass: so many taps together see all cells that are seen */
    ptrdiff_t n_taps;
    const ptrdiff_t *tap;               /* [n_taps] best_along */
    const int64_t *tap_code;
    ptrdiff_t n_planes, plane, y_plane; /* best_down */
    ptrdiff_t pitch, tap_pitch;
    int64_t code_step;
    ptrdiff_t before, n_cells; /* best_aside: so many rows are there, from the first window's tap `before` (or -) on; */
    ptrdiff_t stride;          /* so many taps apart begin windows */
    uint64_t flip;                      /* by a first pass, and back by best_down: between them lie keys */
} cpool_pass;
typedef int cpool_best_along(void *y, void *places, const cpool_pass *pass, ptrdiff_t n, int exact);
typedef void cpool_best_down(void *y, void *record, ptrdiff_t y_pitch, const cpool_pass *pass, ptrdiff_t n,
                             ptrdiff_t width, ptrdiff_t room, int exact);

/* Forward of a window that is a run of n cells: y becomes the first best of them; returns which one it is. */
typedef ptrdiff_t cpool_best_one(void *y, const void *x, ptrdiff_t n, uint64_t flip);

/*
 * Forward of n whole planes of x, of square windows of 2 or 3 taps and strides of 1 or (where window_best_pairs is) 2,
 * or of 5 taps and stride 1, records of bytes: y[n][output[0]][output[1]] and record beside it. Rows of x are read up
 * to a window's taps and a vector beside them, where x allows it; else the plane is copied first.
 */
typedef struct {
    const void *first, *end;            /* of x: what may be read */
    ptrdiff_t height, width, row, plane; /* of x: cells, and elements from one to the next */
    ptrdiff_t kernel, stride, before[2], output[2];
    void *copy; /* room for a plane: before[1] + height * width + kernel elements, and stride times as many more as */
                /* output[1], or as a vector has if that is more */
    const void *fill;
    uint64_t flip;
    ptrdiff_t ahead;                    /* in bytes: so far ahead is x asked for */
    ptrdiff_t rows, block;              /* best_aside: of winners in the copy's room; of outputs done at a time */
} cpool_planes;
typedef void cpool_best_planes(void *y, void *record, const void *x, const cpool_planes *planes, ptrdiff_t n);

/*
 * best_aside: the same for windows of up to 16 taps an axis, at stride 1 of 4 or more, or of one that is the plane's
 * only row, of up to 256; at least as many planes as a vector has lanes, rows of x of 4 cells or more. Only x's cells
 * are read. The copy's room is for `width` vectors, for output[1] times `rows` + `block`, and for the places of as many
 * as those. rows: as many as x has, or as the windows of a block see, or more. block: at stride 1 8, or all.
 */

/*
 * Forward of channels last, of windows of 2x2, 3x3 or, with vectors of 64 bytes, 5x5 taps whose rows begin one
 * apart, records of bytes, 16 bytes of channels or more: y[n_rows][n_pixels][n_channels], rows y_row apart, of
 * windows that have the same taps, each `step` further in x than the one beside it. The first row's windows begin in
 * row `first` of x; rows before x's first one or past its last are padding. A tap in padding is to have the place
 * and the code of one that is not.
 */
typedef struct {
    ptrdiff_t height, row;    /* of x: rows, and elements from one to the next */
    ptrdiff_t kernel, first;
    ptrdiff_t n_rows, n_pixels, n_channels, y_row, step;
    ptrdiff_t tap[5];
    int64_t tap_code[5];
    ptrdiff_t shared;         /* so many of its first taps a window has from the one before it */
    const void *fill;
    uint64_t flip;
    ptrdiff_t ahead;          /* in bytes: so far ahead is x asked for */
} cpool_channels;
typedef void cpool_best_pixels(void *y, void *record, const void *x, const cpool_channels *channels);

/*
 * Forward of channels last of windows without gaps, of one vector of channels, which is best_down's of the record's
 * type; without one of bytes. x[height][width] of a plane, rows of outputs of the columns from `first` on. Axes: rows,
 * columns. Each window sees a cell of x. scratch: winners of (kernel[0] + 2) * n + kernel[1] vectors, first values and
 * then places as passes have them.
 */
typedef struct {
    ptrdiff_t height, width, row, pixel; /* of x: cells, and elements from one to the next */
    ptrdiff_t kernel[2], stride[2], before[2];
    ptrdiff_t n_rows, first, n; /* of outputs */
    ptrdiff_t y_row, y_pixel;
    void *scratch;
    uint64_t flip;
} cpool_ring;
typedef void cpool_best_ring(void *y, void *record, const void *x, const cpool_ring *ring);

/*
 * Outputs side by side: n_rows rows of `width` outputs, of each of n_planes planes. Output (p, r, i) is element
 * p * plane + r * row + i * step of the arrays of outputs; element 0 of its window is element
 * p * dx_plane + start + r * dx_row + i * dx_step of dx, its tap of code c lies offset_of[c] elements further. Of these
 * places in dx, all but the plane's wrap as unsigned numbers do: a window may begin far outside.
 */
typedef struct {
    ptrdiff_t n_planes, n_rows, width;
    ptrdiff_t plane, row, step;
    ptrdiff_t dx_plane, dx_row, dx_step, start;
    ptrdiff_t first, end;        /* the elements of a plane of dx that may be written; other winners are left out */
    int checked;                 /* 0: all winners are among these */
    const ptrdiff_t *offset_of;  /* [taps] */
} cpool_outputs;

/* Backward, records of 1 or 2 bytes: adds each dout to the cell of dx that its record names, row by row. */
typedef void cpool_scatter_record(void *dx, const void *dout, const void *record, const cpool_outputs *outputs);

/* The taps of a window: where each lies, and its code. */
typedef struct {
    const ptrdiff_t *offset; /* [n] */
    const int64_t *code;     /* [n] */
    ptrdiff_t n;
} cpool_taps;

/*
 * Backward in vectors, records of bytes: n times n_phases cells of `width` elements. Element j of cell (i, p) of dx,
 * which is (i * n_phases + p) * width + j, becomes the sum, from 0 on and in the order of the taps of phase p, of those
 * elements i * width + offset[t] + j of dout whose record is code[t].
 */
typedef struct {
    ptrdiff_t n, n_phases, width; /* n_phases: up to CPOOL_MOST_PHASES */
    int streams; /* written past the caches, where all lies at multiples of 16 bytes */
} cpool_cells;
typedef void cpool_sum_record(void *dx, const void *dout, const void *record, const cpool_taps *taps /* [n_phases] */,
                              const cpool_cells *cells);

/*
 * The same in NCHW of windows of kernel x kernel taps (2, 3 or 5) and stride 1 that leave the size as it is, so that
 * rows of dx and of outputs, of all planes one after the other, lie equally far apart: cell (r, j) of n rows is the sum
 * of those outputs (r + kernel - 1 - t_row, j + kernel - 1 - t) whose record is t_row * kernel + t, of which the
 * least is dout's and record's first. A vector more may be read.
 */
typedef struct {
    ptrdiff_t width, kernel;
    ptrdiff_t ahead; /* so many elements ahead dout is asked for; 0: it is in the first cache */
} cpool_same;
typedef void cpool_sum_same(void *dx, const void *dout, const void *record, const cpool_same *same, ptrdiff_t n);

/*
 * Windows that lie side by side. spread_cells: writes dout[n_lines][n][width] + 0, or 0, to l * line + i * dx_pitch +
 * offset[t] + j for every tap of the rising ones. spread_pairs: to ... + 2 * j, and an odd t is the right neighbour of
 * the one before. A row may be written past its end within the first `room` elements of dx, if n_lines is 1; what it
 * overwrites there of the rows that follow is written afterwards. streams: past the caches, where dx and all that is
 * added to it are multiples of 16 bytes (and in spread_cells rows are whole vectors).
 */
typedef void cpool_spread(void *dx, ptrdiff_t dx_pitch, const void *dout, const void *record, const cpool_taps *taps,
                          ptrdiff_t n_lines, ptrdiff_t line, ptrdiff_t n, ptrdiff_t width, ptrdiff_t room,
                          int streams);

/*
 * Backward of windows of kernel x kernel cells (2 or 3) that begin a stride of 1 or 2 apart, the first one before[2]
 * rows and columns outside a plane, or of planes of one row; records of bytes, which name no cell outside their row. n
 * rows of dx, the first of which is row `row` of a plane, become the sums, from 0 on and in the order of the outputs,
 * of those of the plane whose record names them; n_planes: such rows of several planes, all they have, one after the
 * other. Up to two vectors are read beside each row of outputs.
 */
typedef struct {
    ptrdiff_t kernel, stride;
    ptrdiff_t width, n, height; /* of a row of dx; outputs of a row; rows of outputs */
    ptrdiff_t before[2];
    const void *outside; /* codes that are 0 for a row's outputs, and for two vectors before and after them 255 */
    ptrdiff_t ahead; /* so many elements ahead is dout asked for; 0: not */
    int lines;       /* stride 2: dx is written in vectors at multiples of their size, */
    int streams;     /* past the caches; without `lines` not */
} cpool_columns;
typedef void cpool_sum_rows(void *dx, const void *dout, const void *record, const cpool_columns *columns, ptrdiff_t row,
                            ptrdiff_t n, ptrdiff_t n_planes);

/*
 * Takes rows apart by column modulo n_phases: element (i, j) of src[n][width], src[i * src_pitch + j * step], goes to
 * dst[i * dst_pitch + (at + j) % n_phases * image + (at + j) / n_phases]. n and width may be 0.
 */
typedef void cpool_split(void *dst, ptrdiff_t dst_pitch, ptrdiff_t image, ptrdiff_t at, ptrdiff_t n_phases,
                         const void *src, ptrdiff_t src_pitch, ptrdiff_t step, ptrdiff_t n, ptrdiff_t width);

/* dst[n][n_bytes] = src[n][n_bytes], pitches in bytes too. n_bytes: at least 1. far: so far ahead is src asked for. */
typedef void cpool_pack(void *dst, ptrdiff_t dst_pitch, const void *src, ptrdiff_t src_pitch, ptrdiff_t n,
                        ptrdiff_t n_bytes, ptrdiff_t far);

/* dst[n_bytes] = src[n_bytes], past the caches. */
typedef void cpool_pack_past(void *dst, const void *src, ptrdiff_t n_bytes);

/* dst[n][width] = value. width may be 0. */
typedef void cpool_fill(void *dst, ptrdiff_t dst_pitch, ptrdiff_t n, ptrdiff_t width, const void *value);

/*
 * One plane, whose cells lie `pitch` apart: scatter_add adds dout[n] to dx at the indices, in their order; scatter_put
 * writes y[n] there, so that the last of equal indices wins. The indices are checked; the plane has been cleared; n may
 * be 0.
 */
typedef void cpool_scatter(void *plane, ptrdiff_t pitch, const void *values, const int64_t *indices,
                           ptrdiff_t values_pitch, ptrdiff_t n);

typedef struct {
    const char *isa;
    ptrdiff_t vector_bytes; /* of the widest vector; 0: none */
    cpool_window_best *window_best[CPOOL_N_KEYS][CPOOL_N_SIZES]; /* last index: the record's type */
    cpool_window_best *window_best_pairs[CPOOL_N_KEYS]; /* stride 2, records of bytes; may be NULL */
    cpool_best_along *best_along[CPOOL_N_KEYS][2]; /* last index: records of 1 and of 2 bytes */
    cpool_best_down *best_down[CPOOL_N_KEYS][2];
    cpool_best_ring *best_ring[CPOOL_N_KEYS][2]; /* NULL: best_down has no vectors either */
    cpool_best_one *best_one[CPOOL_N_KEYS];
    cpool_best_planes *best_planes[CPOOL_N_KEYS]; /* may be NULL */
    cpool_best_planes *best_aside[CPOOL_N_KEYS]; /* may be NULL */
    cpool_best_pixels *best_pixels[CPOOL_N_KEYS]; /* may be NULL */
    cpool_sum_record *sum_record[CPOOL_N_DTYPES];
    cpool_sum_same *sum_same[CPOOL_N_DTYPES]; /* may be NULL */
    cpool_spread *spread_cells[CPOOL_N_DTYPES];
    cpool_spread *spread_pairs[CPOOL_N_DTYPES]; /* may be NULL */
    cpool_sum_rows *sum_rows[CPOOL_N_DTYPES]; /* may be NULL */
    cpool_scatter_record *scatter_record[CPOOL_N_DTYPES][2]; /* last index: as of best_along */
    cpool_scatter *scatter_add[CPOOL_N_DTYPES];
    cpool_scatter *scatter_put[CPOOL_N_SIZES]; /* last index here and below: the element's size */
    cpool_split *split[CPOOL_N_SIZES];
    cpool_fill *fill[CPOOL_N_SIZES];
    cpool_pack *pack;
    cpool_pack_past *pack_past; /* NULL: there are no stores past the caches */
} cpool_kernels;

/*
 * The tables built into this library, best first, NULL at the end; which of them the processor and the system can run.
 */
extern const cpool_kernels *const cpool_built[];
int cpool_usable(const cpool_kernels *kernels);
int cpool_is_amd(void);

/* How many runs of stores went past the caches, counted as atomics.h does: for tests, which do not see it else. */
extern int64_t cpool_streamed;

#endif
