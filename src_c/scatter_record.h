/*
 * scatter_record.h - backward, for one dtype and record: each dout is added to the cell that its record names. The cost
 * of an output does not depend on its window, nor on the instruction set. Parameters: those of dtypes.h; RECORD,
 * RECORD_T.
 */
#define OF_RECORD(name) CPOOL_NAME3(name, DTYPE, RECORD)

/* An output of each of n planes, up to 4. Their cells are found first, while additions wait: 1.1x to 1.2x. */
CPOOL_INLINE void OF_RECORD(add)(SUM_T *dx, const SUM_T *dout, const RECORD_T *record, const cpool_outputs *o,
                                 size_t window, ptrdiff_t dx_plane, ptrdiff_t plane, const ptrdiff_t n, int checked) {
    size_t at[4];
    SUM_T outside = 0;
    for (ptrdiff_t p = 0; p < n; p++) at[p] = window + (size_t)o->offset_of[record[p * plane]];
    for (ptrdiff_t p = 0; p < n; p++) {
        const int is_outside = checked && at[p] - (size_t)o->first >= (size_t)(o->end - o->first);
        SUM_T *cell = is_outside ? &outside : dx + p * dx_plane + (ptrdiff_t)at[p];
        *cell = (SUM_T)ADD(*cell, dout[p * plane]);
    }
}

CPOOL_INLINE void OF_RECORD(scatter)(SUM_T *dx, const SUM_T *dout, const RECORD_T *record, const cpool_outputs *outputs,
                                     ptrdiff_t n_planes, ptrdiff_t dx_plane, ptrdiff_t plane, ptrdiff_t step,
                                     int checked) {
    const cpool_outputs o = *outputs;
#define ADD_PLANES(n) \
    OF_RECORD(add)(dx + p * dx_plane, dout + from, record + from, &o, window, dx_plane, plane, n, checked)
    for (ptrdiff_t r = 0; r < o.n_rows; r++) {
        size_t window = (size_t)o.start + (size_t)r * (size_t)o.dx_row;
        ptrdiff_t at = r * o.row;
        for (ptrdiff_t i = 0; i < o.width; i++, window += (size_t)o.dx_step, at += step)
            for (ptrdiff_t p = 0, from = at; p < n_planes; p += 4, from += 4 * plane)
                if (p + 4 <= n_planes) ADD_PLANES(4);
                else ADD_PLANES(n_planes - p);
    }
#undef ADD_PLANES
}

void CPOOL_NAME4(cpool_scatter_record, DTYPE, RECORD, ISA)(void *dx, const void *dout, const void *record,
                                                          const cpool_outputs *o) {
    if (o->checked)
        OF_RECORD(scatter)(dx, dout, record, o, o->n_planes, o->dx_plane, o->plane, o->step, 1);
    else if (o->dx_plane == 1 && o->plane == 1)
        OF_RECORD(scatter)(dx, dout, record, o, o->n_planes, 1, 1, o->step, 0);
    else if (o->n_planes == 4)
        /* Neighbouring windows often have one winner, and an addition waits for the last one to its cell; those to
         * other planes do not. Four planes together take 0.55 to 0.75 of the time. */
        OF_RECORD(scatter)(dx, dout, record, o, 4, o->dx_plane, o->plane, 1, 0);
    else
        for (ptrdiff_t p = 0; p < o->n_planes; p++)
            OF_RECORD(scatter)((SUM_T *)dx + p * o->dx_plane, (const SUM_T *)dout + p * o->plane,
                               (const RECORD_T *)record + p * o->plane, o, 1, 0, 0, 1, 0);
}
#undef OF_RECORD
