"""PyTorch and ONNX Runtime where they agree with the definition: no NaN. Skipped where they are not installed."""

from itertools import product

import numpy as np
import pytest
from tables import assert_same, function, layer_class

# (rank, shape, kernel, stride, padding, dilation), with paddings that PyTorch accepts.
POOLS = [
    (1, (2, 3, 50), 3, 2, 1, 1),
    (1, (2, 3, 41), 4, 3, 2, 2),
    (2, (2, 3, 24, 24), 2, 2, 0, 1),
    (2, (2, 3, 29, 41), 3, 2, 1, 1),
    (2, (2, 5, 20, 20), 5, 1, 2, 1),
    (2, (1, 2, 20, 20), 13, 1, 6, 1),
    (2, (2, 3, 17, 40), (2, 3), (3, 1), (1, 0), (2, 3)),
    (3, (2, 3, 7, 8, 20), 2, 2, 0, 1),
    (3, (2, 2, 7, 9, 11), 3, (1, 2, 2), 1, 1),
    (3, (1, 2, 8, 9, 12), (2, 3, 2), (2, 1, 3), 1, (1, 2, 1)),
]
# ONNX Runtime takes no notice of the dilation in its SAME paddings.
ONNX_POOLS = [
    (*pool, padding)
    for pool, padding in product(POOLS, ("given", "asymmetric", "valid", "same_upper", "same_lower"))
    if pool[-1] == 1 or "same" not in padding
]


@pytest.fixture(scope="module")
def torch():
    return pytest.importorskip("torch", reason="PyTorch is not installed")


@pytest.fixture(scope="module")
def onnx_pool():
    """A function (x, keywords of onnx's MaxPool) -> (values, indices)."""
    helper = pytest.importorskip("onnx.helper", reason="onnx is not installed")
    runtime = pytest.importorskip("onnxruntime", reason="ONNX Runtime is not installed")

    def pool(x, **keywords):
        element = helper.np_dtype_to_tensor_dtype(x.dtype)
        node = helper.make_node("MaxPool", ["x"], ["y", "indices"], **keywords)
        outputs = [helper.make_tensor_value_info("y", element, None)]
        outputs.append(helper.make_tensor_value_info("indices", helper.np_dtype_to_tensor_dtype(np.dtype("i8")), None))
        graph = helper.make_graph([node], "pool", [helper.make_tensor_value_info("x", element, x.shape)], outputs)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 12)], ir_version=8)
        options = runtime.SessionOptions()
        options.log_severity_level = 3
        session = runtime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
        return session.run(None, {"x": x})

    return pool


def values(shape, dtype, most):
    """Integers up to `most`: a small one makes ties."""
    return np.random.default_rng(most).integers(-most, most, shape).astype(dtype)


@pytest.mark.parametrize("most", [2, 120])
@pytest.mark.parametrize("ceil_mode", [False, True])
@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize("case", POOLS, ids=str)
def test_torch(torch, isa, case, dtype, ceil_mode, most):
    rank, shape, *arguments = case
    x = values(shape, dtype, most)
    tensor = torch.from_numpy(x).requires_grad_()
    peer = getattr(torch.nn.functional, f"max_pool{rank}d")
    expected, expected_indices = peer(tensor, *arguments, ceil_mode=ceil_mode, return_indices=True)
    y, indices = function("pool", "max", rank)(x, *arguments, ceil_mode=ceil_mode, return_indices=True)
    assert_same(y, expected.detach().numpy())
    assert_same(indices, expected_indices.numpy())

    dout = values(y.shape, dtype, 50)
    expected.backward(torch.from_numpy(dout))
    layer = layer_class("max", rank)(*arguments, ceil_mode)
    assert_same(layer(x), y)
    assert_same(layer.backward(dout), tensor.grad.numpy())
    assert_same(function("pool_backward", "max", rank)(dout, indices, shape), tensor.grad.numpy())


