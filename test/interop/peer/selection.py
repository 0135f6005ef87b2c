"""What NumPy selects of arrays, and which dtype arrays have together: one request in JSON, one answer."""

import json
import sys
import warnings

import numpy as np
from dtypes import to_dtype


def select(cases):
    """Of each case the shape, the bytes in C order, and whether memory is shared; or the name of the error."""
    return [_selected(case) for case in cases]


def _selected(case):
    base = _array(case)
    view = base[(*map(_part, case["before"]), ...)]
    try:
        found = view[tuple(map(_part, case["selection"]))]
    except IndexError as error:
        return {"error": str(error)}
    # A position for each axis gives a scalar, which is a copy where an array without axes would be a view.
    can_share = isinstance(found, np.ndarray) and found.size > 0
    array = np.asarray(found, view.dtype)
    return {
        "shape": list(array.shape),
        "hex": array.tobytes().hex(),
        "shares": bool(np.shares_memory(array, base)) if can_share else None,
    }


def _array(case):
    """An array whose bytes follow from their places."""
    dtype = to_dtype(case["dtype"])
    size = int(np.prod(case["shape"])) * dtype.itemsize
    places = np.arange(size, dtype=np.int64)
    data = (places * 37 + places // 251) % 251
    if dtype.kind == "b":
        data %= 2
    raw = data.astype(np.uint8).tobytes()
    return np.ndarray(case["shape"], dtype, bytearray(raw) or None, order=case["order"])


def _part(part):
    if part == "...":
        return Ellipsis
    if not isinstance(part, dict):
        return part
    if "slice" in part:
        return slice(*part["slice"])
    if "mask" in part:
        return np.array(part["mask"], bool).reshape(part["shape"])
    return np.array(part["index"], np.int64).reshape(part["shape"])


def promote(lists):
    """The dtype that each list of dtypes has together; null where there is none."""
    return [_together([to_dtype(dtype) for dtype in dtypes]) for dtypes in lists]


def _together(dtypes):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = np.result_type(*dtypes)
    except (TypeError, OverflowError):
        return None
    if found.names is not None:
        return [list(field) for field in found.descr]
    return None if found.kind == "O" else found.str


request = json.load(sys.stdin)
calls = {"select": select, "promote": promote}
json.dump(calls[request["call"]](**request["args"]), sys.stdout)
