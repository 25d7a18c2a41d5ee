"""The command cpool as a user runs it, its textbook layer and its progress bar."""

import io
import os
import platform
import re
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import numpy as np
import pytest

import cpool
from cpool import _cli, _kernels, _progress
from cpool._textbook import TextbookPooling


def run_python(*arguments, folder, **environment):
    """The standard output of a fresh interpreter that imports this very cpool, started away from the source tree."""
    package = Path(cpool.__file__).parent.parent
    result = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(package), **environment},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert result.stderr == ""
    return result.stdout


def info_lines(text):
    return dict(line.split(maxsplit=1) for line in text.splitlines())


def test_info_says_what_the_module_says(tmp_path):
    assert info_lines(run_python("-m", "cpool", "info", folder=tmp_path)) == {
        "cpool": cpool.__version__,
        "built": " ".join(_kernels.built_isas()),
        "usable": " ".join(_kernels.usable_isas()),
        "chosen": os.environ.get("CPOOL_ISA") or _kernels.usable_isas()[0],
        "OpenMP": "no, threads of its own",
        "threads": run_python("-c", "import cpool; print(cpool.get_num_threads())", folder=tmp_path).strip(),
        "NumPy": np.__version__,
        "Python": platform.python_version(),
    }


def test_info_follows_the_environment(tmp_path):
    text = run_python("-m", "cpool", "info", folder=tmp_path, CPOOL_ISA="scalar", OMP_NUM_THREADS="1")
    assert info_lines(text)["chosen"] == "scalar"
    assert info_lines(text)["threads"] == "1"


def test_console_script_is_main():
    scripts = entry_points(group="console_scripts", name="cpool")
    if not scripts:
        pytest.skip("cpool is built in place here, not installed: there is no console script")
    assert next(iter(scripts)).load() is _cli.main


def test_import_cpool_leaves_the_command_alone(tmp_path):
    loaded = run_python("-c", "import sys, cpool; print(*sys.modules)", folder=tmp_path).split()
    assert not {"cpool._cli", "cpool._textbook", "cpool._progress", "argparse"} & set(loaded)


def test_demo(capsys):
    assert _cli.main(["--batch", "2"]) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    rows = [" ".join(line.split()) for line in printed.out.splitlines()]
    # Rows of channel 0: input with the winner in brackets, output, winners, gradient of the output and of the input.
    assert "1 [6] 2 [4] 6 4 1 3 1 2 0 1 0 2" in rows
    assert "5 0 4 1 3 3 8 11 3 4 0 0 0 0" in rows
    assert "[3] 2 0 [3] 3 0 0 4" in rows
    assert "All as the textbook has it." in printed.out
    assert f"instruction set {cpool.isa()}, threads {cpool.get_num_threads()}" in printed.out
    # One byte an output element, where the textbook's arg_max takes eight.
    number = r" +(\d+\.\d)"
    times = rf"{number} ms{number} GB/s"
    table = re.findall(rf"^(cpool|cpool out=|textbook){times}{times}{number} MiB$", printed.out, re.MULTILINE)
    assert [(row[0], row[-1]) for row in table] == [
        ("cpool", f"{2 * 64 * 56 * 56 / 2**20:.1f}"),
        ("cpool out=", f"{2 * 64 * 56 * 56 / 2**20:.1f}"),
        ("textbook", f"{2 * 64 * 56 * 56 * 8 / 2**20:.1f}"),
    ]
    assert all(float(time) > 0 for row in table for time in (row[1], row[3]))
    assert re.search(rf"^speed-up{number} x{number} x ", printed.out, re.MULTILINE)
    assert "Values agree exactly, gradients agree to rounding." in printed.out


def test_demo_finds_a_wrong_example(capsys, monkeypatch):
    monkeypatch.setattr(_cli, "EXAMPLE_WINNERS", [[[1, 3], [8, 10]], [[1, 7], [8, 10]], [[4, 6], [12, 11]]])
    assert _cli.main(["--batch", "1"]) == 1
    assert "WRONG: winners, gradient" in capsys.readouterr().out


