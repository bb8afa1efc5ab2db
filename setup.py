# SPDX-License-Identifier: Apache-2.0
"""Builds the engine: one extension per .pyx, with driver/uapi on the include path; the eBPF
programs, which lie beside the extension that loads them; and the modules of messages, which
lie beside the .proto files that they are made from.

Switches, all environment variables:

    FALCOMOD_DEBUG=1        bounds checks everywhere, C assertions, no optimisation
    FALCOMOD_SANITIZE=1     AddressSanitizer and UndefinedBehaviorSanitizer
    FALCOMOD_ANNOTATE=1     Cython's annotated HTML beside each .pyx
    FALCOMOD_ONLY=prefix    only the extensions whose dotted name begins so
    FALCOMOD_BPF=0          without the eBPF programs, and so without clang
    FALCOMOD_VMLINUX=file   types of another kernel than the running one, for the eBPF
                            programs: any will do that has BTF
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from Cython.Build import cythonize
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent
ENGINE = Path("src/falcomod/engine")
PROTO = ("src/falcomod/api", "src/falcomod/enrich/proto")
UAPI = "driver/uapi"

DEBUG = os.environ.get("FALCOMOD_DEBUG") == "1"
SANITIZE = os.environ.get("FALCOMOD_SANITIZE") == "1"
ANNOTATE = os.environ.get("FALCOMOD_ANNOTATE") == "1"
ONLY = os.environ.get("FALCOMOD_ONLY", "")
BPF = os.environ.get("FALCOMOD_BPF", "1") != "0"

# C files linked into an extension besides its own: each exactly once.
C_SOURCES = {"falcomod.engine.decode.schema": [f"{UAPI}/falcomod_events.c"]}
LIBRARIES = {
    "falcomod.engine.capture.bpf": ["bpf"],
    "falcomod.engine.capture.stream": ["z"],
    "falcomod.engine.match.regex": ["re2"],
}

# Extensions in C++, for the sake of a library.
CPP = frozenset({"falcomod.engine.match.regex"})

# Names that others publish, too: they must not meet those of another package in one process.
PRIVATE_NAMES = "src/falcomod/api"
DEFAULT_POOL = "from google.protobuf import descriptor_pool as _descriptor_pool"
PRIVATE_POOL = "from falcomod.api import pool as _descriptor_pool"

# Where the eBPF programs are built, and which extension they belong to.
BPF_BUILD = ROOT / "build" / "bpf"
BPF_OBJECTS = ("falcomod.bpf.o", "falcomod-typed.bpf.o")
BPF_EXTENSION = "falcomod.engine.capture.bpf"

# Modules of the event path. They index C arrays only, whose bounds decode has
# checked, so Cython's own checks could only slow them down.
HOT = ("capture", "decode", "state", "fields", "match", "loop")

# Of driver/: Kbuild and Makefile have none.
DRIVER_SUFFIXES = ("", ".c", ".h", ".def", ".mk")

DIRECTIVES: dict[str, object] = {
    "language_level": 3,
    "cdivision": True,
    "embedsignature": True,
    "boundscheck": True,
    "wraparound": True,
    "initializedcheck": DEBUG,
}


def compiler_flags(name: str) -> list[str]:
    standard = "-std=c++17" if name in CPP else "-std=c11"
    flags = [standard, "-Wall", "-Wno-unused-function", "-fno-strict-aliasing"]
    flags += ["-O0", "-g", "-UNDEBUG"] if DEBUG else ["-O3", "-g1", "-fno-semantic-interposition"]
    if SANITIZE:
        flags += ["-fsanitize=address,undefined", "-fno-omit-frame-pointer", "-O1", "-g"]
    return flags


def link_flags() -> list[str]:
    return ["-fsanitize=address,undefined"] if SANITIZE else []


def dotted(source: Path) -> str:
    return ".".join(source.relative_to("src").with_suffix("").parts)


def extensions() -> list[Extension]:
    os.chdir(ROOT)
    return [
        Extension(
            dotted(source),
            [str(source), *C_SOURCES.get(dotted(source), [])],
            include_dirs=[UAPI],
            libraries=LIBRARIES.get(dotted(source), []),
            language="c++" if dotted(source) in CPP else "c",
            extra_compile_args=compiler_flags(dotted(source)),
            extra_link_args=link_flags(),
        )
        for source in sorted(ENGINE.rglob("*.pyx"))
        if dotted(source).startswith(ONLY)
    ]


def hot_directives() -> dict[str, object]:
    return {} if DEBUG else {"boundscheck": False, "wraparound": False}


def cythonized() -> list[Extension]:
    hot, cold = [], []
    for extension in extensions():
        part = extension.name.split(".")[2]
        (hot if part in HOT else cold).append(extension)
    common = {
        "include_path": ["src"],
        "annotate": ANNOTATE,
        "nthreads": os.cpu_count() or 1,
        # Cython goes by the age of its C files alone, whatever they were made with.
        "build_dir": "build/debug/c" if DEBUG else None,
    }
    return [
        *cythonize(hot, compiler_directives={**DIRECTIVES, **hot_directives()}, **common),
        *cythonize(cold, compiler_directives=DIRECTIVES, **common),
    ]


class BuildModules(build_py):
    """Python modules, those of messages first."""

    def run(self) -> None:
        build_messages()
        super().run()


class BuildEngine(build_ext):
    """Extensions, and then the eBPF programs."""

    def run(self) -> None:
        build_messages()
        if not (BPF and BPF_EXTENSION.startswith(ONLY)):
            super().run()
            return
        # One after the other would leave a processor idle at each one's end.
        with ThreadPoolExecutor() as pool:
            programs = pool.submit(build_bpf)
            super().run()
            programs.result()
            beside = Path(self.get_ext_fullpath(BPF_EXTENSION)).parent
            beside.mkdir(parents=True, exist_ok=True)
            for name in BPF_OBJECTS:
                shutil.copyfile(BPF_BUILD / name, beside / name)


def build_messages() -> None:
    """Makes NAME_pb2.py and its types, NAME_pb2.pyi, where they are older than NAME.proto.

    Two builds may be at it at once: each makes its own and puts them in place whole.
    """
    for source in sorted(source for folder in PROTO for source in Path(folder).glob("*.proto")):
        made = [source.with_name(source.stem + suffix) for suffix in ("_pb2.py", "_pb2.pyi")]
        newest = source.stat().st_mtime
        if all(file.exists() and file.stat().st_mtime >= newest for file in made):
            continue
        with tempfile.TemporaryDirectory(dir=source.parent) as out:
            compiler = [sys.executable, "-m", "grpc_tools.protoc", "-Isrc"]
            command = [*compiler, f"--python_out={out}", f"--pyi_out={out}", str(source)]
            subprocess.run(command, check=True)
            for file in made:
                fresh = Path(out, file.relative_to("src"))
                fresh.write_text(finished(fresh.read_text(), source))
                fresh.replace(file)


def finished(module: str, source: Path) -> str:
    """What protoc made, with its licence, and with a pool of its own where names need one."""
    if source.parent == Path(PRIVATE_NAMES):
        module = module.replace(DEFAULT_POOL, PRIVATE_POOL)
    return "# SPDX-License-Identifier: Apache-2.0\n" + module


def build_bpf() -> None:
    """Compiles driver/bpf; needs clang, bpftool and a kernel that describes its types."""
    command = ["make", "--silent", "-j2", "-C", "driver/bpf", f"OUT={BPF_BUILD}"]
    if "FALCOMOD_VMLINUX" in os.environ:
        command.append(f"VMLINUX={os.environ['FALCOMOD_VMLINUX']}")
    subprocess.run(command, check=True)


def data_files() -> list[tuple[str, list[str]]]:
    """What an installation needs beside the package: rules, man page, unit, driver to build."""
    files = [
        ("share/falcomod", ["rules/falcomod_rules.yaml", "packaging/systemd/falcomod.service"]),
        ("share/man/man1", ["docs/falcomod.1"]),
    ]
    for folder, _, names in sorted(os.walk("driver")):
        sources = [f"{folder}/{name}" for name in sorted(names) if is_driver_source(name)]
        if sources:
            files.append((f"share/falcomod/{folder}", sources))
    return files


def is_driver_source(name: str) -> bool:
    return Path(name).suffix in DRIVER_SUFFIXES and not name.endswith(".mod.c")


setup(
    ext_modules=cythonized(),
    data_files=data_files(),
    cmdclass={"build_ext": BuildEngine, "build_py": BuildModules},
    options={"build_ext": {"parallel": os.cpu_count()}},
)
