# SPDX-License-Identifier: Apache-2.0
"""The frame of every fuzz target: its seed, its time, its corpus, the input being tried.

A target makes inputs, bytes each, out of a seed alone, and tries them one by one; what an
attempt does depends on its input alone.  So a seed makes the same inputs again, and an
input does again what it did.

    tests/fuzz/run-sanitized PYTHON TARGET              # inputs of a new seed
    tests/fuzz/run-sanitized PYTHON TARGET --seed N     # those of an old one
    tests/fuzz/run-sanitized PYTHON TARGET FILE...      # these inputs alone

FALCOMOD_FUZZ_S says for how many seconds inputs are made.  Inputs that once found a fault
lie in corpus/TARGET and are tried first.  The one being tried is kept in
build/fuzz/TARGET, from where run-sanitized takes it into the corpus after a failure.
"""

from __future__ import annotations

import argparse
import faulthandler
import os
import random
import struct
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT / "tests" / "fuzz" / "corpus"
CURRENT = ROOT / "build" / "fuzz"

# Of one target; `make fuzz` runs all of them.
DEFAULT_S = 12.0
# No attempt takes longer, with sanitizers and on a busy machine.
LIMIT_S = 30.0


@dataclass(frozen=True)
class Target:
    """What is tried, and how."""

    name: str  # of its module
    doc: str
    inputs: Callable[[random.Random], Iterator[bytes]]  # without end
    attempt: Callable[[bytes], Counter[str]]  # raises for what must not be
    needed: frozenset[str] = frozenset()  # counts without which something was not tried


def corpus_of(name: str) -> list[Path]:
    """The inputs that once made a target fail."""
    return sorted(path for path in (CORPUS / name).glob("*") if path.is_file())


def chance(data: bytes) -> random.Random:
    """Whatever an attempt chooses, by its input."""
    return random.Random(zlib.crc32(data))


def packed(pieces: Iterable[bytes]) -> bytes:
    """Several pieces as one input."""
    return b"".join(struct.pack("<I", len(piece)) + piece for piece in pieces)


def unpacked(data: bytes) -> list[bytes]:
    """The pieces of an input."""
    pieces, at = [], 0
    while at < len(data):
        (size,) = struct.unpack_from("<I", data, at)
        pieces.append(data[at + 4 : at + 4 + size])
        at += 4 + size
    return pieces


def run(target: Target) -> None:
    """The target as a program."""
    parser = argparse.ArgumentParser(description=target.doc.splitlines()[0])
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    if arguments.files:
        for path in arguments.files:
            print(f"{path}: {_told(_try(target, path.read_bytes()))}")
        return
    limit_s = float(os.environ.get("FALCOMOD_FUZZ_S", DEFAULT_S))
    print(f"{target.name}: seed {arguments.seed}, {limit_s:g} s", flush=True)
    for path in corpus_of(target.name):
        _try(target, path.read_bytes())
    counts: Counter[str] = Counter()
    began = time.monotonic()
    tried = 0
    for data in target.inputs(random.Random(arguments.seed)):
        counts.update(_try(target, data))
        tried += 1
        if time.monotonic() >= began + limit_s:
            break
    (CURRENT / target.name).unlink()
    seconds = time.monotonic() - began
    print(f"{target.name}: {tried} inputs in {seconds:.0f} s: {_told(counts)}", flush=True)
    missing = sorted(name for name in target.needed if not counts[name])
    if missing:
        raise SystemExit(f"{target.name}: nothing was tried that ends as {missing}")


def _try(target: Target, data: bytes) -> Counter[str]:
    CURRENT.mkdir(parents=True, exist_ok=True)
    (CURRENT / target.name).write_bytes(data)
    # Ends the process even where the interpreter does not come to its turn.
    faulthandler.dump_traceback_later(LIMIT_S, exit=True)
    try:
        return target.attempt(data)
    finally:
        faulthandler.cancel_dump_traceback_later()


def _told(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.most_common()) or "nothing"
