# SPDX-License-Identifier: Apache-2.0
"""Many paths, and whether a path lies at or below one of them."""

from libc.stdint cimport uint8_t, uint32_t

from falcomod.engine.match.glob cimport Glob
from falcomod.engine.types cimport Str

cdef enum:
    PATH_DEPTH_MAX = 256         # components of one constant; bounds the recursion

# A way from a node to one of its children.
cdef struct PathEdge:
    Str name                     # of the component; wildcards: data NULL
    const Glob *glob             # or NULL
    uint32_t child               # index of a node

cdef struct PathNode:
    uint32_t first               # edges of the node: plain ones sorted by name, then wildcards
    uint32_t plain
    uint32_t wild
    uint8_t is_end               # a constant ends here: everything below is covered

cdef struct PathTree:
    PathNode *nodes              # the root first
    PathEdge *edges


cdef class PathTreeOwner:
    cdef PathTree tree
    cdef list kept               # the bytes and globs that edges point into

# Raises CheckError for a component whose wildcards cannot be read.
cdef PathTreeOwner pathtree_new(paths)
cdef bint pathtree_covers(const PathTree *tree, const char *data, uint32_t size) noexcept nogil
