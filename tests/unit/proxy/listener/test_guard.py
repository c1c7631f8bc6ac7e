"""Another mitmproxy, or a changed name in it, stops the start."""

import dataclasses

import pytest

from proxy.errors import OperatorError
from proxy.listener.guard import PINNED, USED, check


def test_the_installed_version_is_the_pinned_one():
    """What is installed is what was read."""
    check()


def test_another_version_is_refused():
    """A version that nobody read line by line does not start, also under -O."""
    with pytest.raises(OperatorError, match=r"found version 12\.4\.0, allowed is " + PINNED):
        check("12.4.0")


@pytest.mark.parametrize("used", USED, ids=[each.name for each in USED])
def test_each_private_name_is_there_in_the_shape_we_use(used):
    """Every name that mitmproxy does not promise exists with the parameters that we rely on."""
    check(used=(used,))


@pytest.mark.parametrize("used", USED, ids=[each.name for each in USED])
def test_a_name_that_goes_is_noticed(used):
    """A name that is gone, or whose shape changed, is an operator's error that names it."""

    def gone():
        raise AttributeError(used.name)

    with pytest.raises(OperatorError, match=r"is gone|takes|is "):
        check(used=(dataclasses.replace(used, found=gone),))
    with pytest.raises(OperatorError, match=r"takes|is "):
        check(used=(dataclasses.replace(used, found=lambda: lambda other: other),))
