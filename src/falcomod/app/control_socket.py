# SPDX-License-Identifier: Apache-2.0
"""Which falcomod is asked: where its control socket is."""

from __future__ import annotations

from falcomod.config.load import load
from falcomod.config.service_options import Control
from falcomod.errors import UserError


def control_socket(socket: str | None, config_path: str | None = None) -> str:
    """*socket* itself, else that of the configuration (None: of the default one).

    A default configuration that is broken is passed over: who runs may have read it before.
    Raises UserError for one that was named.
    """
    if socket:
        return socket
    try:
        return load(config_path).control.socket
    except UserError:
        if config_path is not None:
            raise
        return Control().socket
