"""NumPy, pandas or polars beside this library: `figures_peer.py <which>` answers one line of JSON with one line; see figures.mjs."""

import gc
import json
import sys
import threading
import time

import numpy as np

COPIED = 1 << 28
state = {}


def memcpy(threads):
    """Bytes that are read and written in a second."""
    source = np.ones(COPIED, np.uint8)
    target = np.zeros(COPIED, np.uint8)
    step = COPIED // threads
    times = []
    for _ in range(9):
        parts = [slice(at, at + step) for at in range(0, step * threads, step)]
        workers = [threading.Thread(target=np.copyto, args=(target[part], source[part])) for part in parts]
        start = time.perf_counter()
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        times.append(time.perf_counter() - start)
    return 2 * step * threads / sorted(times)[len(times) // 2]


def open_files(paths):
    state["paths"] = paths
    state["rows"] = np.load(paths["rows"]).astype(np.int64)
    return 0.0


def mapped(name, mode="r", table="table"):
    return np.load(f"{state['paths'][table]}/{name}.npy", mmap_mode=mode)


class NumPy:
    """Its memory maps."""

    def __init__(self):
        self.kept = {}

    def open(self, paths):
        open_files(paths)
        names = ["f8", "f4", "i4", "i1", "b1"]
        self.table = {name: mapped(name, "r+", "records") for name in names}
        self.dtype = np.dtype([(name, column.dtype) for name, column in self.table.items()])
        self.records = self.toRecords()

    def hold(self, names):
        for name in names:
            self.kept.setdefault(name, mapped(name))

    def sum(self, name): return self.kept[name].sum()
    def mean(self, name): return self.kept[name].mean()
    def min(self, name): return self.kept[name].min()
    def max(self, name): return self.kept[name].max()
    def std(self, name): return self.kept[name].std()
    def count(self, name): return np.count_nonzero(self.kept[name])
    def countAbove(self, name, than): return np.count_nonzero(self.kept[name] > than)
    def maskAbove(self, name, than): return self.kept[name] > than
    def sumWhere(self, y, x, than): return self.kept[y][self.kept[x] > than].sum()
    def group(self, by, name): return np.bincount(self.kept[by], weights=self.kept[name])
    def filter(self, names, mask): return {name: self.kept[name][self.kept[mask]] for name in names}
    def take(self, names): return {name: self.kept[name][state["rows"]] for name in names}
    def argsort(self, name): return np.argsort(self.kept[name], kind="stable")
    def unique(self, name): return np.unique(self.kept[name])
    def between(self, name, low, high): return (self.kept[name] >= low) & (self.kept[name] <= high)
    def countBetween(self, name, low, high): return np.count_nonzero(self.between(name, low, high))

    def toRecords(self):
        records = np.empty(len(self.table["f8"]), self.dtype)
        for name, column in self.table.items():
            records[name] = column
        return records

    def assignRecords(self):
        for name, column in self.table.items():
            column[:] = self.records[name]
        return float(self.table["i4"][-1])

    checks = {
        "group": np.sum,
        "filter": lambda kept: kept["f8"].sum(),
        "take": lambda taken: taken["f8"].sum(),
        "argsort": lambda order: order[len(order) // 2],
        "unique": len,
        "toRecords": lambda records: records["i4"][-1],
        "between": np.count_nonzero,
        "maskAbove": np.count_nonzero,
    }


class Pandas:
    """A data frame of its own memory."""

    def __init__(self):
        import pandas

        self.pandas = pandas

    def open(self, paths):
        open_files(paths)

    def hold(self, names):
        self.frame = None
        self.frame = self.pandas.DataFrame({name: np.array(mapped(name)) for name in names})

    def sum(self, name): return self.frame[name].sum()
    def mean(self, name): return self.frame[name].mean()
    def min(self, name): return self.frame[name].min()
    def max(self, name): return self.frame[name].max()
    def std(self, name): return self.frame[name].std(ddof=0)
    def count(self, name): return self.frame[name].sum()
    def countAbove(self, name, than): return (self.frame[name] > than).sum()
    def sumWhere(self, y, x, than): return self.frame[y][self.frame[x] > than].sum()
    def group(self, by, name): return self.frame.groupby(by)[name].sum()
    def filter(self, names, mask): return self.frame[self.frame[mask]]
    def take(self, names): return self.frame.take(state["rows"])
    def argsort(self, name): return self.frame[name].argsort(kind="stable")
    def unique(self, name): return self.frame[name].unique()

    checks = {
        "group": lambda sums: sums.sum(),
        "filter": lambda kept: kept["f8"].sum(),
        "take": lambda taken: taken["f8"].sum(),
        "argsort": lambda order: order.iloc[len(order) // 2],
        "unique": len,
    }


class Polars:
    """A data frame of its own memory, all cores."""

    def __init__(self):
        import polars

        self.polars = polars

    def open(self, paths):
        open_files(paths)
        state["rows"] = self.polars.Series(state["rows"])

    def hold(self, names):
        self.frame = None
        self.frame = self.polars.DataFrame({name: np.array(mapped(name)) for name in names})

    def sum(self, name): return self.frame[name].sum()
    def mean(self, name): return self.frame[name].mean()
    def min(self, name): return self.frame[name].min()
    def max(self, name): return self.frame[name].max()
    def std(self, name): return self.frame[name].std(ddof=0)
    def count(self, name): return self.frame[name].sum()
    def countAbove(self, name, than): return (self.frame[name] > than).sum()

    def sumWhere(self, y, x, than):
        column = self.polars.col
        return self.frame.lazy().filter(column(x) > than).select(column(y).sum()).collect().item()

    def group(self, by, name): return self.frame.group_by(by).agg(self.polars.col(name).sum())
    def filter(self, names, mask): return self.frame.filter(self.frame[mask])
    def take(self, names): return self.frame[state["rows"]]
    def argsort(self, name): return self.frame[name].arg_sort()
    def unique(self, name): return self.frame[name].unique()

    checks = {
        "group": lambda sums: sums["f8"].sum(),
        "filter": lambda kept: kept["f8"].sum(),
        "take": lambda taken: taken["f8"].sum(),
        "argsort": lambda order: order[len(order) // 2],
        "unique": len,
    }


side = {"NumPy": NumPy, "pandas": Pandas, "polars": Polars}[sys.argv[1]]()


for line in sys.stdin:
    command = json.loads(line)
    work, arguments = command["work"], command["arguments"]
    if work == "version":
        answer = {"version": sys.modules[sys.argv[1].lower()].__version__}
    elif work == "memcpy":
        answer = {"rate": memcpy(*arguments)}
    else:
        times, work, *arguments = arguments if work == "repeat" else [1, work, *arguments]
        method = getattr(side, work)
        start = time.perf_counter()
        for _ in range(times):
            result = method(*arguments)
        seconds = (time.perf_counter() - start) / times
        check = side.checks.get(work, lambda each: 0 if each is None else each)(result)
        answer = {"seconds": seconds, "check": float(check)}
        result = None
        gc.collect()
    print(json.dumps(answer), flush=True)
