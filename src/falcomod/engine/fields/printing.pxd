# SPDX-License-Identifier: Apache-2.0
"""Values as people and JSON readers see them."""

from falcomod.engine.fields.field cimport FIELD_HEX, FIELD_LIST, FIELD_PADDED, FieldRow
from falcomod.engine.types cimport Value

cdef str text_of_value(const FieldRow *row, const Value *value)
# int, float, bool, str or a list of str.
cdef object object_of_value(const FieldRow *row, const Value *value)
