"""Parquet files through pyarrow and pandas, judged by the table's own columns, which NumPy reads. One request in JSON on
standard input, one answer on standard output."""

import json
import os
import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as parquet


def judge(path, root):
    """What pyarrow has against a file that should hold the columns of a table: sentences, none if all is well."""
    table = parquet.read_table(path)
    table.validate(full=True)
    problems = []
    for name in table.column_names:
        expected = np.load(os.path.join(root, f"{name}.npy"))
        found = table.column(name)
        found = found.combine_chunks() if found.num_chunks != 1 else found.chunk(0)
        problems += [f"{name}, {expected.dtype}: {problem}" for problem in _differences(found, expected)]
    return problems


def judge_pandas(path, root, dates):
    """What pandas has against it. Of the columns in `dates` the unit is the file's."""
    frame = pd.read_parquet(path)
    problems = []
    for name in frame.columns:
        expected = np.load(os.path.join(root, f"{name}.npy"))
        found = frame[name]
        kind = expected.dtype.kind
        if kind in "SU":
            texts = [text.decode() if kind == "S" else text for text in expected.tolist()]
            same = found.tolist() == texts
        elif name in dates:
            same = np.array_equal(found.to_numpy().astype(expected.dtype), expected, equal_nan=True)
        else:
            native = expected.astype(expected.dtype.newbyteorder("="))
            same = found.dtype == native.dtype and found.to_numpy().tobytes() == native.tobytes()
        if not same:
            problems.append(f"{name}, {expected.dtype}: {found.dtype} {found.tolist()[:3]}, not {expected[:3]}")
    return problems


def columns(path):
    """The names and types of a file's columns."""
    return {field.name: str(field.type) for field in parquet.read_schema(path)}


def _differences(found, expected):
    for length in expected.shape[1:]:
        if any(count != length for count in pa.compute.list_value_length(found).to_pylist()):
            yield "cells of other lengths"
        found = found.flatten()
    flat = expected.reshape(-1)
    if len(found) != len(flat):
        yield f"{len(found)} elements, not {len(flat)}"
        return
    parts = _parts(flat)
    if parts is None:
        yield from _element_differences(found, flat)
        return
    names = [field.name for field in found.type]
    if names != list(parts):
        yield f"fields {names}, not {list(parts)}"
        return
    for name, part in parts.items():
        yield from (f"{name}: {problem}" for problem in _differences(found.field(name), part))


def _parts(flat):
    """The fields of records and the parts of complex numbers."""
    if flat.dtype.names is not None:
        return {name: np.ascontiguousarray(flat[name]).reshape(flat.shape + flat.dtype[name].shape) for name in flat.dtype.names}
    return {"re": flat.real, "im": flat.imag} if flat.dtype.kind == "c" else None


def _element_differences(found, flat):
    kind = flat.dtype.kind
    if kind in "mM":
        wanted, got = _counts(flat), _found_counts(found, flat)
    elif kind in "SU":
        wanted, got = [text.decode() if kind == "S" else text for text in flat.tolist()], found.to_pylist()
    elif kind == "V":
        wanted, got = [element.tobytes() for element in flat], found.to_pylist()
    else:
        native = flat.astype("f4" if flat.dtype.str[1:] == "f2" else flat.dtype.newbyteorder("="))
        wanted, got = native.tobytes(), found.to_numpy(zero_copy_only=False).tobytes()
    if wanted != got:
        yield f"{found[:3]}, not {flat[:3]}"


def _counts(flat):
    counts = np.ascontiguousarray(flat).view(f"{flat.dtype.byteorder}i8").tolist()
    return [None if count == np.iinfo(np.int64).min else count for count in counts]


def _found_counts(found, flat):
    if flat.dtype.kind == "m":
        return found.to_pylist()
    unit = "D" if pa.types.is_date32(found.type) else found.type.unit
    counts = found.cast(pa.int32()).to_pylist() if unit == "D" else found.cast(pa.int64()).to_pylist()
    absent = np.iinfo(np.int64).min
    dates = np.array([absent if count is None else count for count in counts], f"M8[{unit}]")
    return _counts(dates.astype(flat.dtype.newbyteorder("=")))


if __name__ == "__main__":
    request = json.load(sys.stdin)
    print(json.dumps(globals()[request["call"]](**request["args"])))
