# SPDX-License-Identifier: Apache-2.0
"""Prefix tree of paths, by component, for pmatch.

Empty components do not count: ``/a//b/`` is ``a`` ``b``, and ``/`` is no
component at all, so that it covers every path.  A component with ``*``, ``?``
or ``[`` is a wildcard pattern for one component.  A value is walked once, but
for wildcards, where several branches may have to be followed; as every node
belongs to one depth of the value, the work is bounded by the size of the tree.
"""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.stdint cimport uint32_t
from libc.stdlib cimport calloc, free
from libc.string cimport memchr, memcmp

from falcomod.engine.match.glob cimport GlobOwner, glob_matches, glob_new
from falcomod.engine.types cimport Str

from falcomod.errors import CheckError


cdef class PathTreeOwner:

    def __cinit__(self):
        self.kept = []

    def __dealloc__(self):
        free(self.tree.nodes)
        free(self.tree.edges)


cdef PathTreeOwner pathtree_new(paths):
    """The tree of *paths*, bytes objects."""
    root = _Branch()
    for path in paths:
        branch = root
        for component in _components(path):
            branch = branch.children.setdefault(component, _Branch())
        branch.is_end = True
    return _flattened(root)


cdef bint pathtree_covers(const PathTree *tree, const char *data, uint32_t size) noexcept nogil:
    return _covers(tree, 0, data, data + size)


cdef bint _covers(const PathTree *tree, uint32_t at, const char *data, const char *end) noexcept nogil:
    """Whether the rest of a path, from *data* on, lies below node *at*; recurses by component."""
    cdef const PathNode *node = &tree.nodes[at]
    cdef const PathEdge *edge
    cdef Str name
    cdef uint32_t i
    if node.is_end:
        return True
    while data < end and data[0] == c"/":
        data += 1
    if data == end:
        return False
    name.data = data
    data = <const char *>memchr(data, c"/", end - data)
    if data is NULL:
        data = end
    name.size = <uint32_t>(data - name.data)
    edge = _plain_edge(&tree.edges[node.first], node.plain, &name)
    if edge is not NULL and _covers(tree, edge.child, data, end):
        return True
    for i in range(node.first + node.plain, node.first + node.plain + node.wild):
        edge = &tree.edges[i]
        if glob_matches(edge.glob, name.data, name.size) and _covers(tree, edge.child, data, end):
            return True
    return False


cdef const PathEdge *_plain_edge(const PathEdge *edges, uint32_t count, const Str *name) noexcept nogil:
    cdef uint32_t low = 0
    cdef uint32_t high = count
    cdef uint32_t middle
    while low < high:
        middle = (low + high) >> 1
        if _order(&edges[middle].name, name) < 0:
            low = middle + 1
        else:
            high = middle
    if low < count and _order(&edges[low].name, name) == 0:
        return &edges[low]
    return NULL


# By size first: cheaper than by bytes, and any order serves the search.
cdef inline int _order(const Str *left, const Str *right) noexcept nogil:
    if left.size != right.size:
        return 1 if left.size > right.size else -1
    return memcmp(left.data, right.data, left.size)


class _Branch:
    """A node while the tree is built."""

    def __init__(self):
        self.children = {}
        self.is_end = False


cdef list _components(bytes path):
    components = [component for component in path.split(b"/") if component]
    if len(components) > PATH_DEPTH_MAX:
        raise CheckError(f"a path of pmatch has {len(components)} components, more than {PATH_DEPTH_MAX}")
    return components


cdef bint _is_wild(bytes component) except -1:
    return b"*" in component or b"?" in component or b"[" in component


cdef PathTreeOwner _flattened(root):
    """The arrays of the tree below *root*, in order of depth."""
    cdef PathTreeOwner owner = PathTreeOwner.__new__(PathTreeOwner)
    cdef PathNode *node
    branches = [root]
    for branch in branches:
        # Below an end nothing can matter.
        if not branch.is_end:
            branches.extend(branch.children[name] for name in _edge_order(branch))
    owner.tree.nodes = <PathNode *>calloc(len(branches), sizeof(PathNode))
    owner.tree.edges = <PathEdge *>calloc(len(branches), sizeof(PathEdge))
    if owner.tree.nodes is NULL or owner.tree.edges is NULL:
        raise MemoryError
    # Every node but the root has one edge leading to it, in the same order.
    edges = 0
    for at, branch in enumerate(branches):
        node = &owner.tree.nodes[<uint32_t>at]
        node.first = edges
        node.is_end = branch.is_end
        if branch.is_end:
            continue
        for name in _edge_order(branch):
            _set_edge(owner, &owner.tree.edges[<uint32_t>edges], name, edges + 1)
            node.wild += _is_wild(name)
            node.plain += not _is_wild(name)
            edges += 1
    return owner


cdef list _edge_order(branch):
    return sorted(branch.children, key=lambda name: (_is_wild(name), len(name), name))


cdef int _set_edge(PathTreeOwner owner, PathEdge *edge, bytes name, uint32_t child) except -1:
    cdef GlobOwner pattern
    edge.child = child
    if _is_wild(name):
        pattern = glob_new(name, False)
        edge.glob = &pattern.glob
        owner.kept.append(pattern)
    else:
        edge.name.data = PyBytes_AS_STRING(name)
        edge.name.size = <uint32_t>PyBytes_GET_SIZE(name)
        owner.kept.append(name)
    return 0
