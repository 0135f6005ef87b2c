"""HDF5 files by h5py whose datasets are stored in every way that h5py has, and their bytes beside them. One request in JSON
on standard input, one answer on standard output."""

import json
import os
import sys

import h5py
import numpy as np

DTYPES = [
    "<f8", ">f4", "<i2", ">u8", "|u1", "|S5", "<f2", "?", "<c16", "|V7", ">i4", "<U0",
    [("a", "<i4"), ("b", ">f8"), ("c", "S3"), ("d", "<u2", (3,))],
]
LIBVERS = ["earliest", ("earliest", "v108"), "v108", "v110", "latest"]
FILTERS = [
    {},
    {"compression": "gzip", "compression_opts": 4},
    {"compression": "gzip", "compression_opts": 1, "shuffle": True},
    {"shuffle": True},
    {"fletcher32": True},
    {"compression": "gzip", "compression_opts": 9, "shuffle": True, "fletcher32": True},
    {"shuffle": True, "fletcher32": True},
    {"compression": "lzf"},
    {"compression": "lzf", "shuffle": True, "fletcher32": True},
]
FOREIGN = [{"compression": "szip"}, {"scaleoffset": 0}]


def _dtype(spec, rng):
    if isinstance(spec, list):
        return np.dtype([tuple(field) for field in spec], align=bool(rng.integers(2)))
    if spec == "<U0":
        return h5py.opaque_dtype(np.dtype("<M8[us]"))
    return np.dtype(spec)


def _random(dtype, shape, rng):
    """Few values, so that there is something to compress."""
    size = int(np.prod(shape)) * dtype.itemsize
    raw = rng.integers(0, 4, size, dtype=np.uint8)
    if dtype == np.dtype("?"):
        raw &= 1
    return np.frombuffer(raw.tobytes(), dtype.newbyteorder("=") if dtype.kind == "b" else dtype).reshape(shape).copy()


def _maxshape(shape, rng):
    kind = rng.integers(4)
    if kind == 0 or not shape:
        return None
    if kind == 1:
        return tuple(int(axis + rng.integers(5)) for axis in shape)
    unlimited = int(rng.integers(len(shape)))
    bounds = [int(axis + rng.integers(3)) for axis in shape]
    bounds[unlimited] = None
    if kind == 3:
        bounds[int(rng.integers(len(shape)))] = None
    return tuple(bounds)


def _dataset(file, name, rng, types):
    dtype = _dtype(DTYPES[rng.integers(len(DTYPES))], rng)
    rank = int(rng.integers(5))
    shape = tuple(int(axis) for axis in rng.integers(1, [0, 60, 14, 8, 6][rank] + 1, rank))
    if rank and rng.integers(12) == 0:
        shape = (0, *shape[1:])
    options = {"track_order": bool(rng.integers(2))}
    layout = rng.integers(5)
    expected = "known"
    if rank and layout < 4:
        top = [max(1, axis) for axis in shape]
        options["chunks"] = tuple(int(rng.integers(1, axis + 1)) for axis in top)
        options["maxshape"] = _maxshape(shape, rng)
        maxshape = options["maxshape"] or shape
        options["chunks"] = tuple(c if m is None else min(c, m) for c, m in zip(options["chunks"], maxshape))
        if 0 in options["chunks"]:
            del options["chunks"]
        elif layout == 0 and dtype.kind in "iu" and dtype.itemsize > 1:
            options.update(FOREIGN[rng.integers(len(FOREIGN))])
            expected = "foreign"
        else:
            options.update(FILTERS[rng.integers(len(FILTERS))])
    if rng.integers(3) == 0 and dtype.kind in "iuf":
        options["fillvalue"] = 7
    if rng.integers(4) == 0 and dtype.fields is None and dtype.metadata is None:
        types[name] = dtype
        options["dtype"] = types[name]
    else:
        options["dtype"] = dtype
    dcpl = None
    if layout == 4 and rng.integers(3) == 0 and 0 not in shape:
        dcpl = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        dcpl.set_layout(h5py.h5d.COMPACT)
        options.pop("fillvalue", None)
    elif rank and "chunks" in options and rng.integers(4) == 0:
        dcpl = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        dcpl.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    try:
        d = file.create_dataset(name, shape, dcpl=dcpl, **options)
    except (ValueError, TypeError) as error:
        # Some chunks are too small for some filters.
        if layout == 0:
            return None
        raise
    part = rng.integers(4)
    if part and 0 not in shape:
        if part == 1 and rank:
            start = int(rng.integers(shape[0]))
            stop = int(rng.integers(start, shape[0] + 1))
            d[start:stop] = _random(dtype, (stop - start, *shape[1:]), rng)
        else:
            d[...] = _random(dtype, shape, rng)
    if rank and d.chunks and d.maxshape != d.shape and rng.integers(2) == 0:
        axis = int(rng.integers(rank))
        most = d.maxshape[axis] if d.maxshape[axis] is not None else d.shape[axis] + 9
        d.resize(int(rng.integers(0, most + 1)), axis=axis)
    for index in range(int(rng.integers(12)) if rng.integers(3) == 0 else 0):
        d.attrs[f"attribute {index}"] = "x" * int(rng.integers(300))
    return d, expected