@pytest.mark.parametrize(("method", "verdict"), [("forward", "Values DIFFER"), ("backward", "gradients DIFFER")])
def test_demo_finds_a_wrong_batch(capsys, monkeypatch, method, verdict):
    right = getattr(TextbookPooling, method)
    monkeypatch.setattr(TextbookPooling, method, lambda layer, array: right(layer, array) + np.float32(1e-3))
    assert _cli.main(["--batch", "1"]) == 1
    assert verdict in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--batch", "0"], "'0' is not an integer from 1 to 1000000"),
        (["--batch=-3"], "'-3' is not an integer from 1 to 1000000"),
        (["--batch", "1.5"], "'1.5' is not an integer"),
        (["--batch", "1000001"], "'1000001' is not an integer"),
        (["info", "--batch", "2"], "argument --batch: not allowed with info"),
        (["nonsense"], "invalid choice: 'nonsense'"),
        (["--nonsense"], "unrecognized arguments: --nonsense"),
    ],
)
def test_usage_errors(capsys, arguments, message):
    with pytest.raises(SystemExit) as stop:
        _cli.main(arguments)
    assert stop.value.code == 2
    assert message in capsys.readouterr().err


def test_batch_beyond_memory(capsys, monkeypatch):
    def no_memory(batch):
        raise MemoryError(f"Unable to allocate a batch of {batch}")

    monkeypatch.setattr(_cli, "benchmark", no_memory)
    assert _cli.main(["--batch", "1000000"]) == 1
    assert "try a smaller --batch: Unable to allocate a batch of 1000000" in capsys.readouterr().err


def test_version_and_help(capsys):
    for option, text in (("--version", f"cpool {cpool.__version__}"), ("--help", "images in the timed batch")):
        with pytest.raises(SystemExit) as stop:
            _cli.main([option])
        assert stop.value.code == 0
        assert text in capsys.readouterr().out


@pytest.mark.parametrize(("kernel", "stride", "padding"), [(2, 2, 0), (3, 2, 1), (3, 1, 0), (2, 3, 1)])
def test_textbook_layer_agrees_with_cpool(kernel, stride, padding):
    rng = np.random.default_rng(0)
    x = rng.integers(-3, 3, (2, 3, 8, 7)).astype(np.float64)
    textbook = TextbookPooling(kernel, stride, padding)
    layer = cpool.MaxPool2d(kernel, stride, padding)
    y = textbook.forward(x)
    np.testing.assert_array_equal(layer.forward(x), y)
    # Whole numbers, whose sums are exact in any order.
    dout = rng.integers(-9, 9, y.shape).astype(np.float64)
    np.testing.assert_array_equal(layer.backward(dout), textbook.backward(dout))


class Terminal(io.StringIO):
    def isatty(self):
        return True


LABELS = ["one", "two", "three", "four"]


def test_progress_is_silent_without_a_terminal(capsys):
    assert list(_progress.track(LABELS)) == LABELS
    assert capsys.readouterr().err == ""


def test_progress_in_plain_text(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setattr(_progress, "find_spec", lambda package: None)
    assert list(_progress.track(LABELS)) == LABELS
    states = sys.stderr.getvalue().split("\r")
    assert states[3] == "[##  ] 2/4 three"
    assert states[-2:] == [" " * len(states[3]), ""]


@pytest.mark.parametrize("package", ["rich", "tqdm"])
def test_progress_by_an_installed_package(monkeypatch, package):
    pytest.importorskip(package, reason=f"{package} is optional and not installed")
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setattr(_progress, "find_spec", lambda name: name == package or None)
    monkeypatch.setenv("TERM", "xterm")
    assert list(_progress.track(LABELS)) == LABELS
    assert "three" in sys.stderr.getvalue()
