"""Array files: writing those that shall be read, judging those that were written."""

import hashlib
import io
import os
import warnings

import numpy as np
from dtypes import to_descr, to_dtype
from numpy.lib import format as npy
from random_data import generator, random_array
from wire import from_wire, to_wire


def save(path, dtype, shape, seed=None, values=None, hex=None, order="C", version=None, full=True):
    """Saves an array as NumPy does: of random data, of elements, or of bytes. Says what is in it.

    Without `full` the answer has a digest in place of the elements and bytes.
    """
    array = _array(to_dtype(dtype), tuple(shape), path, seed, values, hex)
    return _saved(path, array, order, version, full)


def save_all(directory, cases, **common):
    """`save` for each case, which names its file; a list of answers."""
    return [save(os.path.join(directory, f"{case['name']}.npy"), **common, **_without(case, "name")) for case in cases]


def save_expression(path, expression, order="C", version=None, full=True):
    """Saves what a Python expression is; `np` is NumPy. Says what is in it."""
    array = np.asarray(eval(expression, {"np": np}))
    return _saved(path, array, order, version, full)


def descr_of(dtype):
    """What NumPy writes into headers for a dtype."""
    return to_descr(to_dtype(dtype))


def save_refused(path, dtype):
    """Saves two zeros of a dtype that files of tables cannot have."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    np.save(path, np.zeros(2, to_dtype(dtype)))


def describe(path, full=True):
    """What NumPy finds in a file."""
    return _described(np.load(path), full)


def describe_records(path, fields):
    """Whether a file of records is what NumPy packs from fields by itself; and its bytes."""
    loaded = np.load(path)
    packed = np.dtype([(name, format, *map(tuple, shape)) for name, format, *shape in fields])
    same = loaded.dtype == packed and loaded.dtype.itemsize == packed.itemsize
    records = loaded.view(np.recarray)
    fields_alike = all(records[name].tobytes() == loaded[name].tobytes() for name in packed.names)
    return {"packed": bool(same and fields_alike), "hex": loaded.tobytes().hex()}


def judge_all(files):
    """`judge` for each file; the sentences name it."""
    return [f"{file['path']}, {file['dtype']}: {problem}" for file in files for problem in judge(**file)]


def judge(path, dtype, shape, values=None, hex=None, order="C", exact=False):
    """What NumPy has against a file that should hold an array of these elements or bytes: sentences, none if all is well.

    Header and data are byte for byte what NumPy writes for that array; bytes behind them are spare, and none if `exact`.
    """
    expected = np.asarray(_array(to_dtype(dtype), tuple(shape), path, None, values, hex), order=order)
    problems = []
    for mode in (None, "r+"):
        loaded = np.load(path, mmap_mode=mode)
        problems += [f"mmap_mode={mode}: {problem}" for problem in _differences(loaded, expected)]
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        np.save(buffer, expected)
    wanted = buffer.getvalue()
    with open(path, "rb") as file:
        written = file.read()
    if not written.startswith(wanted):
        start = len(wanted) - expected.nbytes
        problems.append(f"bytes: {written[:start]!r}, NumPy writes {wanted[:start]!r}, or data differ")
    if exact and len(written) != len(wanted):
        problems.append(f"{len(written)} bytes, NumPy writes {len(wanted)}")
    return problems


def _saved(path, array, order, version, full):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    # Versions after 1.0 are written with a warning that old NumPys cannot read them.
    with open(path, "wb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        npy.write_array(file, np.asarray(array, order=order), version=version and tuple(version))
    return _described(array, full)


def _differences(loaded, expected):
    if loaded.dtype != expected.dtype or to_descr(loaded.dtype) != to_descr(expected.dtype):
        yield f"dtype {loaded.dtype}, not {expected.dtype}"
    if loaded.shape != expected.shape:
        yield f"shape {loaded.shape}, not {expected.shape}"
    if loaded.tobytes() != expected.tobytes():
        yield "other bytes"


def _array(dtype, shape, path, seed, values, hex):
    if values is not None:
        array = from_wire(values, dtype, shape)
    elif hex is not None:
        array = np.frombuffer(bytes.fromhex(hex), dtype).reshape(shape)
    else:
        array = random_array(generator(seed, os.path.basename(path)), dtype, shape)
    assert to_descr(array.dtype) == to_descr(dtype), (array.dtype, dtype)
    return array


def _without(mapping, key):
    return {name: value for name, value in mapping.items() if name != key}


def _described(array, full):
    said = {"descr": to_descr(array.dtype), "shape": array.shape}
    if full:
        return {**said, "hex": array.tobytes().hex(), "values": to_wire(array)}
    return {**said, "sha256": hashlib.sha256(array.tobytes()).hexdigest()}
