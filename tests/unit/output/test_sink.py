# SPDX-License-Identifier: Apache-2.0
"""Every output offers what the protocol asks for."""

from __future__ import annotations

import inspect

from falcomod.output.sink import Sink
from falcomod.output.stdout import StdoutSink

SINKS = (StdoutSink,)


def test_sinks_offer_the_protocol() -> None:
    wanted = {name for name in vars(Sink) if not name.startswith("_")}
    for sink in SINKS:
        for name in wanted:
            signature = inspect.signature(getattr(sink, name))
            assert (
                signature.parameters.keys()
                == inspect.signature(getattr(Sink, name)).parameters.keys()
            ), f"{sink.__name__}.{name}"
