# SPDX-License-Identifier: Apache-2.0
"""Messages of the container runtimes, from the .proto files beside; the build makes the modules."""
