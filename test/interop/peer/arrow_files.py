"""Arrow IPC files through pyarrow and pandas: one request in JSON on standard input, one answer on standard output."""

import json
import sys
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.ipc as ipc
from dtypes import to_dtype
from wire import from_wire


def judge(path, format, columns):
    """What pyarrow has against a file that should hold these columns: sentences, none if all is well."""
    table = _open(path, format).read_all()
    table.validate(full=True)
    names = [column["name"] for column in columns]
    if table.column_names != names:
        return [f"columns {table.column_names}, not {names}"]
    problems = []
    for column in columns:
        expected = from_wire(column["values"], to_dtype(column["dtype"]), tuple(column["shape"]))
        found = table.column(column["name"]).combine_chunks()
        problems += [f"{column['name']}: {problem}" for problem in _differences(found, expected, len(expected.shape) - 1)]
    return problems


def judge_pandas(path, columns):
    """What pandas has against a file of plain columns."""
    frame = pd.read_feather(path)
    problems = []
    for column in columns:
        name = column["name"]
        expected = from_wire(column["values"], to_dtype(column["dtype"]), tuple(column["shape"]))
        expected = expected.astype(expected.dtype.newbyteorder("="))
        series = frame[name]
        if expected.dtype.kind == "S":
            expected = np.char.decode(expected, "utf-8") if len(expected) else expected.astype("U1")
        if expected.dtype.kind == "U":
            same = series.tolist() == expected.tolist()
        else:
            found = series.to_numpy()
            same = found.dtype == expected.dtype and found.tobytes() == expected.tobytes()
        if not same:
            problems.append(f"{name}: {series.dtype} {series.tolist()[:3]}, not {expected[:3]}")
    return problems


def rewrite(path, to):
    """Reads a file and writes what was read, as Feather and without compression."""
    feather.write_feather(feather.read_table(path), to, compression="uncompressed", chunksize=3)


def write(path, format, compression=None):
    """A file of what Arrow has and NumPy has not."""
    zone = pa.timestamp("us", "Europe/Berlin")
    point = pa.struct([("x", pa.float32()), ("y", pa.int16())])
    table = pa.table(
        {
            "dictionary": pa.array(["b", "a", None, "b"]).dictionary_encode(),
            "large": pa.array(["", "é", "日本", "😀"], pa.large_string()),
            "view": pa.array(["short", "longer than twelve bytes", "\ufeff", "a\0b"], pa.string_view()),
            "zone": pa.array([0, 1, None, -1], zone),
            "integers": pa.array([1, None, 3, 2**53 + 1], pa.int64()),
            "floats": pa.array([1.5, None, float("nan"), -0.0], pa.float64()),
            "list": pa.array([[1, 2], [3, 4], None, [5, None]], pa.list_(pa.float32(), 2)),
            "time": pa.array([0, 1, 2, 86399], pa.time32("s")),
            "day": pa.array([-719162, 0, None, 2932896], pa.date32()),
            "midnight": pa.array([0, 86400000, -86400000, None], pa.date64()),
            "duration": pa.array([1, -1, None, 0], pa.duration("ns")),
            "decimal": pa.array([Decimal("1.50"), Decimal("-0.25"), Decimal("10.00"), None], pa.decimal128(20, 2)),
            "struct": pa.array([{"x": 1, "y": 2}, {"x": None, "y": 3}, {"x": 0.5, "y": 4}, {"x": -0.0, "y": 5}], point),
            "bool": pa.array([True, False, True, True]),
            "half": pa.array(np.array([1, 0.5, -2, np.inf], np.float16)),
            "binary": pa.array([b"abc", b"\0\0\0", b"xyz", b"123"], pa.binary(3)),
            "numbers": pa.array([7, 8, 7, 8], pa.int32()).dictionary_encode(),
        }
    )
    options = ipc.IpcWriteOptions(compression=compression)
    make = ipc.new_file if format == "file" else ipc.new_stream
    with make(path, table.schema, options=options) as writer:
        for batch in table.to_batches(max_chunksize=3):
            writer.write_batch(batch)


def _open(path, format):
    return ipc.open_file(path) if format == "file" else ipc.open_stream(path)


def _differences(found, expected, axes):
    for _ in range(axes):
        found = found.flatten()
    flat = expected.reshape(-1)
    native = flat.astype(flat.dtype.newbyteorder("="), copy=False)
    kind = expected.dtype.kind
    if expected.dtype.names is not None:
        for name in expected.dtype.names:
            shape = expected.dtype[name].shape
            inner = np.ascontiguousarray(flat[name])
            yield from (f"{name}: {problem}" for problem in _differences(found.field(name), inner, len(shape)))
        return
    if len(found) != len(flat):
        yield f"{len(found)} elements, not {len(flat)}"
    elif kind in "mM":
        yield from _time_differences(found, native)
    elif kind in "SU":
        texts = [text.decode() if kind == "S" else text for text in flat.tolist()]
        if found.to_pylist() != texts:
            yield f"{found.to_pylist()[:3]}, not {texts[:3]}"
    elif kind == "V":
        if found.to_pylist() != [element.tobytes() for element in flat]:
            yield "other bytes"
    else:
        values = (found.flatten() if kind == "c" else found).to_numpy(zero_copy_only=False)
        if values.tobytes() != native.tobytes():
            yield f"{values[:3]}, not {native[:3]}"


def _time_differences(found, expected):
    unit = "D" if pa.types.is_date32(found.type) else found.type.unit
    counts = found.cast(pa.int32()).cast(pa.int64()) if unit == "D" else found.cast(pa.int64())
    wanted = expected.astype(f"{expected.dtype.kind}8[{unit}]").view("i8").tolist()
    absent = np.isnat(expected).tolist()
    if counts.to_pylist() != [None if nat else count for count, nat in zip(wanted, absent)]:
        yield f"{found[:3]}, not {expected[:3]}"


if __name__ == "__main__":
    request = json.load(sys.stdin)
    print(json.dumps(globals()[request["call"]](**request["args"])))
