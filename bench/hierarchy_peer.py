"""NumPy and pandas beside hierarchies: answers one line of JSON with one line."""
import json
import os
import shutil
import sys
import time

import numpy as np

state = {}


def fresh(path):
    """A new directory. Trees of many files stay: where many were removed, new ones take longer."""
    state["made"] = state.get("made", 0) + 1
    path = f"{path}-{state['made']}"
    os.mkdir(path)
    return path


def timed(work):
    start = time.perf_counter()
    work()
    return {"seconds": time.perf_counter() - start}


def small(path, groups, rows, tree, sync):
    """A loop of numpy.save over arrays that are in memory, each in a file of its own."""
    arrays = [np.arange(rows, dtype="f8") + i for i in range(groups)]
    path = fresh(path)
    if sync:
        os.sync()

    def work():
        for i, array in enumerate(arrays):
            if tree:
                os.mkdir(f"{path}/{i}")
                np.save(f"{path}/{i}/array.npy", array)
            else:
                np.save(f"{path}/{i}.npy", array)
        if sync:
            os.sync()

    return timed(work)


def large(path, arrays, elements):
    if "large" not in state:
        state["large"] = [np.arange(elements, dtype="f8") for _ in range(arrays)]
    path = fresh(path)
    os.sync()

    def work():
        for i, array in enumerate(state["large"]):
            np.save(f"{path}/{i}.npy", array)

    result = timed(work)
    shutil.rmtree(path)
    return result


def flights(path, parquet):
    import pandas as pd

    if "flights" not in state:
        frame = pd.read_parquet(parquet)
        columns = {}
        for name in frame.columns:
            values = frame[name].to_numpy()
            columns[name] = values.astype("U3") if values.dtype == object or values.dtype.kind not in "iufM" else values
        state["flights"] = (frame, columns)
    frame, columns = state["flights"]
    path = fresh(path)

    def work():
        # By the row numbers of each group: to make a frame of each is slower still.
        for origin, rows in frame.groupby("origin").indices.items():
            os.mkdir(f"{path}/{origin}")
            for name, values in columns.items():
                np.save(f"{path}/{origin}/{name}.npy", values[rows])

    return timed(work)


for line in sys.stdin:
    asked = json.loads(line)
    print(json.dumps(globals()[asked["work"]](*asked["arguments"])), flush=True)
