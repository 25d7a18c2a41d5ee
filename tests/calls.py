"""What the tests of hostile arrays and of `out=` share: small arrays and every way to pool them."""

import numpy as np

import cpool

RANKS = (1, 2, 3)
SENTINEL = 77


def example(rank, dtype=np.float64):
    shape = (2, 3, *(5, 6, 7)[:rank])
    return np.random.default_rng(rank).integers(0, 50, shape).astype(dtype)


def functions(rank):
    """Every way from x to y; each takes x and out=."""
    return {
        "max": lambda x, **out: getattr(cpool, f"max_pool{rank}d")(x, 2, **out),
        "min": lambda x, **out: getattr(cpool, f"min_pool{rank}d")(x, 2, **out),
        "indices": lambda x, **out: getattr(cpool, f"max_pool{rank}d")(x, 2, return_indices=True, **out)[0],
        "max layer": lambda x, **out: getattr(cpool, f"MaxPool{rank}d")(2).forward(x, **out),
        "min layer": lambda x, **out: getattr(cpool, f"MinPool{rank}d")(2)(x, **out),
    }


def backward(rank):
    return getattr(cpool, f"max_pool{rank}d_backward")


def recorded(rank, dtype=np.float64):
    x = example(rank, dtype)
    return x, *getattr(cpool, f"max_pool{rank}d")(x, 2, return_indices=True)
