# SPDX-License-Identifier: Apache-2.0
"""bpf(2)."""

from __future__ import annotations

import struct

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import buffer, syscall
from tests.reference.tables import vocabulary

EVENTS = ("BPF_2_X",)
BPF_MAP_CREATE, BPF_PROG_LOAD = 0, 5
BPF_MAP_TYPE_ARRAY = 2


def test_bpf_makes_a_map(capture: CaptureCall) -> None:
    attributes = buffer(struct.pack("=IIII", BPF_MAP_TYPE_ARRAY, 4, 8, 1) + bytes(32))
    run = capture("bpf", lambda: syscall("bpf", BPF_MAP_CREATE, attributes, len(attributes)))
    assert run.result >= 0
    run.last("BPF_2_X").expect(fd=run.result, cmd=vocabulary("bpf_commands")["BPF_MAP_CREATE"])


def test_bpf_refuses_a_program(capture: CaptureCall) -> None:
    run = capture("bpf", lambda: syscall("bpf", BPF_PROG_LOAD, buffer(48), 48))
    assert run.result < 0
    run.last("BPF_2_X").expect(fd=run.result, cmd=vocabulary("bpf_commands")["BPF_PROG_LOAD"])
