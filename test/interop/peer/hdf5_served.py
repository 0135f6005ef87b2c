"""An HDF5 file by h5py that leads into other files, and has what h5wasm cannot write."""

import json
import os
import sys

import h5py
import numpy as np


def odd(root, secret):
    """Data in other files, of no dtype, of array types, in the header, in lists."""
    with open(secret, "wb") as raw:
        raw.write(b"secret" * 100)
    inside = root + ".other.h5"
    with h5py.File(inside, "w") as other:
        other["x"] = np.arange(10)
    with h5py.File(root, "w") as file:
        file["outside"] = h5py.ExternalLink(inside, "/x")
        views = h5py.VirtualLayout((10,), "i8")
        views[:] = h5py.VirtualSource(inside, "x", (10,))
        file.create_virtual_dataset("view", views)
        file["own"] = np.arange(10)
        views = h5py.VirtualLayout((5,), "i8")
        views[:] = h5py.VirtualSource(".", "own", (10,))[::2]
        file.create_virtual_dataset("view of own", views)
        file.create_dataset("raw", (100,), "u1", external=[(secret, 0, 100)])
        file["reference"] = np.array([file["own"].ref], h5py.ref_dtype)
        file["nothing"] = h5py.Empty("f4")
        file["type"] = np.dtype("f4")
        records = np.zeros(2, [("name", h5py.string_dtype()), ("n", "i4")])
        records["name"] = "x"
        file["records"] = records
        lists = file.create_dataset("lists", (3,), h5py.vlen_dtype(">i4"))
        for i in range(3):
            lists[i] = np.arange(i)
        cells = h5py.h5t.array_create(h5py.h5t.STD_I32LE, (2, 3))
        space = h5py.h5s.create_simple((50,))
        for name, chunk in (("cells", None), ("chunked cells", 8)):
            options = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
            if chunk is not None:
                options.set_chunk((chunk,))
                options.set_deflate(3)
            dataset = h5py.h5d.create(file.id, name.encode(), cells, space, options)
            dataset.write(h5py.h5s.ALL, h5py.h5s.ALL, np.arange(300, dtype="<i4").reshape(50, 2, 3), cells)
        options = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        options.set_layout(h5py.h5d.COMPACT)
        space = h5py.h5s.create_simple((4, 3))
        dataset = h5py.h5d.create(file.id, b"compact", h5py.h5t.STD_I16BE, space, options)
        dataset.write(h5py.h5s.ALL, h5py.h5s.ALL, np.arange(12, dtype=">i2").reshape(4, 3))


if __name__ == "__main__":
    request = json.load(sys.stdin)
    json.dump({"odd": odd}[request["call"]](**request["args"]), sys.stdout)
