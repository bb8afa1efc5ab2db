# SPDX-License-Identifier: Apache-2.0
"""How the API server of Kubernetes is reached: where it is, and as whom it is asked.

A URL with Falco's old options (-k, -K), a kubeconfig file, or the service account of
the pod that falcomod runs in.  Nothing is read here but the environment: files come
late and are changed while falcomod runs (tokens of service accounts within the hour),
so enrich.kubernetes_api reads them when it asks.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from falcomod.enrich.host import host_path

# Where kubelet puts them: Kubernetes documentation, "Accessing the Kubernetes API from a Pod".
SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")

# The name of the node, as manifests hand it to a container (fieldRef spec.nodeName); the charts of
# Falco set the second and the third.
NODE_VARIABLES = ("FALCOMOD_NODE_NAME", "FALCO_K8S_NODE_NAME", "FALCO_HOSTNAME", "NODE_NAME")


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """An API server and credentials for it; secrets are never part of its text."""

    url: str = ""  # without user and password; "": the kubeconfig file tells
    kubeconfig: Path | None = None
    token_file: Path | None = None
    ca_file: Path | None = None  # None: those that the system trusts
    certificate_file: Path | None = None
    key_file: Path | None = None
    key_password: str | None = field(default=None, repr=False)
    user_password: tuple[str, str] | None = field(default=None, repr=False)

    def __str__(self) -> str:
        return self.url or str(self.kubeconfig)


def access_of(
    *,
    url: str = "",
    certificate: str = "",
    kubeconfig: str = "",
    environ: Mapping[str, str] | None = None,
    service_account: Path = SERVICE_ACCOUNT,
) -> Access | None:
    """The access that is asked for, or the one that the environment offers; None: there is none.

    In this order: *url* or $FALCO_K8S_API, with *certificate* or $FALCO_K8S_API_CERT;
    *kubeconfig* or $KUBECONFIG; the service account of this pod.  ValueError, which tells
    what is wrong, for a URL or a certificate that cannot be one.
    """
    environ = os.environ if environ is None else environ
    url = url or environ.get("FALCO_K8S_API", "")
    kubeconfig = kubeconfig or environ.get("KUBECONFIG", "")
    if url:
        return of_url(url, certificate or environ.get("FALCO_K8S_API_CERT", ""))
    if kubeconfig:
        return Access(kubeconfig=Path(kubeconfig))
    return of_service_account(environ, service_account)


def of_service_account(
    environ: Mapping[str, str], service_account: Path = SERVICE_ACCOUNT
) -> Access | None:
    """The access that every pod has; None outside of one."""
    host = environ.get("KUBERNETES_SERVICE_HOST", "")
    port = environ.get("KUBERNETES_SERVICE_PORT", "")
    if not host or not port:
        return None
    if ":" in host:
        host = f"[{host}]"
    return Access(
        url=f"https://{host}:{port}",
        token_file=service_account / "token",
        ca_file=service_account / "ca.crt",
    )


def of_url(url: str, certificate: str = "") -> Access:
    """The access of Falco's options -k and -K.

    *certificate*: the file of a bearer token, or CERTIFICATE:KEY[#PASSWORD][:CA], all in
    PEM.  The authority beside a token file ("ca.crt", as a service account has it) is the
    one that is believed.  ValueError when either cannot be read as that.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(
            "URL of the API server of Kubernetes: expected http:// or https:// and a host"
        )
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = f":{parts.port}" if parts.port else ""
    user_password = None
    if parts.username is not None:
        user_password = (unquote(parts.username), unquote(parts.password or ""))
    place = f"{parts.scheme}://{host}{port}{parts.path.rstrip('/')}"
    files = certificate.split(":") if certificate else []
    if len(files) < 2:
        token_file = Path(files[0]) if files else None
        return Access(
            url=place,
            user_password=user_password,
            token_file=token_file,
            ca_file=_authority_beside(token_file),
        )
    if len(files) > 3 or not all(files):
        raise ValueError("certificate for Kubernetes: expected TOKENFILE or CERTIFICATE:KEY[:CA]")
    key, _, password = files[1].partition("#")
    return Access(
        url=place,
        user_password=user_password,
        certificate_file=Path(files[0]),
        key_file=Path(key),
        key_password=password or None,
        ca_file=Path(files[2]) if len(files) == 3 else None,
    )


def node_name(given: str = "", environ: Mapping[str, str] | None = None) -> str:
    """The name of this node: as it is given, as the environment says it, else the host's name.

    kubelet registers a node under the host's name in small letters.
    """
    environ = os.environ if environ is None else environ
    for name in (given, *(environ.get(variable, "") for variable in NODE_VARIABLES)):
        if name:
            return name
    return _host_name().lower()


def _authority_beside(token_file: Path | None) -> Path | None:
    if token_file is None:
        return None
    authority = token_file.parent / "ca.crt"
    return authority if authority.exists() else None


def _host_name() -> str:
    """The host's name; in a container of our own the host's file says it, not our own name."""
    try:
        name = Path(host_path("/etc/hostname")).read_text(encoding="ascii").strip()
    except (OSError, UnicodeError):
        name = ""
    return name if name and os.environ.get("HOST_ROOT") else socket.gethostname()
