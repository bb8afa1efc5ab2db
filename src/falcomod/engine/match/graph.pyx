# SPDX-License-Identifier: Apache-2.0
"""Conditions of all rules as one graph without duplicates, while rules are loaded.

A node is a check or "all of" other nodes; whoever refers to a node does so by
a handle, which also says whether the node's result is taken negated.  With
that, "any of" and "not" need no nodes of their own, and what is the same
condition by simple laws (order, repetition, double negation, De Morgan) is the
same node: it is evaluated once per event, whichever rules it stands in.

Here are Python objects only; program turns what is reachable into arrays.
"""

from falcomod.errors import CheckError

# Handles: twice the index of a node, plus one if negated. Node 0 is always true.
TRUE = 0
FALSE = 1

# How deep a condition may be nested; bounds the recursion of evaluation.
DEPTH_MAX = 1000


class Check:
    """A field compared with constants, or with another field."""

    def __init__(self, ref, operator, values, matcher, rhs=None):
        self.ref = ref               # FieldRef
        self.operator = operator
        self.values = values         # tuple of str
        self.matcher = matcher       # Matcher
        self.rhs = rhs               # FieldRef, or None
        # Equal keys, equal results.
        self.key = (ref.name, operator, values, None if rhs is None else rhs.name)

    def __str__(self):
        name, operator, values, other = self.key
        if operator == "any":        # of merging
            return "(" + " or ".join(f"{name} {operator} {value}" for operator, value in values) + ")"
        if other is not None:
            return f"{name} {operator} {other if '(' in other else f'val({other})'}"
        if operator == "exists":
            return f"{name} exists"
        if operator in ("in", "intersects", "pmatch") or " " in operator:
            return f"{name} {operator} ({', '.join(values)})"
        return f"{name} {operator} {values[0]}"


class Node:
    """A check, or all of its children; neither: true."""

    __slots__ = ("check", "children", "depth", "is_special")

    def __init__(self, check, children, depth, is_special):
        self.check = check
        self.children = children         # handles, ascending
        self.depth = depth
        self.is_special = is_special     # some check below may be decided by the event's code


class Graph:
    """Nodes, each after its children."""

    def __init__(self):
        self.nodes = [Node(None, (), 0, False)]
        self._known = {}

    def check(self, check, is_special=False) -> int:
        """The handle of a check; *is_special*: its result may follow from an event's code."""
        return self._node(check.key, lambda: Node(check, (), 0, is_special))

    def all_of(self, handles) -> int:
        """True where every one of *handles* is; of none, true."""
        children = set(handles)
        children.discard(TRUE)
        if FALSE in children or any(handle ^ 1 in children for handle in children):
            return FALSE
        if len(children) < 2:
            return children.pop() if children else TRUE
        return self._node(tuple(sorted(children)), lambda: self._all(tuple(sorted(children))))

    def any_of(self, handles) -> int:
        """True where one of *handles* is; of none, false."""
        return self.all_of([handle ^ 1 for handle in handles]) ^ 1

    def below(self, handles):
        """Indices of all nodes that *handles* lead to, descending: parents first."""
        found = set()
        waiting = [handle >> 1 for handle in handles]
        while waiting:
            index = waiting.pop()
            if index not in found:
                found.add(index)
                waiting.extend(child >> 1 for child in self.nodes[index].children)
        return sorted(found, reverse=True)

    def specialise(self, handle, decide, memo) -> int:
        """*handle* for events of one code.

        decide(check) is True or False where the code alone decides a special
        check, else None.  *memo* is a dict to share between calls for that code.
        """
        node = self.nodes[handle >> 1]
        if not node.is_special:
            return handle
        result = memo.get(handle >> 1)
        if result is None:
            if node.check is not None:
                decided = decide(node.check)
                result = handle & ~1 if decided is None else TRUE if decided else FALSE
            else:
                result = self.all_of([self.specialise(child, decide, memo) for child in node.children])
            memo[handle >> 1] = result
        return result ^ (handle & 1)

    def text(self, handle) -> str:
        """The condition as a user would write it."""
        node = self.nodes[handle >> 1]
        negated = handle & 1
        if node.check is not None:
            return f"not {node.check}" if negated else str(node.check)
        if not node.children:
            return "false" if negated else "true"
        word = " or " if negated else " and "
        return "(" + word.join(self.text(child ^ negated) for child in node.children) + ")"

    def _all(self, children):
        below = [self.nodes[child >> 1] for child in children]
        depth = 1 + max(node.depth for node in below)
        if depth > DEPTH_MAX:
            raise CheckError(f"condition is nested more than {DEPTH_MAX} levels deep")
        return Node(None, children, depth, any(node.is_special for node in below))

    def _node(self, key, make):
        handle = self._known.get(key)
        if handle is None:
            node = make()
            handle = 2 * len(self.nodes)
            self.nodes.append(node)
            self._known[key] = handle
        return handle
