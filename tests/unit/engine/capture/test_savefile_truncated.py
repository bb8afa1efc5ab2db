# SPDX-License-Identifier: Apache-2.0
"""Every sample cut at every byte of its beginning, packed as it is and unpacked.

What comes out must be the beginning of what the whole file gives, and one message must
say where it ended.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from falcomod.engine.capture.savefile import SavefileSource
from falcomod.engine.state.tables import State
from falcomod.errors import CaptureError

SAMPLES = sorted((Path(__file__).resolve().parents[3] / "captures").glob("*.scap"))
CUT_MAX = 4096
SECTION_SIZE = 28
STATE_EVERY = 16  # cuts, of which one is looked at with a state
GZIP = b"\x1f\x8b"


def read(
    path: Path, state: State | None = None
) -> tuple[list[tuple[int, bytes, bool]], str | None]:
    """Records and fault; of a file that is no capture its error as the fault."""
    source = SavefileSource(str(path), state=state)
    try:
        return source.take_records(), source.fault
    except CaptureError as error:
        return [], str(error)


def cut_shorter_and_shorter(path: Path, data: bytes) -> Iterator[int]:
    """Leaves ever less of *data* in the file: a byte less each time, down to none."""
    path.write_bytes(data)
    with path.open("r+b") as file:
        for end in range(len(data) - 1, -1, -1):
            file.truncate(end)
            yield end


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_sample_cut_at_every_byte(tmp_path: Path, sample: Path) -> None:
    data = sample.read_bytes()
    whole = read(sample)[0]
    path = tmp_path / "cut.scap"
    for end in cut_shorter_and_shorter(path, data[:CUT_MAX]):
        records, fault = read(path)
        assert records == whole[: len(records)]
        # Between two blocks a file may end; a packed one never before its end mark.
        if fault is None:
            assert not data.startswith(GZIP)
            assert end >= SECTION_SIZE
        else:
            assert fault.startswith(f"{path}: ")
            assert "\n" not in fault


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_unpacked_sample_cut_at_every_byte(tmp_path: Path, sample: Path) -> None:
    data = unpacked(sample)
    path = tmp_path / "cut.scap"
    path.write_bytes(data)
    listed = State()
    read(path, listed)
    for end in cut_shorter_and_shorter(path, data[:CUT_MAX]):
        state = State() if end % STATE_EVERY == 0 else None
        _, fault = read(path, state)
        assert fault is None or fault.startswith(f"{path}: ")
        assert fault is not None or end >= SECTION_SIZE
        assert state is None or set(state.tids()) <= set(listed.tids())


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_sample_cut_among_its_events(tmp_path: Path, sample: Path) -> None:
    data = unpacked(sample)
    path = tmp_path / "cut.scap"
    path.write_bytes(data)
    whole = read(path)[0]
    counts = set()
    for end in range(len(data) - 900, len(data), 29):
        path.write_bytes(data[:end])
        records, fault = read(path)
        assert records == whole[: len(records)]
        counts.add(len(records))
        assert fault is None or "the file ends inside" in fault
    assert len(counts) > 2


def unpacked(sample: Path) -> bytes:
    data = sample.read_bytes()
    return gzip.decompress(data) if data.startswith(GZIP) else data
