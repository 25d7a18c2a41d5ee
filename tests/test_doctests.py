"""The examples in the docstrings are run."""

import doctest

import pytest

from cpool import _geometry, functional, layers


@pytest.mark.parametrize("module", [functional, layers, _geometry], ids=lambda module: module.__name__)
def test_examples(module):
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize("module", [functional, layers], ids=lambda module: module.__name__)
def test_public_modules_have_examples(module):
    assert doctest.testmod(module).attempted > 0
