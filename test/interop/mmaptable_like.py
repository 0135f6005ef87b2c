"""Tables as mmaptable lays them out on disk, read and written by the letter of that layout.

`name.npy` holds bare elements, without a header. `name.attr` beside it is JSON: {"dtype": …, "shape": [rows, …],
"attr": …}, where dtype is a type string or the descr of a structured dtype. Groups are directories. A file without its
sidecar is no column; there is no other file, and no order.

Nothing here knows NumPy's own file format. What is not in this layout is an error, never data.
"""

import json
import os

import numpy as np


def columns(root):
    """The names of all columns, in the order of the directory walk."""
    names = []
    for directory, _, files in os.walk(root):
        group = os.path.relpath(directory, root).replace(os.sep, "/")
        for file in files:
            stem, extension = os.path.splitext(file)
            if extension == ".npy" and stem + ".attr" in files:
                names.append(stem if group == "." else f"{group}/{stem}")
    return names


def open_table(root, mode="r"):
    """All columns by name: a memory map and an attribute each."""
    table = {name: _open_column(root, name, mode) for name in columns(root)}
    counts = {name: len(array) for name, (array, _) in table.items()}
    if len(set(counts.values())) > 1:
        raise ValueError(f"{root}: columns have different numbers of rows: {counts}")
    return table


def add_column(root, name, array, attr=None):
    """Writes a column, and the groups that it is in."""
    path = _path(root, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if os.path.exists(path + ".npy"):
        raise FileExistsError(path)
    with open(path + ".npy", "wb") as file:
        file.write(array.tobytes())
    _write_sidecar(path, array.dtype, array.shape, attr)


def resize(root, rows):
    """Cuts every column off, or fills it up with zeros."""
    for name in columns(root):
        path = _path(root, name)
        dtype, shape, attr = _read_sidecar(path)
        shape = (rows, *shape[1:])
        os.truncate(path + ".npy", int(np.prod(shape)) * dtype.itemsize)
        _write_sidecar(path, dtype, shape, attr)


def set_attr(root, name, attr):
    """Writes an attribute."""
    path = _path(root, name)
    dtype, shape, _ = _read_sidecar(path)
    _write_sidecar(path, dtype, shape, attr)


def _open_column(root, name, mode):
    path = _path(root, name)
    dtype, shape, attr = _read_sidecar(path)
    return np.memmap(path + ".npy", dtype, mode, shape=shape), attr


def _path(root, name):
    return os.path.join(root, *name.split("/"))


def _read_sidecar(path):
    with open(path + ".attr", encoding="utf-8") as file:
        said = json.load(file)
    return _to_dtype(said["dtype"]), tuple(said["shape"]), said["attr"]


def _write_sidecar(path, dtype, shape, attr):
    spec = dtype.str if dtype.names is None else dtype.descr
    with open(path + ".attr", "w", encoding="utf-8") as file:
        json.dump({"dtype": spec, "shape": list(shape), "attr": attr}, file)


def _to_dtype(spec):
    """JSON has lists where a descr has tuples; a field without a name is padding."""
    if isinstance(spec, str):
        return np.dtype(spec)
    names, formats, offsets, offset = [], [], [], 0
    for name, field, *shape in spec:
        field = np.dtype((_to_dtype(field), tuple(*shape)))
        if name != "":
            names.append(name)
            formats.append(field)
            offsets.append(offset)
        offset += field.itemsize
    return np.dtype({"names": names, "formats": formats, "offsets": offsets, "itemsize": offset})
