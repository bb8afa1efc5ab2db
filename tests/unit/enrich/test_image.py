# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from falcomod.enrich.image import image_facts
from falcomod.enrich.runtime import TEXT_MAX

DIGEST = "sha256:" + "5e" * 32
HEX = "0c" * 32

# Reference, then repository, tag and digest.
REFERENCES = [
    ("nginx", "nginx", "latest", None),
    ("nginx:1.27", "nginx", "1.27", None),
    ("library/nginx", "library/nginx", "latest", None),
    ("docker.io/library/nginx:1.27", "docker.io/library/nginx", "1.27", None),
    ("us.icr.io/team/app:v1.2.3-rc.1", "us.icr.io/team/app", "v1.2.3-rc.1", None),
    ("localhost/app", "localhost/app", "latest", None),
    ("localhost:5000/app", "localhost:5000/app", "latest", None),
    ("localhost:5000/a/b:1", "localhost:5000/a/b", "1", None),
    (f"localhost:5000/a/b:1@{DIGEST}", "localhost:5000/a/b", "1", DIGEST),
    (f"localhost:5000/a/b@{DIGEST}", "localhost:5000/a/b", None, DIGEST),
    (f"nginx@{DIGEST}", "nginx", None, DIGEST),
    (f"nginx:1.27@{DIGEST}", "nginx", "1.27", DIGEST),
    (f"quay.io/a/b@sha512:{'ab' * 64}", "quay.io/a/b", None, f"sha512:{'ab' * 64}"),
    ("[2001:db8::1]:5000/app:2", "[2001:db8::1]:5000/app", "2", None),
    # Docker takes a short id for a name where there is an image of that name; enrich.docker asks.
    ("0c0c0c0c0c0c", "0c0c0c0c0c0c", "latest", None),
    # Ids of images.
    (f"sha256:{HEX}", None, None, None),
    ("sha256:0c0c0c", None, None, None),
    (HEX, None, None, None),
    # Nothing that a runtime accepts.
    (":1.27", None, None, None),
    (f"@{DIGEST}", None, None, None),
    ("nginx@", "nginx", None, None),
    ("nginx:", "nginx", "latest", None),
    ("/", "/", "latest", None),
]


@pytest.mark.parametrize(("reference", "repository", "tag", "digest"), REFERENCES)
def test_image_facts(
    reference: str, repository: str | None, tag: str | None, digest: str | None
) -> None:
    facts = image_facts(reference)
    assert facts.pop("image") == reference
    assert facts.pop("image_repository", None) == repository
    assert facts.pop("image_tag", None) == tag
    assert facts.pop("image_digest", None) == digest
    assert facts == {}


@pytest.mark.parametrize("reference", ["", "n" * (TEXT_MAX + 1)])
def test_image_that_is_no_text_to_show(reference: str) -> None:
    assert image_facts(reference) == {}
