"""NumPy's side of the benchmark: takes commands, one JSON line each, and answers with seconds and a checksum."""

import json
import os
import shutil
import sys
import time

import numpy as np

state = {}


def load(root, mode):
    arrays = {}
    for name in sorted(os.listdir(root)):
        if name.endswith(".npy"):
            arrays[name[:-4]] = np.load(os.path.join(root, name), mmap_mode=mode)
    return arrays


def prepare(root, rows):
    random = np.random.default_rng(1)
    table = load(root, "r+")
    state["root"], state["rows"], state["table"] = root, rows, table
    state["data"] = {name: np.array(column) for name, column in table.items()}
    state["index"] = random.integers(0, rows, 1_000_000)
    # Within 64 Ki rows, so that the loops measure the call and not the memory behind it.
    state["positions"] = (state["index"] % 65536).tolist()
    state["dtype"] = np.dtype([(name, column.dtype) for name, column in table.items()])
    state["records"] = np.zeros(min(rows, 1_000_000), state["dtype"])
    state["mask"] = np.arange(rows) % 3 == 0


def open_table(root):
    return float(len(load(root, "r")))


def open_touch(root):
    return float(sum(float(column[0]) for column in load(root, "r").values()))


def fill():
    for name, column in state["table"].items():
        column[:] = state["data"][name]
    return float(state["table"]["i4"][-1])


def create(root):
    path = os.path.join(root, "numpy-new.npy")
    for name, values in state["data"].items():
        column = np.lib.format.open_memmap(path, "w+", values.dtype, values.shape)
        column[:] = values
        del column
        os.unlink(path)
    return 0.0


def copy(root):
    path = os.path.join(root, "numpy-copy.npy")
    source = state["table"]["f8"]
    column = np.lib.format.open_memmap(path, "w+", source.dtype, source.shape)
    column[:] = source
    del column
    os.unlink(path)
    return 0.0


def save(root):
    path = os.path.join(root, "numpy-copy.npy")
    np.save(path, state["table"]["f8"])
    os.unlink(path)
    return 0.0


def to_records():
    records = np.empty(len(state["records"]), state["dtype"])
    for name, column in state["table"].items():
        records[name] = column[: len(records)]
    state["records"] = records
    return float(records["i4"][-1])


def assign_records():
    records = state["records"]
    for name, column in state["table"].items():
        column[: len(records)] = records[name]
    return 0.0


def at(name):
    column = state["table"][name]
    for position in state["positions"]:
        column[position]
    return 0.0


def put(name):
    column = state["table"][name]
    value = column[0].item()
    for position in state["positions"]:
        column[position] = value
    return 0.0


def take():
    return float(sum(int(column[state["index"]].shape[0]) for column in state["table"].values()))


def filter_mask():
    return float(sum(int(column[state["mask"]].shape[0]) for column in state["table"].values()))


def total(name):
    return float(state["table"][name].sum())


def batches(path, rows, count, columns):
    values = np.arange(rows) / 3
    os.makedirs(path)
    names = [os.path.join(path, f"c{i}.npy") for i in range(columns)]
    table = [np.lib.format.open_memmap(name, "w+", "<f8", (rows * count,)) for name in names]
    start = time.perf_counter()
    for batch in range(count):
        for column in table:
            column[batch * rows : (batch + 1) * rows] = values
    seconds = time.perf_counter() - start
    last = float(table[0][-1])
    del table, column
    shutil.rmtree(path)
    return seconds, last


def few(path, work, calls):
    column = np.load(path, mmap_mode="r+")
    kept = column[100:110]
    read = {
        "sliceFew": lambda: column[100:110], "sumFew": lambda: column[100:110].sum(), "sumKept": lambda: kept.sum(),
        "copyFew": lambda: np.array(kept), "atFew": lambda: column[105],
    }[work]
    start = time.perf_counter()
    for _ in range(calls):
        read()
    return time.perf_counter() - start, float(kept[0])


# Works that say themselves what counts of their time.
TIMED = {"batches": batches, "few": few}

WORK = {
    "open": open_table, "openTouch": open_touch, "fill": fill, "create": create, "copy": copy, "save": save,
    "toRecords": to_records, "assignRecords": assign_records, "at": at, "set": put, "take": take,
    "filter": filter_mask, "sum": total,
}

for line in sys.stdin:
    command = json.loads(line)
    if command["work"] == "prepare":
        prepare(*command["arguments"])
        answer = {"index": state["index"].tolist()}
    elif command["work"] == "version":
        answer = {"version": np.__version__}
    elif command["work"] in TIMED:
        seconds, check = TIMED[command["work"]](*command["arguments"])
        answer = {"seconds": seconds, "check": check}
    else:
        start = time.perf_counter()
        check = WORK[command["work"]](*command["arguments"])
        answer = {"seconds": time.perf_counter() - start, "check": check}
    print(json.dumps(answer), flush=True)
