"""HDF5 files by h5py for imports, and what is in them. One request in JSON on standard input, one answer on standard output."""

import json
import os
import sys

import h5py
import numpy as np

sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from dtypes import to_descr, to_dtype
from random_data import LETTERS, generator, random_array
from wire import to_wire

LAYOUTS = [
    {},
    {"chunks": True},
    {"chunks": True, "compression": "gzip", "shuffle": True},
    {"chunks": True, "compression": "gzip", "fletcher32": True},
    {"chunks": True, "compression": "lzf"},
]


def storable(dtype):
    """The dtype as h5py writes it: dates are opaque with a tag. None where HDF5 has nothing like it."""
    if dtype.names is not None:
        fields = [_storable_field(dtype.fields[name][0]) for name in dtype.names]
        if any(field is None for field in fields):
            return None
        offsets = [dtype.fields[name][1] for name in dtype.names]
        return np.dtype(
            {"names": dtype.names, "formats": fields, "offsets": offsets, "itemsize": dtype.itemsize}
        )
    if dtype.kind == "U":
        return None
    return h5py.opaque_dtype(dtype) if dtype.kind in "mM" else dtype


def _storable_field(dtype):
    base = storable(dtype.base)
    if base is None or 0 in dtype.shape:
        return None
    return np.dtype((base, dtype.shape)) if dtype.shape else base


def arrays(root, dtypes, shapes, seed, libver):
    """A file with datasets of all dtypes that HDF5 has, in every layout in turn."""
    rng = generator(seed, root)
    said = {}
    with h5py.File(root, "w", libver=libver) as file:
        for i, spec in enumerate(dtypes):
            dtype = to_dtype(spec)
            stored = storable(dtype)
            if stored is None:
                continue
            for j, shape in enumerate(map(tuple, shapes)):
                layout = LAYOUTS[(i + j) % len(LAYOUTS)] if 0 not in shape and shape else {}
                array = random_array(rng, dtype, shape)
                name = f"g{i}/d{j}"
                dataset = file.create_dataset(name, shape, stored, **layout)
                # The same bytes, padding included.
                dataset[...] = np.ndarray(shape, stored, bytearray(array.tobytes()) or None)
                said[name] = {
                    "descr": to_descr(dtype),
                    "shape": shape,
                    "hex": array.tobytes().hex(),
                    "values": to_wire(array),
                }
    return said


def texts(root, shapes, seed):
    """Strings of variable length, of any letters."""
    rng = generator(seed, root)
    said = {}
    with h5py.File(root, "w") as file:
        for i, shape in enumerate(map(tuple, shapes)):
            lengths = rng.integers(0, 20, int(np.prod(shape)))
            values = ["".join(rng.choice(LETTERS, length)) for length in lengths]
            parts = tuple(max(1, n // 2) for n in shape) if values else ()
            for name, chunks in (("contiguous", None), ("chunked", parts or None)):
                dataset = file.create_dataset(f"{name}{i}", shape, h5py.string_dtype(), chunks=chunks)
                dataset[...] = np.array(values, dtype=object).reshape(shape)
                said[f"{name}{i}"] = values
    return said


def tree(root, libver):
    """What else there is: attributes, links, references, named types, null dataspaces, enumerations."""
    with h5py.File(root, "w", libver=libver, track_order=True) as file:
        file["z"] = np.arange(3.0)
        file["a"] = np.arange(4, dtype=">i2")
        file["type"] = np.dtype("f8")
        file.create_dataset("named", (2,), file["type"])
        file["nothing"] = h5py.Empty("f4")
        file["enum"] = np.array([1, 2, 1], h5py.enum_dtype({"RED": 1, "BLUE": 2}, ">i2"))
        file["g/h/y"] = np.arange(2)
        file["soft"] = h5py.SoftLink("/g/h")
        file["dangling"] = h5py.SoftLink("/nowhere")
        file["outside"] = h5py.ExternalLink("other.h5", "/x")
        file["g/up"] = file["g"]
        file["refs"] = np.array([file["z"].ref, file["g/h"].ref, h5py.Reference()], h5py.ref_dtype)
        file.create_dataset("ascii", data=[b"caf\xe9", b"x"], dtype=h5py.string_dtype("ascii"))
        file.create_dataset("never", (5, 2), "<i4", chunks=(2, 2), fillvalue=7)
        people = np.empty(
            (2, 2),
            [
                ("name", h5py.string_dtype()),
                ("age", ">i2"),
                ("at", "<f8", (2,)),
                ("friend", h5py.ref_dtype),
                ("alias", h5py.string_dtype("ascii")),
                ("kind", h5py.enum_dtype({"RED": 1, "BLUE": 2}, "i1")),
            ],
        )
        for i, person in enumerate(np.ndindex(2, 2)):
            people[person] = (f"ñ{i}" * i, i - 1, (i, i / 2), file["z"].ref, f"a{i}", 1 + i % 2)
        file["people"] = people
        file["z"].make_scale("scale of z")
        file["a"].dims[0].label = "index"
        attrs = file.attrs
        attrs["int"] = 5
        attrs["bool"] = True
        attrs["bools"] = np.array([True, False])
        attrs["big"] = 2**60
        attrs["half"] = np.float16(1.5)
        attrs["reversed"] = np.array([1, 2], ">i4")
        attrs["grid"] = np.arange(4.0).reshape(2, 2)
        attrs["complex"] = 1 + 2j
        attrs["text"] = "añb"
        attrs["bytes"] = np.bytes_("abc")
        attrs["list"] = ["a", "bc"]
        attrs["nothing"] = h5py.Empty("f8")
        attrs["ref"] = file["g/h"].ref
        attrs["record"] = np.array((1, 2.5, b"x"), [("a", ">i4"), ("b", ">f8"), ("c", "S2")])
        ragged = np.empty(2, object)
        ragged[:] = [np.array([1, 2], ">i4"), np.array([], ">i4")]
        attrs.create("ragged", ragged, dtype=h5py.vlen_dtype(">i4"))
        attrs["color"] = np.array(2, h5py.enum_dtype({"RED": 1, "BLUE": 2}, "i1"))
    return None


def many(root, count):
    """A group of many datasets, and groups within groups."""
    with h5py.File(root, "w", libver="latest") as file:
        for i in range(count):
            file[f"wide/d{i}"] = i
        file["/".join("abcdefghijklmnopqrstuvwxyz" * 2)] = 1
    return None


if __name__ == "__main__":
    request = json.load(sys.stdin)
    json.dump(globals()[request["call"]](**request["args"]), sys.stdout)
