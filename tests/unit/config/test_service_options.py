# SPDX-License-Identifier: Apache-2.0
"""Options of what falcomod serves and tells of itself."""

from __future__ import annotations

from falcomod.config.duration import milliseconds_of
from falcomod.config.service_options import Control, Grpc, LibsLogger, Metrics, Webserver


def test_what_listens_by_default_is_the_webserver_and_the_own_socket() -> None:
    assert Webserver().enabled
    assert (Webserver().listen_port, Webserver().listen_address) == (8765, "0.0.0.0")
    assert Control().enabled
    assert not Grpc().enabled
    assert Grpc().socket_mode == "0600"


def test_the_interval_of_metrics_is_a_span() -> None:
    assert milliseconds_of(Metrics().interval) == 3_600_000


def test_the_log_of_libraries_is_at_falcos_default() -> None:
    # Else every file that Falco comes with would be warned of.
    assert LibsLogger().enabled
