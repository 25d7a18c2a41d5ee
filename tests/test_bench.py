"""The command `cpool bench`: what it prints and writes, what it refuses. Never how long anything takes."""

import json
import re
import sys

import numpy as np
import pytest
import reference
from tables import running

import cpool
from cpool import _bench, _cli, _kernels
from cpool._arrays import DTYPES
from cpool._bench_cases import CASES, GROUPS, Case
from cpool._bench_check import pooled_plane
from cpool._bench_peers import IMPLEMENTATIONS, part_timed, textbook_part

STAGES = {
    "cpool": {"forward", "backward", "inference"},
    "torch": {"forward", "backward"},
    "onnxruntime": {"forward", "inference"},
    "textbook": {"forward", "backward"},
}


@pytest.fixture(autouse=True)
def short_and_restored(monkeypatch):
    """One call a round, the peers not there unless a test wants them; the table and the threads as they were after."""
    monkeypatch.setattr(_bench, "LEAST_SECONDS", 0)
    with monkeypatch.context() as peers, running(isa=cpool.isa(), threads=cpool.get_num_threads()):
        for package in ("torch", "onnxruntime"):
            peers.setitem(sys.modules, package, None)
        yield peers


@pytest.fixture
def bench(tmp_path):
    """A function (options) -> (exit status, what --json wrote)."""

    def run(*options):
        path = tmp_path / "bench.json"
        status = _cli.main(["bench", "--rounds", "1", "--json", str(path), *options])
        return status, json.loads(path.read_text())

    return run


def timed(written, implementation):
    return {row["stage"] for row in written["timings"] if row["implementation"] == implementation}


def test_seed(bench, capsys):
    status, written = bench("--case", "seed", "--markdown")
    printed = capsys.readouterr()
    assert (status, printed.err) == (0, "")
    assert written["settings"] == {
        "dtype": "float32",
        "layout": "nchw",
        "threads": 1,
        "rounds": 1,
        "isa": cpool.isa(),
    }
    assert written["machine"].keys() == {"processor", "cores", "system"}
    assert written["versions"]["cpool"] == cpool.__version__
    assert written["not_timed"].keys() == {"torch", "onnxruntime"}
    assert written["failures"] == {}
    assert {name: timed(written, name) for name in ("cpool", "textbook")} == {
        name: STAGES[name] for name in ("cpool", "textbook")
    }
    # x has 48 cells, y 12; a cell has 4 bytes, a code of the record 1. A copy moves x twice.
    bytes_moved = {"forward": 48 * 4 + 12 * 5, "backward": 48 * 4 + 12 * 5, "inference": 48 * 4 + 12 * 4}
    for row in written["timings"]:
        assert (row["case"], row["shape"], row["part_timed"]) == ("seed", [1, 3, 4, 4], 1)
        assert row["copies"] == pytest.approx(row["seconds"] / row["copy_seconds"])
        assert row["gigabytes_per_second"] == pytest.approx(bytes_moved[row["stage"]] / row["seconds"] / 1e9)
        assert row["limit_copies"] == pytest.approx(bytes_moved[row["stage"]] / (2 * 48 * 4))
        assert row["share_of_limit"] == pytest.approx(row["limit_copies"] / row["copies"])

    for name in (written["machine"]["processor"], f"NumPy {np.__version__}", "float32 nchw, one thread"):
        assert printed.out.count(name) == 2  # above the table and under the README's
    rows = re.findall(r"^seed +(\w+) +[\d.]+ [mu]?s +[\d.]+ +[\d.]+ +\d+%  \|(.*)$", printed.out, re.MULTILINE)
    assert [stage for stage, _ in rows] == ["forward", "backward", "inference"]
    assert [cells.split()[:2] for _, cells in rows] == [["-", "-"]] * 3
    assert [cells.split()[2] == "-" for _, cells in rows] == [False, False, True]
    assert re.search(r"^PyTorch where it is not timed: .*torch", printed.out, re.MULTILINE)
    table = [line.split(" | ") for line in printed.out.splitlines() if line.startswith("| ")]
    assert table[0][1:] == ["cpool fwd idx", "cpool bwd", "cpool fwd", "textbook fwd idx", "textbook bwd |"]
    assert [row[0] for row in table[2:]] == ["| 1 3 4 4, 2x2, 2, 0"]
    assert all(re.fullmatch(r"[\d.]+( \|)?", cell) for cell in table[2][1:])


@pytest.mark.parametrize("layout", ["nchw", "nhwc"])
@pytest.mark.parametrize("dtype", [dtype.name for dtype in DTYPES])
def test_dtypes_and_layouts(bench, dtype, layout):
    status, written = bench("--case", "seed", "--case", "small7-3s1", "--dtype", dtype, "--layout", layout)
    assert (status, written["settings"]["dtype"], written["settings"]["layout"]) == (0, dtype, layout)
    assert written["failures"] == {}
    assert len(written["timings"]) == 2 * (3 + 2)


@pytest.mark.parametrize("isa", _kernels.usable_isas())
def test_instruction_sets(bench, isa):
    status, written = bench("--case", "seed", "--isa", isa)
    assert (status, written["settings"]["isa"], cpool.isa()) == (0, isa, isa)


def test_threads(bench, capsys):
    status, written = bench("--case", "seed", "--threads", "2")
    assert (status, written["settings"]["threads"], cpool.get_num_threads()) == (0, 2, 2)
    assert "2 threads" in capsys.readouterr().out


