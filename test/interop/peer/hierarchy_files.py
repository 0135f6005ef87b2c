"""Trees of arrays, and frames that were written into them group by group, which pandas judges. One request in JSON on standard
input, one answer on standard output."""

import json
import math
import os
import sys

import numpy as np
import pandas as pd
from dtypes import to_descr, to_dtype
from files import describe
from random_data import generator, random_array

# What rows are grouped and ordered by: few values, nulls and both zeros among them.
KEYS = {
    "text": np.array(["JFK", "a/b", "", "null", "é", "../up", "jfk", "🙂", "\uffee"]),
    "bytes": np.array([b"JFK", b"", b"x.npy", b"CON"]),
    "flag": np.array([True, False]),
    "small": np.array([-3, 0, 7], ">i2"),
    "large": np.array([-(2**63) + 1, 2**63 - 1, 0, 5], "<i8"),
    "unsigned": np.array([2**64 - 1, 0, 9], "<u8"),
    "float": np.array([0.1, -0.0, 0.0, np.nan, np.inf, -np.inf, 1e300]),
    "half": np.array([0.5, np.nan, -2], ">f4"),
    "day": np.array(["2001-01-31", "1969-12-31", "NaT", "2001-02-01"], "M8[D]"),
    "moment": np.array(["2001-01-31T12:30:00.000001", "NaT", "1903-05-05"], ">M8[us]"),
    "span": np.array([125, "NaT", -1], "m8[s]"),
    "unit": np.array([1, 2], "i1"),
}

PAYLOAD = {
    "x": ("<i4", []),
    "y": (">f4", []),
    "point": ("<f8", [2]),
    "matrix": ("|u1", [2, 3]),
    "name": ("<U7", []),
    "z": ("<c16", []),
    "record": ([["a", "<i2"], ["b", ">f8"], ["c", "|S3"]], []),
}


def make_frame(root, rows, seed):
    """Saves columns of keys and of random data, as a table."""
    os.makedirs(root)
    rng = generator(seed, f"frame {rows}")
    for name, values in KEYS.items():
        np.save(os.path.join(root, f"{name}.npy"), values[rng.integers(0, len(values), rows)])
    for name, (spec, shape) in PAYLOAD.items():
        np.save(os.path.join(root, f"{name}.npy"), random_array(rng, to_dtype(spec), (rows, *shape)))
    np.save(os.path.join(root, "row.npy"), np.arange(rows))


def judge_frames(source, root, frames):
    """What pandas has against frames that were written of the columns in `source`: sentences, none if all is well."""
    columns = {name[:-4]: np.load(os.path.join(source, name)) for name in os.listdir(source) if name.endswith(".npy")}
    return [f"{frame['name']}: {problem}" for frame in frames for problem in _judge_frame(columns, root, **frame)]


def judge_lists(columns, root, frames):
    """As `judge_frames`, of frames `data` of lists of plain values, in which None is null."""
    source = pd.DataFrame(columns)
    return [f"{frame['name']}, {problem}" for frame in frames for problem in _judge_lists(source, root, **frame)]


def tree(root):
    """Every array below a directory, as NumPy loads it, and every sidecar, as json does."""
    arrays, attributes = {}, {}
    for directory, _, names in os.walk(root):
        if ".memmap" in directory:
            continue
        for name in names:
            path = os.path.join(directory, name)
            shown = "/" + os.path.relpath(path, root).replace(os.sep, "/")
            if name.endswith(".npy"):
                arrays[shown[:-4]] = describe(path)
            else:
                attributes[shown] = _sidecar(path)
    return {"arrays": arrays, "attributes": attributes}


def _sidecar(path):
    def refuse(word):
        raise ValueError(f"{word} is no JSON")

    with open(path, encoding="utf-8") as file:
        return json.load(file, parse_constant=refuse)["attr"]


