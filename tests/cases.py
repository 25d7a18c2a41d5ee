"""Hypothesis strategies: poolings of one to three axes, the arrays for them, and how they lie in memory."""

from dataclasses import dataclass
from math import prod

import numpy as np
import reference
from arrays import CHANNEL_LAYOUTS, FLAVOURS, LAYOUTS, laid_out, values
from hypothesis import assume
from hypothesis import strategies as st

NAMED_PADDINGS = ("valid", "same", "same_upper", "same_lower")
# More than twice the widest vector (64 bytes) in the smallest type, and a tail.
WIDE = 140
MOST_WINDOWS = 1500


@dataclass
class Case:
    """One call: x as it lies in memory, the keyword arguments, and the reference's axes (None: it raises `error`)."""

    op: str
    rank: int
    x: np.ndarray
    keywords: dict
    axes: list | None
    error: str
    rng: np.random.Generator

    def view(self, like, layout):
        return laid_out(like, layout, self.rank)

    def random(self, shape, flavour="small"):
        return values(self.rng, self.x.dtype.newbyteorder("="), shape, flavour)


def layouts(rank):
    names = sorted(LAYOUTS) + (sorted(CHANNEL_LAYOUTS) * 3 if rank > 1 else sorted(CHANNEL_LAYOUTS))
    return st.sampled_from(names)


@st.composite
def axis_arguments(draw, longest):
    """(length, kernel, stride, (before, after), dilation), most of which make sense."""
    kernel, dilation = draw(st.integers(1, 5)), draw(st.sampled_from((1, 1, 2, 3)))
    span = dilation * (kernel - 1) + 1
    pads = st.integers(0, min(span, 6) - 1) if span > 1 else st.just(0)
    length = draw(st.integers(1, longest))
    return length, kernel, draw(st.integers(1, 4)), (draw(pads), draw(pads)), dilation


@st.composite
def pools(draw, invalid=False):
    """A Case; with invalid=True its geometry may have an error."""
    rank = draw(st.integers(1, 3))
    widths = {1: (WIDE,), 2: (9, 40, WIDE), 3: (6, 40)}[rank]
    longest = (*{1: (), 2: (9,), 3: (4, 5)}[rank], draw(st.sampled_from(widths)))
    lengths, kernels, strides, pads, dilations = zip(*(draw(axis_arguments(n)) for n in longest), strict=True)
    keywords = {"kernel_size": kernels, "stride": strides, "padding": pads, "dilation": dilations}
    keywords["ceil_mode"] = draw(st.booleans())
    if draw(st.integers(0, 5)) == 0:
        keywords["padding"] = draw(st.sampled_from(NAMED_PADDINGS))
    lead = tuple(draw(st.lists(st.sampled_from((0, 1, 2, 3, 3, 2)), max_size=3)))
    if lead and draw(st.integers(0, 3)) == 0:
        lead = (*lead[:-1], draw(st.integers(4, WIDE)))
    try:
        axes, error = reference.geometry(lengths, **keywords), ""
    except ValueError as failure:
        assume(invalid)
        axes, error = None, str(failure)
    else:
        assume(prod(axis.output for axis in axes) <= MOST_WINDOWS)
    dtype = draw(st.sampled_from(reference.DTYPES))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    x = values(rng, dtype, (*lead, *lengths), draw(st.sampled_from(FLAVOURS)))
    x = laid_out(x, draw(layouts(rank)), rank)
    return Case(draw(st.sampled_from(("max", "min"))), rank, x, keywords, axes, error, rng)
