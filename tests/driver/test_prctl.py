# SPDX-License-Identifier: Apache-2.0
"""prctl(2)."""

from __future__ import annotations

import errno

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import BAD_POINTER, syscall
from tests.reference.tables import vocabulary

EVENTS = ("PRCTL_X",)
PR_SET_NAME, PR_SET_CHILD_SUBREAPER, PR_GET_DUMPABLE = 15, 36, 3


def test_prctl_set_name(capture: CaptureCall) -> None:
    run = capture("prctl", lambda: syscall("prctl", PR_SET_NAME, "renamed"))
    run.last("PRCTL_X").expect(
        res=0,
        option=vocabulary("prctl_options")["PR_SET_NAME"],
        arg2_str="renamed",
        arg2_int=0,
    )


def test_prctl_set_child_subreaper(capture: CaptureCall) -> None:
    run = capture("prctl", lambda: syscall("prctl", PR_SET_CHILD_SUBREAPER, 1))
    event = run.last("PRCTL_X")
    assert not event.params.pop("arg2_str")
    assert event.params == {
        "res": 0,
        "option": vocabulary("prctl_options")["PR_SET_CHILD_SUBREAPER"],
        "arg2_int": 1,
    }


def test_prctl_unreadable_name(capture: CaptureCall) -> None:
    run = capture("prctl", lambda: syscall("prctl", PR_SET_NAME, BAD_POINTER))
    run.last("PRCTL_X").expect(
        res=-errno.EFAULT,
        option=vocabulary("prctl_options")["PR_SET_NAME"],
        arg2_str=None,
        arg2_int=0,
    )
