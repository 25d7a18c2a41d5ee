"""What `cpool bench` times: pools of well-known networks, and the small planes of networks' deep halves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True)
class Case:
    name: str
    shape: tuple[int, int, int, int]  # N, C, H, W
    kernel_size: int
    stride: int
    padding: int

    @property
    def output_shape(self) -> tuple[int, int, int, int]:
        n, c, *lengths = self.shape
        h, w = ((length + 2 * self.padding - self.kernel_size) // self.stride + 1 for length in lengths)
        return n, c, h, w

    def __str__(self) -> str:
        size = self.kernel_size
        return f"{' '.join(map(str, self.shape))}, {size}x{size}, {self.stride}, {self.padding}"

    def bytes_moved(self, stage: str, itemsize: int) -> int:
        """What the definition of a stage makes it read and write; the record is one code an output."""
        cells, outputs = int(np.prod(self.shape)), int(np.prod(self.output_shape))
        record = 0 if stage == "inference" else np.min_scalar_type(self.kernel_size**2 - 1).itemsize
        return cells * itemsize + outputs * (itemsize + record)


def _case(name: str, n: int, c: int, h: int, w: int, kernel_size: int, stride: int, padding: int) -> Case:
    return Case(name, (n, c, h, w), kernel_size, stride, padding)


PUBLIC = [
    _case("seed", 1, 3, 4, 4, 2, 2, 0),
    _case("mnist", 100, 30, 24, 24, 2, 2, 0),
    _case("vgg1", 8, 64, 224, 224, 2, 2, 0),
    _case("vgg4", 8, 512, 28, 28, 2, 2, 0),
    _case("vgg5", 8, 512, 14, 14, 2, 2, 0),
    _case("resnet", 32, 64, 112, 112, 3, 2, 1),
    _case("squeeze", 8, 96, 111, 111, 3, 2, 0),
    _case("spp5", 8, 512, 20, 20, 5, 1, 2),
    _case("spp9", 8, 512, 20, 20, 9, 1, 4),
    _case("spp13", 8, 512, 20, 20, 13, 1, 6),
    _case("issue28733", 1, 16, 3000, 2000, 3, 2, 0),
]
SMALL = [
    _case(f"small{side}-{kernel_size}s{stride}", 8, 512, side, side, kernel_size, stride, padding)
    for side in (7, 8, 13, 14, 17)
    for kernel_size, stride, padding in ((3, 1, 1), (3, 2, 1), (2, 2, 0))
]
CASES = {case.name: [case] for case in (*PUBLIC, *SMALL)}
GROUPS = {"public": PUBLIC, "small": SMALL, "all": [*PUBLIC, *SMALL]}


class Workload:
    """A case's arrays: x and dout are random; y and dx, which take results, hold ones until then."""

    def __init__(self, case: Case, dtype: np.dtype[Any], channels_last: bool) -> None:
        self.case, self.channels_last = case, channels_last
        rng = np.random.default_rng(0)

        def laid_out(shape: tuple[int, ...]) -> Array:
            n, c, h, w = shape
            return np.ones((n, h, w, c), dtype).transpose(0, 3, 1, 2) if channels_last else np.ones(shape, dtype)

        self.x, self.dx = laid_out(case.shape), laid_out(case.shape)
        self.y, self.dout = laid_out(case.output_shape), laid_out(case.output_shape)
        for image in self.x:  # one by one, as the random values of a whole batch would be held twice
            image[...] = _random(rng, image.shape, dtype)
        # Whole numbers: their sums are exact in any order, so a right gradient has only one value.
        self.dout[...] = rng.integers(0, 10, case.output_shape, dtype=np.int8)


def _random(rng: np.random.Generator, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    if dtype.kind == "f":
        return rng.standard_normal(shape, dtype=dtype.type)
    if dtype.kind == "b":
        return rng.integers(0, 2, shape).astype(dtype)
    limits = np.iinfo(dtype)
    return rng.integers(limits.min, limits.max, shape, dtype=dtype.type, endpoint=True)
