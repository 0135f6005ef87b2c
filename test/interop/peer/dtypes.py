"""Dtypes as JSON says them."""

import numpy as np
from numpy.lib import format as npy


def to_dtype(spec):
    """A dtype from a type string, from a descr with lists for tuples, or from {"align": fields}: C's padding."""
    if isinstance(spec, dict):
        return np.dtype(_to_fields(spec["align"], nested=np.dtype), align=True)
    return npy.descr_to_dtype(spec if isinstance(spec, str) else _to_fields(spec))


def to_descr(dtype):
    """What NumPy writes into a header for a dtype, lists for tuples."""
    return _listed(npy.dtype_to_descr(dtype))


def _to_fields(fields, nested=None):
    return [_to_field(nested, *field) for field in fields]


def _to_field(nested, name, spec, *shape):
    if isinstance(spec, list):
        inner = _to_fields(spec, nested)
        # Records within aligned records are aligned themselves.
        spec = inner if nested is None else nested(inner, align=True)
    return (name, spec, *map(tuple, shape))


def _listed(descr):
    return [_listed(part) for part in descr] if isinstance(descr, (list, tuple)) else descr
