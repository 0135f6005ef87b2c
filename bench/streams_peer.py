"""NumPy, h5py and PyTables beside streams: answers one line of JSON with one line."""
import json
import os
import shutil
import sys
import time

import h5py
import numpy as np
import tables

GZIP = {"compression": "gzip", "compression_opts": 4}
RECORD = [("f8", "<f8"), ("i4", "<i4"), ("f4", "<f4")]


def timed(work):
    start = time.perf_counter()
    check = work()
    return {"seconds": time.perf_counter() - start, "check": None if check is None else float(check)}


def walk(elements, seed):
    """Not random bits, which no filter makes smaller, and not a pattern either."""
    return np.cumsum(np.random.default_rng(seed).normal(size=elements)).round(2)


def make_blocks(directory, elements, chunk):
    values = walk(elements, 0)
    np.save(f"{directory}/values.npy", values)
    with h5py.File(f"{directory}/blocks.h5", "w") as file:
        file.create_dataset("contiguous", data=values)
        file.create_dataset("chunked", data=values, chunks=(chunk,))
        file.create_dataset("gzip", data=values, chunks=(chunk,), **GZIP)
        file.create_dataset("shuffle", data=values, chunks=(chunk,), shuffle=True, **GZIP)
        file.create_dataset("wide", data=values.reshape(-1, 8)[: elements // 64], chunks=(chunk // 8, 3), **GZIP)
    return {}


def make_columns(path, rows, count):
    """Columns as they are, and in compressed chunks."""
    with h5py.File(path, "w") as file:
        for i in range(count):
            values = walk(rows, i)
            file.create_dataset(f"contiguous/c{i}", data=values)
            file.create_dataset(f"gzip/c{i}", data=values, chunks=(65536,), **GZIP)
    return {}


def make_requests(directory, rows, count, length):
    records = np.zeros(rows, dtype=RECORD)
    for name, dtype in RECORD:
        records[name] = np.arange(rows) % 1000
        np.save(f"{directory}/{name}.npy", records[name])
    np.save(f"{directory}/starts.npy", np.random.default_rng(1).integers(0, rows - length, count))
    with h5py.File(f"{directory}/requests.h5", "w") as file:
        file.create_dataset("records", data=records)
    return {}


def memmap_blocks(directory, rows):
    def work():
        array = np.load(f"{directory}/values.npy", mmap_mode="r")
        return sum(array[at : at + rows].sum() for at in range(0, len(array), rows))

    return timed(work)


def h5py_blocks(directory, name, rows):
    def work():
        with h5py.File(f"{directory}/blocks.h5", "r") as file:
            dataset = file[name]
            return sum(dataset[at : at + rows].sum() for at in range(0, len(dataset), rows))

    return timed(work)


def tables_blocks(directory, name, rows):
    def work():
        with tables.open_file(f"{directory}/blocks.h5", "r") as file:
            dataset = file.get_node("/" + name)
            return sum(dataset[at : at + rows].sum() for at in range(0, dataset.nrows, rows))

    return timed(work)


def h5py_requests(directory, length):
    starts = np.load(f"{directory}/starts.npy").tolist()

    def work():
        with h5py.File(f"{directory}/requests.h5", "r") as file:
            dataset = file["records"]
            return sum(int(dataset[start : start + length]["i4"][0]) for start in starts)

    return timed(work)


def import_columns(path, group, into):
    """Reads each dataset, and saves it."""
    os.sync()
    os.mkdir(into)

    def work():
        with h5py.File(path, "r") as file:
            for name, dataset in file[group].items():
                np.save(f"{into}/{name}.npy", dataset[:])

    result = timed(work)
    shutil.rmtree(into)
    return result


def export_columns(directory, names, path, gzip):
    def work():
        with h5py.File(path, "w") as file:
            for name in names:
                values = np.load(f"{directory}/{name}.npy", mmap_mode="r")
                file.create_dataset(name, data=values, **(GZIP if gzip else {}))

    result = timed(work)
    os.remove(path)
    return result


for line in sys.stdin:
    asked = json.loads(line)
    print(json.dumps(globals()[asked["work"]](*asked["arguments"])), flush=True)
