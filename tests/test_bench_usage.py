"""What `cpool bench` says to arguments that it cannot take."""

import pytest
from tables import running

from cpool import _bench, _cli


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--case", "vgg9"], "argument --case: 'vgg9' is not the name of a case (seed, mnist, "),
        (["--dtype", "float16"], "argument --dtype: 'float16' is not one of bool, int8, "),
        (["--layout", "chwn"], "argument --layout: invalid choice: 'chwn'"),
        (["--isa", "mmx"], "argument --isa: invalid choice: 'mmx'"),
        (["--threads", "0"], "argument --threads: '0' is not an integer from 1 to 1024"),
        (["--threads", "1025"], "argument --threads: '1025' is not an integer from 1 to 1024"),
        (["--rounds", "1.5"], "argument --rounds: '1.5' is not an integer from 1 to 1000"),
        (["--json", "bench.txt"], "argument --json: 'bench.txt' is not a file name ending in .json"),
        (["--plot", "no-such-folder/bench.png"], "argument --plot: 'no-such-folder/bench.png' is not a file name"),
        (["--batch", "2"], "unrecognized arguments: --batch 2"),
    ],
)
def test_usage_errors(capsys, options, message):
    with pytest.raises(SystemExit) as stop:
        _cli.main(["bench", *options])
    assert stop.value.code == 2
    assert message in capsys.readouterr().err


def test_plot_without_matplotlib(capsys, monkeypatch):
    monkeypatch.setattr(_bench, "find_spec", lambda package: None)
    with running(threads=1), pytest.raises(SystemExit):
        _cli.main(["bench", "--plot", "bench.png"])
    assert "matplotlib is not installed: pip install 'cpool-numpy[bench]'" in capsys.readouterr().err


def test_bench_comes_first(capsys):
    with pytest.raises(SystemExit):
        _cli.main(["--batch", "2", "bench"])
    assert "'bench' must come first" in capsys.readouterr().err
