"""Every Python example of the README runs as printed, and every file it names is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"

pytestmark = pytest.mark.skipif(not README.exists(), reason="the tests were copied away from README.md")


def read_blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", README.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def test_python_examples_run():
    blocks = read_blocks("python")
    assert len(blocks) >= 2
    for block in blocks:
        exec(compile(block, str(README), "exec"), {"__name__": "readme"})


def test_files_named_are_there():
    named = set(re.findall(r"`((?:cpool|src_c|tests)/[\w./]+\.\w+)`", README.read_text(encoding="utf-8")))
    assert named
    assert not [name for name in named if not (ROOT / name).is_file()]
