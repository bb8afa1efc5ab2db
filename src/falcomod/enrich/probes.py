# SPDX-License-Identifier: Apache-2.0
"""Commands by which Kubernetes asks a container whether it is well.

The kubelet runs them in the container, where they look like anything else; what they
are is told by the manifest that kubectl keeps in an annotation of the pod.  A pod that
was made in another way has none, and neither have probes over the network.
"""

from __future__ import annotations

from falcomod.enrich.answers import at, items, json_object, mapping, text
from falcomod.enrich.runtime import Facts

ANNOTATION = b"kubectl.kubernetes.io/last-applied-configuration"

PROBES = {"liveness_probe": "livenessProbe", "readiness_probe": "readinessProbe"}


def probe_facts(manifest: bytes, container: str) -> Facts:
    """liveness_probe and readiness_probe of the container of that name, if they are commands."""
    facts: Facts = {}
    for described in items(at(json_object(manifest), "spec", "containers")):
        if mapping(described).get("name") != container:
            continue
        for fact, key in PROBES.items():
            command = [text(word) for word in items(at(described, key, "exec", "command"))]
            if command and command[0] is not None:
                facts[fact] = (command[0], [word or "" for word in command[1:]])
        break
    return facts
