"""HDF5 files that this package wrote, through h5py and PyTables: one request in JSON on standard input, one answer on standard output."""

import json
import sys
import warnings
from pathlib import Path

import h5py
import numpy as np
import tables


def judge(root, paths):
    """What h5py and PyTables have against files that should hold the arrays below a directory: sentences, none if all is
    well. How many datasets of each PyTables knows comes last."""
    arrays = _arrays(root)
    expected = {name: _as_bytes(array) for name, array in arrays.items()}
    problems = []
    counts = []
    for path in paths:
        problems += _h5py_problems(path, arrays, expected)
        counts.append(_tables_problems(path, expected, problems))
    return [problems, counts]


def _h5py_problems(path, arrays, expected):
    with h5py.File(path, "r") as file:
        found = []
        file.visititems(lambda name, node: found.append(name) if isinstance(node, h5py.Dataset) else None)
        if sorted(found) != sorted(arrays):
            yield f"datasets {sorted(found)[:5]}, not {sorted(arrays)[:5]}"
        for name, array in arrays.items():
            dataset = file[name]
            got = dataset[...]
            wanted = expected[name]
            if _has_gap(wanted.dtype):
                # HDF5 has no type for fields without bytes.
                wanted = wanted.view(f"V{wanted.itemsize}")
            if wanted.dtype.kind in "mM" and np.datetime_data(wanted.dtype)[0] == "generic":
                # Of these h5py forgets the byte order.
                got = got.view(wanted.dtype)
            if (got.shape, got.dtype) != (wanted.shape, wanted.dtype):
                yield f"{name}: {got.shape} {got.dtype}, not {wanted.shape} {wanted.dtype}"
            elif got.tobytes() != wanted.tobytes():
                yield f"{name}: {wanted.dtype} {_hex(got)}, not {_hex(wanted)}"
            if array.dtype.kind == "U" and array.size > 0:
                if dataset.asstr()[...].tolist() != array.tolist():
                    yield f"{name}: other text than {array.reshape(-1)[:3]}"
            if dataset.chunks is not None and dataset.size > 0:
                counts = [-(-axis // chunk) for axis, chunk in zip(dataset.shape, dataset.chunks)]
                if dataset.id.get_num_chunks() != np.prod(counts):
                    yield f"{name}: {dataset.id.get_num_chunks()} chunks, not {counts}"


def _tables_problems(path, expected, problems):
    """How many datasets PyTables knows; what it has against them goes into the list."""
    missing = set(expected)
    read = 0
    with warnings.catch_warnings():
        # Names that are no Python identifiers, and types that PyTables does not know.
        warnings.simplefilter("ignore")
        with tables.open_file(path) as file:
            for node in file.walk_nodes("/", "Leaf"):
                name = node._v_pathname[1:]
                missing.remove(name)
                if isinstance(node, tables.UnImplemented):
                    continue
                read += 1
                wanted = expected[name]
                got = np.asarray(node.read())
                if got.shape != wanted.shape:
                    problems.append(f"PyTables, {name}: shape {got.shape}, not {wanted.shape}")
                elif got.dtype.names is None and got.astype(wanted.dtype).tobytes() != wanted.tobytes():
                    problems.append(f"PyTables, {name}: {got.dtype} {_hex(got)}, not {wanted.dtype} {_hex(wanted)}")
    problems += [f"PyTables finds no {name}" for name in missing]
    return read


def leaves(path):
    """How many datasets h5py and PyTables find and can read."""
    read = [0, 0]
    with h5py.File(path, "r") as file:
        found = []
        file.visititems(lambda _, node: found.append(node[0]) if isinstance(node, h5py.Dataset) else None)
        read[0] = len(found)
    with tables.open_file(path) as file:
        read[1] = sum(node[0] is not None for node in file.walk_nodes("/", "Leaf"))
    return read


def attributes(path, node):
    """The attributes of a node in their order: names, dtypes, shapes, values."""
    with h5py.File(path, "r") as file:
        return [[name, *_told(value)] for name, value in file[node].attrs.items()]


def names(path, group):
    """What is in a group, in its order."""
    with h5py.File(path, "r") as file:
        return list(file[group])


def edit(path, libver):
    """Changes a file in every way that moves its parts, and says what it then holds."""
    with h5py.File(path, "r+", libver=tuple(libver)) as file:
        many = file["many"]
        count = len(many)
        many["new"] = np.arange(3)
        many.create_group("inner/most")["x"] = 1.5
        del many["n7"]
        node = file["chunked"]
        node.attrs["more"] = "text"
        node.attrs["k3"] = np.arange(1000)
        del node.attrs["k4"]
        file.attrs["root"] = 1
        file["many/n8"][0] = 88
        file["chunked"][0, 0] = 77
        file.create_dataset("added", data=np.arange(100_000), chunks=(1000,), compression=4)
        file.move("many/n9", "moved")
    with h5py.File(path, "r") as file:
        found = []
        file.visit(found.append)
        return {
            "grown": len(file["many"]) - count,
            "visited": len(found),
            "attributes": len(file["chunked"].attrs),
            "values": [int(file["many/n8"][0]), int(file["chunked"][0, 0]), int(file["moved"][0]), int(file["many/n4"][0])],
            "rest": bool((file["chunked"][1:] == np.arange(5000, dtype="i2").reshape(100, 50)[1:]).all()),
            "added": int(file["added"][()].sum()),
        }


def rewrite(path, name, start, stop, step, value):
    """Changes some elements of a dataset, and says how many then are not what they should be."""
    with h5py.File(path, "r+") as file:
        wanted = file[name][()]
        file[name][start:stop:step] = value
    wanted[start:stop:step] = value
    with h5py.File(path, "r") as file:
        return int((file[name][()] != wanted).sum())


def _arrays(root):
    """The arrays below a directory by their names, as NumPy reads them."""
    paths = [path for path in Path(root).rglob("*.npy") if ".memmap" not in path.parts]
    return {path.relative_to(root).as_posix()[:-4]: np.load(path) for path in paths}


def _hex(array):
    return np.asarray(array).tobytes().hex()[:64]


def _as_bytes(array):
    """Text as UTF-8 of four bytes for each character, in fields, too: what h5py gives for it."""
    if not _has_text(array.dtype):
        return array
    wanted = np.zeros(array.shape, _bytes_dtype(array.dtype))
    _copy(array, wanted)
    return wanted


def _has_text(dtype):
    if dtype.subdtype is not None:
        return _has_text(dtype.subdtype[0])
    if dtype.names is not None:
        return any(_has_text(dtype.fields[name][0]) for name in dtype.names)
    return dtype.kind == "U"


def _has_gap(dtype):
    """Whether a field has no bytes."""
    if dtype.subdtype is not None:
        return dtype.itemsize == 0 or _has_gap(dtype.subdtype[0])
    return dtype.names is not None and any(_has_gap(dtype.fields[name][0]) for name in dtype.names)


def _bytes_dtype(dtype):
    if dtype.subdtype is not None:
        base, shape = dtype.subdtype
        return np.dtype((_bytes_dtype(base), shape))
    if dtype.kind == "U":
        return np.dtype(f"S{dtype.itemsize}")
    if dtype.names is None:
        return dtype
    return np.dtype(
        {
            "names": dtype.names,
            "formats": [_bytes_dtype(dtype.fields[name][0]) for name in dtype.names],
            "offsets": [dtype.fields[name][1] for name in dtype.names],
            "itemsize": dtype.itemsize,
        }
    )


def _copy(array, wanted):
    if array.dtype.names is not None:
        for name in array.dtype.names:
            _copy(array[name], wanted[name])
    elif array.dtype.kind == "U":
        wanted[...] = np.char.encode(array, "utf-8") if array.size > 0 else b""
    else:
        wanted[...] = array


def _told(value):
    if isinstance(value, h5py.Empty):
        return ["empty", None, None]
    if isinstance(value, str):
        return ["str", [], value]
    array = np.asarray(value)
    return [array.dtype.str, list(array.shape), [str(element) for element in array.reshape(-1).tolist()]]


if __name__ == "__main__":
    request = json.load(sys.stdin)
    print(json.dumps(globals()[request["call"]](**request["args"])))