def _describe(d, directory, name, expected):
    bytes_of = np.asarray(d[...])
    with open(os.path.join(directory, f"{name}.bin"), "wb") as out:
        out.write(bytes_of.astype(d.dtype, copy=False).tobytes())
    return {
        "name": name,
        "shape": list(d.shape),
        "itemsize": d.id.get_type().get_size(),
        "expected": expected,
        "address": h5py.h5o.get_info(d.id).addr,
        "isBig": bool(d.dtype.byteorder == ">"),
    }


def layouts(directory, seed, count):
    """A file of random datasets for each version of the format."""
    answer = []
    for index, libver in enumerate(LIBVERS):
        rng = np.random.default_rng([seed, index])
        path = os.path.join(directory, f"layouts-{index}.h5")
        with h5py.File(path, "w", libver=libver, userblock_size=[0, 512, 2048][rng.integers(3)]) as file:
            types = file.create_group("types")
            names = []
            for number in range(count):
                name = f"d{index}-{number}"
                made = _dataset(file, name, rng, types)
                if made is not None:
                    names.append((name, made[1]))
        with h5py.File(path, "r") as file:
            answer.append({"path": path, "datasets": [_describe(file[n], directory, n, e) for n, e in names]})
    return answer


def large_indexes(directory, seed):
    """Datasets of very many small chunks: pages of indexes, trees of several levels."""
    rng = np.random.default_rng(seed)
    path = os.path.join(directory, "large.h5")
    names = []
    with h5py.File(path, "w", libver="v110") as file:
        # Filtered or not, bounded or not; 5,000 chunks are pages, and in the last 140,000 pages of blocks.
        for name, rows, options in [
            ("fixed", 5000, {}),
            ("fixed gzip", 3000, {"compression": 1}),
            ("growing", 5000, {"maxshape": (None,)}),
            ("growing gzip", 3000, {"maxshape": (None,), "compression": 1}),
            ("grown", 140_000, {"maxshape": (None,)}),
        ]:
            d = file.create_dataset(name, (rows,), "<u2", chunks=(1,), fillvalue=9, **options)
            # Pages that were never used among those that were.
            d[: rows // 3] = rng.integers(0, 60000, rows // 3)
            d[rows - 50 :] = rng.integers(0, 60000, 50)
            names.append(name)
        for name, options in [("free", {}), ("free gzip", {"compression": 1})]:
            d = file.create_dataset(name, (90, 80), "<u2", chunks=(1, 2), maxshape=(None, None), **options)
            for row in rng.permutation(90)[:80]:
                d[row] = rng.integers(0, 60000, 80)
            names.append(name)
        d = file.create_dataset("wide", (6, 900), ">i4", chunks=(2, 3), maxshape=(7, None))
        d[...] = rng.integers(0, 60000, (6, 900))
        names.append("wide")
    with h5py.File(path, "r") as file:
        latest = {"path": path, "datasets": [_describe(file[n], directory, n, "known") for n in names]}
    path = os.path.join(directory, "tree.h5")
    with h5py.File(path, "w", libver="earliest") as file:
        d = file.create_dataset("tree", (150, 100), "<u2", chunks=(1, 2), maxshape=(None, None))
        for row in rng.permutation(150)[:140]:
            d[row] = rng.integers(0, 60000, 100)
    with h5py.File(path, "r") as file:
        return [latest, {"path": path, "datasets": [_describe(file["tree"], directory, "tree", "known")]}]


def odd_files(directory):
    """What only some files have: each dataset with the way in which it is expected to be read."""
    path = os.path.join(directory, "odd.h5")
    plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plist.set_external(os.path.join(directory, "outside.bin").encode(), 0, 80)
    kinds = {}
    with h5py.File(path, "w") as file:
        with open(os.path.join(directory, "outside.bin"), "wb") as out:
            out.write(np.arange(10.0).tobytes())
        space = h5py.h5s.create_simple((10,))
        h5py.h5d.create(file.id, b"outside", h5py.h5t.IEEE_F64LE, space, plist)
        kinds["outside"] = "foreign"
        virtual = h5py.VirtualLayout((10,), "<f8")
        virtual[:] = h5py.VirtualSource(path, "seen", (10,))
        file["seen"] = np.arange(10.0)
        kinds["seen"] = "known"
        file.create_virtual_dataset("virtual", virtual)
        kinds["virtual"] = "foreign"
        # Chunks that were written without some of their filters.
        masked = file.create_dataset("masked", (40,), "<i4", chunks=(10,), compression=4, shuffle=True, fletcher32=True)
        masked[...] = np.arange(40) * 1000
        masked.id.write_direct_chunk((10,), np.arange(10, dtype="<i4").tobytes(), 0b111)
        kinds["masked"] = "known"
        dates = h5py.opaque_dtype(np.dtype("<M8[ms]"))
        file.create_dataset("dates", (3,), dates)[...] = np.arange(3).astype("<M8[ms]").astype(dates)
        kinds["dates"] = "known"
        record = np.dtype([("when", dates), ("n", "<i4"), ("long", h5py.opaque_dtype(np.dtype("<m8[s]")))])
        file.create_dataset("records", (2,), record)
        kinds["records"] = "known"
        file["named"] = dates
    with h5py.File(path, "r") as file:
        return {
            "path": path,
            "datasets": [_describe(file[name], directory, name, kind) for name, kind in kinds.items()],
            "named": h5py.h5o.get_info(file["named"].id).addr,
        }


if __name__ == "__main__":
    request = json.load(sys.stdin)
    json.dump(globals()[request["call"]](**request["args"]), sys.stdout)