def _judge_frame(columns, root, name, groupBy, orderBy, ascending, arrays, frames):
    keys = pd.DataFrame({key: _as_keys(columns[key]) for key in {*groupBy, *orderBy}}, index=range(len(columns["row"])))
    table = _sidecar(os.path.join(root, name, ".attr"))["memmap-table.frame"]
    if (table["groupBy"], table["rows"]) != (groupBy, len(keys)):
        yield f"the table is of {table['rows']} rows by {table['groupBy']}"
    groups = list(_rows_of_groups(keys, groupBy, orderBy, ascending))
    if groupBy and len(groups) != len(table["parts"]):
        yield f"{len(table['parts'])} groups, pandas has {len(groups)}"
        return
    # Python follows the table, and nothing else, to each group.
    parts = zip(table["parts"], table["sizes"], table["values"]) if groupBy else [("", len(keys), [])]
    for rows, (part, size, values) in zip(groups, parts):
        place = os.path.join(root, name, part)
        decoded = [_decode(value, np.dtype(dtype)) for value, dtype in zip(values, table["dtypes"])]
        for key, value in zip(groupBy, decoded):
            if not _same_key(columns[key][rows[0]], value):
                yield f"{part}: key {key} is {value!r}, in pandas {columns[key][rows[0]]!r}"
        if size != len(rows):
            yield f"{part}: {size} rows, in pandas {len(rows)}"
        for array, names in arrays.items():
            expected = columns[names] if isinstance(names, str) else np.stack([columns[each] for each in names], 1)
            yield from _differences(os.path.join(place, f"{array}.npy"), expected[rows])
        for frame, names in frames.items():
            for column in names:
                yield from _differences(os.path.join(place, frame, f"{column}.npy"), columns[column][rows])
            files = {file for file in os.listdir(os.path.join(place, frame)) if file.endswith(".npy")}
            if files != {f"{column}.npy" for column in names}:
                yield f"{part}: {frame} has the files {files}"


def _rows_of_groups(keys, groupBy, orderBy, ascending):
    """The rows of each group, in the order in which pandas has them."""
    if orderBy:
        keys = keys.sort_values(orderBy, kind="stable", ascending=ascending, na_position="last")
    if not groupBy:
        yield keys.index.to_numpy()
    elif len(keys) > 0:
        for _, part in keys.groupby(groupBy, sort=True, dropna=False):
            yield part.index.to_numpy()


def _judge_lists(source, root, name, **keys):
    parts = _sidecar(os.path.join(root, name, ".attr"))["memmap-table.frame"]["parts"]
    for part, rows in zip(parts, _rows_of_groups(source, **keys), strict=True):
        yield from _list_differences(source.iloc[rows], os.path.join(root, name, part, "data"))


def _list_differences(frame, directory):
    for column in frame.columns:
        path = os.path.join(directory, f"{column}.npy")
        found, mask = np.load(path), os.path.join(directory, f"{column}.null.npy")
        nulls = frame[column].isna().to_numpy()
        if os.path.exists(mask):
            if np.load(mask).tolist() != nulls.tolist():
                yield f"{directory}: {column} is null in {np.load(mask)}, in pandas in {nulls}"
        elif nulls.any() and found.dtype.kind != "f":
            yield f"{directory}: {column} has nulls, and no mask"
        expected = frame[column][~nulls].tolist()
        if found[~nulls].tolist() != expected:
            yield f"{directory}: {column} is {found[~nulls]}, in pandas {expected}"


def _as_keys(array):
    """Elements as pandas takes them: of native order; text and bytes as Python's own."""
    if array.dtype.kind in "SU":
        return pd.Series(array.tolist(), dtype=object)
    native = array.astype(array.dtype.newbyteorder("="))
    return pd.Series(native.astype(native.dtype.str.replace("[D]", "[s]")))


def _decode(value, dtype):
    """A key from the JSON that stands for it."""
    if isinstance(value, dict) and "$bigint" in value:
        value = int(value["$bigint"])
    if isinstance(value, dict) and "$number" in value:
        value = float(value["$number"])
    if value is None:
        return None
    if dtype.kind == "S":
        return np.bytes_(value.encode())
    return np.array(value, "i8").view(dtype.newbyteorder("=")) if dtype.kind in "mM" else dtype.type(value)


def _same_key(element, value):
    if value is None:
        return bool(np.isnat(element)) if element.dtype.kind in "mM" else math.isnan(element)
    # Both zeros are one group, called 0.
    is_negative = element.dtype.kind == "f" and value == 0 and math.copysign(1, value) < 0
    return bool(element == value) and not is_negative


def _differences(path, expected):
    found = np.load(path)
    if to_descr(found.dtype) != to_descr(expected.dtype) or found.shape != expected.shape:
        yield f"{path}: {found.dtype} {found.shape}, not {expected.dtype} {expected.shape}"
    elif found.tobytes() != expected.tobytes():
        yield f"{path}: {found!r}, not {expected!r}"


if __name__ == "__main__":
    request = json.load(sys.stdin)
    json.dump(globals()[request["call"]](**request["args"]), sys.stdout, allow_nan=False)
