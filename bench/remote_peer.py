"""h5py beside what is read from a server: answers one line of JSON with one line."""
import json
import sys
import time

import h5py
import numpy as np


def make_rows(path, rows, columns, starts):
    """Rows to be read from, and where: from one to the next there is room for the slices."""
    rng = np.random.default_rng(0)
    values = rng.normal(size=(rows, columns))
    with h5py.File(f"{path}/rows.h5", "w") as file:
        file.create_dataset("column", data=values[:, 0])
        file.create_dataset("values", data=values)
        file.create_dataset("chunked", data=values, chunks=(4096, columns))
    step = rows // starts
    np.save(f"{path}/starts.npy", np.arange(starts) * step + rng.integers(0, step - 100, starts))
    return {}


def read_rows(path, name, length):
    starts = np.load(f"{path}/starts.npy").tolist()
    with h5py.File(f"{path}/rows.h5", "r") as file:
        dataset = file[name]
        begun = time.perf_counter()
        parts = [dataset[start : start + length] for start in starts]
        seconds = time.perf_counter() - begun
    return {"seconds": seconds, "check": float(np.concatenate(parts).sum())}


for line in sys.stdin:
    asked = json.loads(line)
    print(json.dumps(globals()[asked["work"]](*asked["arguments"])), flush=True)
