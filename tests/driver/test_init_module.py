# SPDX-License-Identifier: Apache-2.0
"""init_module(2)."""

from __future__ import annotations

from tests.driver.fix_capture import CaptureCall
from tests.driver.modules import spare_module, unload
from tests.driver.native import buffer, syscall

EVENTS = ("INIT_MODULE_X",)


def test_init_module_from_memory(capture: CaptureCall) -> None:
    path = spare_module()
    content = path.read_bytes()
    image = buffer(content)
    run = capture("init_module", lambda: syscall("init_module", image, len(image), ""))
    assert run.result == 0
    unload(path)
    run.last("INIT_MODULE_X").expect(res=0, img=content[:80], length=len(image), uargs="")


def test_init_module_of_no_module(capture: CaptureCall) -> None:
    run = capture("init_module", lambda: syscall("init_module", buffer(b"junk"), 4, "a=1 b=2"))
    run.last("INIT_MODULE_X").expect(res=run.result, img=b"junk", length=4, uargs="a=1 b=2")
