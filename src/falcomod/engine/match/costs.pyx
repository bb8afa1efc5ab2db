# SPDX-License-Identifier: Apache-2.0
"""What it costs to extract a field, about, in nanoseconds.

Only the order of evaluation follows from it, never a result, so a rough guess
is enough; bench/ says where it is too rough.
"""


def reference_cost(ref) -> int:
    """The guess for a FieldRef: of an expression, what its fields cost and some for each of them."""
    cost = sum(map(field_cost, ref.fields))
    return cost if ref.fields == (ref.name,) else cost + 20 * (1 + len(ref.fields))


def field_cost(str name) -> int:
    """The guess for the field *name*, its argument included."""
    for prefix, cost in COSTS:
        if name.startswith(prefix):
            return cost
    return 5


# The first prefix that fits counts. Texts that are put together and walks over
# ancestors cost most; what is not here stands ready in a struct.
COSTS = (
    ("proc.acmdline", 500),
    ("proc.aname", 200),
    ("proc.aexe", 200),
    ("proc.apid", 200),
    ("proc.aenv", 500),
    ("proc.aargs", 500),
    ("proc.cmdline", 60),
    ("proc.exeline", 60),
    ("proc.pcmdline", 100),
    ("proc.pname", 25),
    ("proc.pexe", 25),
    ("proc.env", 60),
    ("proc.args", 40),
    ("fd.name", 15),
    ("fd.directory", 20),
    ("fd.filename", 20),
    ("user.", 20),
    ("group.", 20),
    ("evt.args", 300),
    ("evt.info", 300),
    ("evt.arg", 40),
    ("evt.time", 100),
    ("evt.res", 15),
)
