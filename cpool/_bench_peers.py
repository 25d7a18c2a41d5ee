"""The calls that `cpool bench` times: cpool's and its peers', each into arrays that are there already.

Each function yields (stage, call) in an order that can be run: a backward needs the forward before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib import import_module

import numpy as np

import cpool
from cpool._bench_cases import Case, Workload
from cpool._textbook import TextbookPooling

Calls = Iterator[tuple[str, Callable[[], object]]]

# The textbook's columns repeat each element for every window that sees it: of more cells than this it gets a part.
TEXTBOOK_CELLS = 4_000_000


def cpool_calls(work: Workload) -> Calls:
    x, y, dout, dx = work.x, work.y, work.dout, work.dx
    arguments = work.case.kernel_size, work.case.stride, work.case.padding
    layer = cpool.MaxPool2d(*arguments)
    yield "forward", lambda: layer.forward(x, out=y)
    yield "backward", lambda: layer.backward(dout, out=dx)
    yield "inference", lambda: cpool.max_pool2d(x, *arguments, out=y)


def torch_calls(work: Workload) -> Calls:
    torch = import_module("torch")
    torch.set_num_threads(cpool.get_num_threads())
    operations, case = torch.ops.aten, work.case
    x, y, dout, dx = (torch.from_numpy(array) for array in (work.x, work.y, work.dout, work.dx))
    indices = torch.empty_like(y, dtype=torch.int64)
    window = [case.kernel_size] * 2, [case.stride] * 2, [case.padding] * 2, [1, 1], False
    forward = operations.max_pool2d_with_indices.out
    backward = operations.max_pool2d_with_indices_backward.grad_input
    yield "forward", lambda: forward(x, *window, out=y, indices=indices)
    yield "backward", lambda: backward(dout, x, *window, indices, grad_input=dx)


def onnxruntime_calls(work: Workload) -> Calls:
    if work.channels_last:
        raise ValueError("its MaxPool reads nchw only")
    helper, runtime = import_module("onnx.helper"), import_module("onnxruntime")
    case, element = work.case, helper.np_dtype_to_tensor_dtype(work.x.dtype)
    options = runtime.SessionOptions()
    options.intra_op_num_threads = cpool.get_num_threads()
    options.log_severity_level = 4  # an element type it lacks is reported by its exception
    results = {"y": (element, work.y), "indices": (helper.np_dtype_to_tensor_dtype(np.dtype(np.int64)), None)}
    size, step, padding = [case.kernel_size] * 2, [case.stride] * 2, [case.padding] * 4
    for stage, names in (("forward", ["y", "indices"]), ("inference", ["y"])):
        node = helper.make_node("MaxPool", ["x"], names, kernel_shape=size, strides=step, pads=padding)
        inputs = [helper.make_tensor_value_info("x", element, case.shape)]
        outputs = [helper.make_tensor_value_info(name, results[name][0], case.output_shape) for name in names]
        graph = helper.make_graph([node], "pool", inputs, outputs)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 12)], ir_version=8)
        session = runtime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
        binding = session.io_binding()
        binding.bind_ortvalue_input("x", runtime.OrtValue.ortvalue_from_numpy(work.x))
        for name in names:
            array = results[name][1]
            array = np.empty(case.output_shape, np.int64) if array is None else array
            binding.bind_ortvalue_output(name, runtime.OrtValue.ortvalue_from_numpy(array))
        yield stage, partial(session.run_with_iobinding, binding)


def textbook_calls(work: Workload) -> Calls:
    case = work.case
    images, channels = textbook_part(case)
    x, dout = work.x[:images, :channels], work.dout[:images, :channels]
    layer = TextbookPooling(case.kernel_size, case.stride, case.padding)
    yield "forward", lambda: layer.forward(x)
    yield "backward", lambda: layer.backward(dout)


def textbook_part(case: Case) -> tuple[int, int]:
    """How many images, and channels of each, the textbook layer is timed on."""
    n, c, h, w = case.output_shape
    planes = max(TEXTBOOK_CELLS // (h * w * case.kernel_size**2), 1)
    return (min(planes // c, n), c) if planes >= c else (1, planes)


def part_timed(implementation: str, case: Case) -> float:
    """The part of the batch that is timed; 1.0 but for the textbook layer on large cases."""
    n, c, *_ = case.shape
    images, channels = textbook_part(case)
    return images * channels / (n * c) if implementation == "textbook" else 1.0


@dataclass(frozen=True)
class Implementation:
    title: str
    calls: Callable[[Workload], Calls]
    package: str = ""


IMPLEMENTATIONS = {
    "cpool": Implementation("cpool", cpool_calls),
    "torch": Implementation("PyTorch", torch_calls, "torch"),
    "onnxruntime": Implementation("ONNX Runtime", onnxruntime_calls, "onnxruntime"),
    "textbook": Implementation("textbook", textbook_calls),
}
