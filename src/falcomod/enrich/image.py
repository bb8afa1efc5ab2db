# SPDX-License-Identifier: Apache-2.0
"""The parts of an image's name, whichever runtime said it.

Nothing is added to a name: Docker says "nginx" where containerd says
"docker.io/library/nginx", and rules written for Falco expect either as it is said.
"""

from __future__ import annotations

import re

from falcomod.enrich.runtime import TEXT_MAX, Facts

# An image without a name: "sha256:" and an id, or all 64 digits of one.
IMAGE_ID = re.compile(r"sha256:[0-9a-f]+|[0-9a-f]{64}")
DEFAULT_TAG = "latest"


def image_facts(reference: str) -> Facts:
    """image, image_repository, image_tag and image_digest, as far as the name tells them.

    The repository is the name without tag and digest, with the registry and its port. A name
    with neither tag nor digest stands for the tag "latest", as every runtime and Falco take
    it; one with a digest alone has no tag. An id of an image has no repository.
    """
    if not 0 < len(reference) <= TEXT_MAX:
        return {}
    facts = {"image": reference}
    if IMAGE_ID.fullmatch(reference):
        return facts
    name, at, digest = reference.partition("@")
    repository, tag = _split_tag(name)
    if not tag and not at:
        tag = DEFAULT_TAG
    if repository:
        parts = {"image_repository": repository, "image_tag": tag, "image_digest": digest}
        facts |= {key: part for key, part in parts.items() if part}
    return facts


def _split_tag(name: str) -> tuple[str, str]:
    """(repository, tag or ""); a colon before the last slash belongs to a registry's port."""
    colon = name.rfind(":")
    return (name[:colon], name[colon + 1 :]) if colon > name.rfind("/") else (name, "")
