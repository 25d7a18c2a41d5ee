"""cpool: max pooling for NumPy arrays, exact and fast."""

# Data goes one way: arguments -> geometry -> plane loops -> row kernels.
#   functional.py, layers.py   the public functions and layers
#   _pool.py, _arrays.py       checks, dtypes, layouts, output allocation
#   _geometry.py               windows and output lengths, every ValueError of these
#   _kernels.pyx (*.pxi)       plane loops without the GIL, over threads; memory of results, repeated calls
#   src_c/                     row kernels, a table an instruction set
#   _cli.py, __main__.py       the command `cpool`, with _progress.py and _textbook.py; _bench*.py: `cpool bench`

try:
    import cpool._kernels  # noqa: F401
except ModuleNotFoundError as error:
    if error.name != "cpool._kernels":
        raise
    raise ImportError(
        "this is cpool's source folder, not compiled: run `pip install .` and leave it, or `pip install -e .` in it"
    ) from None

from cpool._kernels import empty_cache, get_num_threads, isa, set_num_threads
from cpool.functional import (
    max_pool1d,
    max_pool1d_backward,
    max_pool2d,
    max_pool2d_backward,
    max_pool3d,
    max_pool3d_backward,
    max_unpool1d,
    max_unpool2d,
    max_unpool3d,
    min_pool1d,
    min_pool2d,
    min_pool3d,
)
from cpool.layers import MaxPool1d, MaxPool2d, MaxPool3d, MinPool1d, MinPool2d, MinPool3d, Pooling

__version__ = "0.1.0"

__all__ = [
    "MaxPool1d",
    "MaxPool2d",
    "MaxPool3d",
    "MinPool1d",
    "MinPool2d",
    "MinPool3d",
    "Pooling",
    "__version__",
    "empty_cache",
    "get_num_threads",
    "isa",
    "max_pool1d",
    "max_pool1d_backward",
    "max_pool2d",
    "max_pool2d_backward",
    "max_pool3d",
    "max_pool3d_backward",
    "max_unpool1d",
    "max_unpool2d",
    "max_unpool3d",
    "min_pool1d",
    "min_pool2d",
    "min_pool3d",
    "set_num_threads",
]