@pytest.mark.parametrize(("name", "packages"), [("torch", ["torch"]), ("onnxruntime", ["onnxruntime", "onnx"])])
def test_peers(bench, short_and_restored, name, packages):
    short_and_restored.undo()
    for package in packages:
        pytest.importorskip(package, reason=f"{package} is not installed")
    _, written = bench("--case", "seed", "--case", "small7-3s2")
    assert timed(written, name) == STAGES[name]
    assert name not in written["not_timed"]
    assert IMPLEMENTATIONS[name].title in written["versions"]


def test_plot(bench, tmp_path):
    pytest.importorskip("matplotlib", reason="matplotlib, the extra [bench], is not installed")
    path = tmp_path / "bench.png"
    status, _ = bench("--case", "seed", "--plot", str(path))
    assert status == 0
    assert path.read_bytes().startswith(b"\x89PNG")


def spoiled(right, change):
    """The method, with its result changed in place: arrays given by out= too."""

    def wrong(*arguments, **keywords):
        result = right(*arguments, **keywords)
        change(result)
        return result

    return wrong


def last_cell(array):
    array[-1, -1, -1, -1] += 1


@pytest.mark.parametrize(
    ("owner", "name", "what"),
    [
        (cpool.MaxPool2d, "forward", "output of image 7, channel 511"),
        (cpool.MaxPool2d, "backward", "gradient of image 7, channel 511"),
        (cpool, "max_pool2d", "output without the record"),
    ],
)
def test_wrong_results_are_not_timed(bench, capsys, monkeypatch, owner, name, what):
    monkeypatch.setattr(owner, name, spoiled(getattr(owner, name), last_cell))
    status, written = bench("--case", "small7-3s2")
    assert status == 1
    assert written["timings"] == []
    assert written["failures"] == {"small7-3s2": f"cpool's results are WRONG: {what}"}
    assert f"NOT TIMED: cpool's results are WRONG: {what}" in capsys.readouterr().out


def test_a_wrong_record_is_not_timed(bench, monkeypatch):
    right = cpool.MaxPool2d.indices.fget
    monkeypatch.setattr(cpool.MaxPool2d, "indices", property(spoiled(right, last_cell)))
    assert bench("--case", "seed")[1]["failures"] == {"seed": "cpool's results are WRONG: record of image 0, channel 2"}


def test_a_case_beyond_memory_does_not_stop_the_others(bench, monkeypatch):
    right = _bench.Workload

    def workload(case, *arguments):
        if case.name == "small7-3s1":
            raise MemoryError("Unable to allocate")
        return right(case, *arguments)

    monkeypatch.setattr(_bench, "Workload", workload)
    status, written = bench("--case", "small7-3s1", "--case", "seed")
    assert status == 1
    assert written["failures"] == {"small7-3s1": "not enough memory: Unable to allocate"}
    assert {row["case"] for row in written["timings"]} == {"seed"}


def test_cases_given_twice_run_once(bench, monkeypatch):
    monkeypatch.setitem(GROUPS, "small", GROUPS["small"][:2])
    _, written = bench("--case", "seed", "--case", "small", "--case", "seed")
    assert list(dict.fromkeys(row["case"] for row in written["timings"])) == ["seed", "small7-3s1", "small7-3s2"]


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint64", "float64"])
@pytest.mark.parametrize(("size", "step", "padding"), [(2, 2, 0), (3, 2, 1), (5, 1, 2)])
def test_the_check_itself(dtype, size, step, padding):
    """Its plane is that of the tests' own reference, with many ties, and with the lowest value beside padding."""
    case = Case("", (1, 1, 9, 8), size, step, padding)
    rng = np.random.default_rng(0)
    x = rng.integers(0, 3, (9, 8)).astype(dtype)
    if dtype == "int8":
        x[:4] = np.iinfo(dtype).min
    dout = rng.integers(0, 10, case.output_shape[2:]).astype(dtype)
    axes = reference.geometry(x.shape, size, step, padding)
    y, indices, _ = reference.pool(x, axes)
    expected = y, indices, reference.backward(dout, indices, x.shape, 2)
    for got, wanted in zip(pooled_plane(x, dout, case), expected, strict=True):
        np.testing.assert_array_equal(got, wanted)


def test_slow_calls_get_fewer_rounds(monkeypatch):
    monkeypatch.setattr(_bench, "SLOW_SECONDS", -1)
    counted = []
    best = _bench.best_seconds({("cpool", "forward"): lambda: counted.append(1)}, iter("12345"))
    assert len(counted) == 1 + _bench.SLOW_ROUNDS
    assert best.keys() == {("cpool", "forward")}


def test_the_textbook_layer_gets_a_part_it_can_do():
    for (case,) in CASES.values():
        images, channels = textbook_part(case)
        assert 1 <= images <= case.shape[0]
        assert 1 <= channels <= case.shape[1]
        assert 0 < part_timed("textbook", case) <= part_timed("cpool", case) == 1
    assert textbook_part(CASES["vgg5"][0]) == (8, 512)
    assert textbook_part(CASES["issue28733"][0]) == (1, 1)


def test_a_file_that_cannot_be_written(bench, capsys, monkeypatch):
    def no_space(*arguments, **keywords):
        raise OSError(28, "No space left on device", "bench.json")

    monkeypatch.setattr(_bench.Path, "write_text", no_space)
    assert _cli.main(["bench", "--case", "seed", "--rounds", "1", "--json", "bench.json"]) == 1
    printed = capsys.readouterr()
    assert "No space left on device: 'bench.json'" in printed.err
    assert "seed          inference" in printed.out
