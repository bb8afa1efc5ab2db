# SPDX-License-Identifier: Apache-2.0
"""The rule language: from YAML text to the program that the engine runs.

One rule, read through the modules:

    document    YAML text to nodes that know their line and column
    load        nodes to items: rule, macro, list
    merge       items to a collection: redefinition, append, override
    exceptions  the exceptions of a rule, as a condition
    resolve     lists put into the text, macros put into the tree
    grammar     condition text to a tree (ast), by words and then by precedence
    check       every field, operator and value asked of the engine
    compile     the passes, in order, and the program at their end
"""
