# SPDX-License-Identifier: Apache-2.0
"""Falco's options for container runtimes and the API server of Kubernetes."""

from __future__ import annotations

import dataclasses
import os

import click

from falcomod.cli.options import FILE, together
from falcomod.config.model import Config


def changed(
    config: Config,
    *,
    cri: tuple[str, ...],
    disable_cri_async: bool,
    k8s_api: str | None,
    k8s_api_cert: str | None,
    k8s_node: str | None,
) -> Config:
    """The configuration with what the command line says."""
    engines = config.container_engines
    if cri:
        # A socket of containerd is asked both ways at once; see app.metadata.
        others = [socket for socket in cri if "containerd" not in os.path.basename(socket)]
        own = [socket for socket in cri if socket not in others]
        engines = dataclasses.replace(
            engines,
            cri=dataclasses.replace(engines.cri, enabled=True, sockets=others),
            containerd=dataclasses.replace(engines.containerd, enabled=True, sockets=own),
        )
    if disable_cri_async:
        engines = dataclasses.replace(
            engines, cri=dataclasses.replace(engines.cri, disable_async=True)
        )
    words = {"api_server": k8s_api, "certificate": k8s_api_cert, "node": k8s_node}
    kubernetes = dataclasses.replace(
        config.kubernetes, **{key: word for key, word in words.items() if word}
    )
    return dataclasses.replace(config, container_engines=engines, kubernetes=kubernetes)


# What changed() takes, under their names.
with_metadata = together(
    click.option(
        "--cri", multiple=True, type=FILE, metavar="SOCKET",
        help="Socket of containerd, CRI-O or another runtime of Kubernetes, in place of the "
        "usual ones; may be repeated.",
    ),
    click.option(
        "--disable-cri-async", is_flag=True,
        help="Let events of a new container wait until its runtime has answered, up to 10 s.",
    ),
    click.option(
        "-k", "--k8s-api", metavar="URL", help="API server of Kubernetes ($FALCO_K8S_API)."
    ),
    click.option(
        "-K", "--k8s-api-cert", metavar="FILES",
        help="For that server: file of a token, or CERTIFICATE:KEY[#PASSWORD][:CA].",
    ),
    click.option("--k8s-node", metavar="NAME", help="Name of this node of Kubernetes."),
)  # fmt: skip
METADATA = ("cri", "disable_cri_async", "k8s_api", "k8s_api_cert", "k8s_node")