@pytest.mark.parametrize("size", ["default", "axes", "full"])
@pytest.mark.parametrize(
    ("rank", "shape", "arguments"),
    [
        (1, (2, 3, 51), (3,)),
        (1, (2, 3, 50), (4, 4, 1)),
        (2, (2, 3, 24, 26), (2, 2)),
        (2, (2, 3, 25, 29), ((2, 3), (3, 4), (1, 1))),
        (3, (2, 3, 7, 9, 8), (2,)),
        (3, (2, 2, 9, 11, 12), ((2, 3, 4), (3, 3, 4), (1, 1, 2))),
    ],
)
def test_torch_unpool(torch, isa, rank, shape, arguments, size):
    """Windows that do not overlap: for duplicates PyTorch promises nothing."""
    x = values(shape, "f4", 120)
    if size == "default":  # which is that of the smallest input that pools to this size
        kernel, stride, padding = (*arguments, *(arguments[0], 0)[len(arguments) - 1 :])
        axes = [np.broadcast_to(argument, rank) for argument in (kernel, stride, padding)]
        outputs = function("pool", "max", rank)(x, *arguments).shape[2:]
        lengths = [(n - 1) * s - 2 * p + k for n, k, s, p in zip(outputs, *axes, strict=True)]
        x = x[(..., *(slice(length) for length in lengths))]
    y, indices = function("pool", "max", rank)(x, *arguments, return_indices=True)
    keywords = {"default": {}, "axes": {"output_size": x.shape[2:]}, "full": {"output_size": x.shape}}[size]
    peer = getattr(torch.nn.functional, f"max_unpool{rank}d")
    expected = peer(torch.from_numpy(y), torch.from_numpy(indices), *arguments, **keywords).numpy()
    assert_same(function("unpool", "max", rank)(y, indices, *arguments, **keywords), expected)


@pytest.mark.parametrize("ceil_mode", [0, 1])
@pytest.mark.parametrize("dtype", ["f4", "f8", "i1", "u1"])
@pytest.mark.parametrize("case", ONNX_POOLS, ids=str)
def test_onnxruntime(onnx_pool, case, dtype, ceil_mode):
    rank, shape, *arguments, padding = case
    x = np.abs(values(shape, "i1", 120)).astype(dtype)
    kernel, stride, pads, dilation = (np.broadcast_to(argument, rank).tolist() for argument in arguments)
    keywords = {"kernel_shape": kernel, "strides": stride, "dilations": dilation, "ceil_mode": ceil_mode}
    if padding in ("given", "asymmetric"):
        before, after = pads, [0] * rank if padding == "asymmetric" else pads
        keywords["pads"] = [*before, *after]
        ours = list(zip(before, after, strict=True))
    else:
        keywords["auto_pad"] = padding.upper()
        ours = padding
    expected, expected_indices = onnx_pool(x, **keywords)
    y, indices = function("pool", "max", rank)(x, kernel, stride, ours, dilation, bool(ceil_mode), return_indices=True)
    assert_same(y, expected)
    # ONNX counts over the whole array, this library over one plane.
    planes = np.arange(shape[0] * shape[1]).reshape(*shape[:2], *[1] * rank) * np.prod(shape[2:])
    assert_same(indices + planes, expected_indices)


def test_onnxruntime_one_axis(onnx_pool):
    """The rule for the output's length, on a sample of all small axes."""
    x = values((1, 2, 9), "f4", 120)
    for length, kernel, stride, pad, ceil_mode in product((5, 8, 9), (2, 3, 5), (1, 2, 3, 4), (0, 1), (0, 1)):
        keywords = {"kernel_shape": [kernel], "strides": [stride], "pads": [pad, pad], "ceil_mode": ceil_mode}
        expected, _ = onnx_pool(x[..., :length], **keywords)
        assert_same(function("pool", "max", 1)(x[..., :length], kernel, stride, pad, 1, bool(ceil_mode)), expected)
