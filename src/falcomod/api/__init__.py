# SPDX-License-Identifier: Apache-2.0
"""Falco's gRPC interface: messages and services under their published names and numbers.

The .proto files are the interface, for whoever writes a client; docs/grpc.md says how it is
used.  What protoc makes of them is beside them after a build.
"""
