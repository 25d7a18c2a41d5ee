"""Forward in steps of three columns and more, first down the rows: where it is taken, and that its bits are right."""

import pytest
from forward_paths import ALL, COLUMNS, PASSES, check, each


@each(
    [
        (ALL, (2, 11, 33), ((3, 3), (3, 3))),
        (ALL, (2, 18, 35), ((4, 5), (4, 5), (1, 0))),  # rows in the padding
        (ALL, (1, 40, 70), ((8, 8), (8, 8))),
        (ALL, (1, 37, 64), ((16, 16), (16, 16), ((3, 8), (0, 0)))),  # as many taps as a byte names
        ("f4 u1 f8", (2, 13, 50), ((3, 7), (2, 3))),  # columns that several windows see
        ("f4 u1 f8", (2, 9, 41), ((2, 3), (1, 5), (1, 0))),  # and columns between windows
        ("f4 u1 f8", (3, 12, 60), ((3, 4), (4, 6), (1, 0), (2, 3))),
        ("f4 u1 f8", (2, 9, 34), ((2, 2), (11, 32))),  # one window in a row
        ("f4 i2", (1, 4, 9, 40), ((2, 3, 3), (2, 3, 3), (1, 1, 0))),
        ("f4 u1 f8", (1, 7, 9000), ((3, 3), (3, 3))),  # some columns of outputs at a time,
        ("f4 u1", (1, 5, 9001), ((2, 100), (2, 60))),  # of long windows
    ]
)
@pytest.mark.parametrize("layout", ["contiguous", "inside"])
def test_columns(layout, dtype, arguments):
    check(COLUMNS, dtype, *arguments, layout)


@each(
    [
        ("f4 u1", (2, 11, 33), ((4, 4), (2, 2))),  # a shorter step
        ("f4 u1", (2, 11, 34), ((3, 3), (3, 3), (0, 1))),  # a window reaches beside its row
        ("f4 u1", (5, 120), ((7,), (6,))),  # windows of one row
        ("f4 u1", (2, 11, 33), ((7, 3), (3, 3))),  # rows that more than two windows see
        ("u1", (2, 11, 31), ((3, 3), (3, 3))),  # short rows
        ("f4", (2, 20, 40), ((20, 17), (20, 20))),  # more taps than a byte names
    ]
)
def test_not_columns(dtype, arguments):
    check(PASSES, dtype, *arguments)
