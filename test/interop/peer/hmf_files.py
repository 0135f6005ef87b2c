"""Directories as Python's HMF lays them out, made from the description of its layout: bare elements in flat files, and a
pickled map in three copies. One request in JSON on standard input, one answer on standard output."""

import collections
import datetime
import io
import json
import os
import pickle
import sys

import numpy as np
import pandas as pd

sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from dtypes import to_descr, to_dtype
from random_data import generator, random_array
from wire import to_wire

PREFIX = "__specialHMF__"


class Directory:
    """What HMF holds between opening and closing."""

    def __init__(self, root, dirpath=None):
        os.makedirs(root)
        self.root = root
        self.map = {
            # As HMF has it: what it was given, which may be relative, or of another machine.
            "dirpath": dirpath if dirpath is not None else root,
            "node_type": "root",
            "attributes": {},
            "nodes": {},
            "dataframe_colnames": collections.defaultdict(dict),
            "grouped": {},
            "group_sizes": {},
            "group_names": {},
            "group_items": {},
            "multi_pdfs": False,
        }

    def group(self, path):
        """Makes all levels. A level's file name is that of the deepest one that was there, and its own."""
        node, known = self.map, None
        for level, name in enumerate(part for part in path.split("/") if part != ""):
            if name in node["nodes"]:
                node = node["nodes"][name]
                known = node["dirpath"]
                continue
            dirpath = name if level == 0 else f"{known}__{name}"
            known = known if level > 0 else dirpath
            node["nodes"][name] = {"nodes": {}, "attributes": {}, "node_type": "group", "dirpath": dirpath}
            node = node["nodes"][name]
        return node

    def array(self, path, array):
        parent, _, name = path.rpartition("/")
        group = self.group(parent)
        dirpath = name if group is self.map else f"{group['dirpath']}__{name}"
        group["nodes"][name] = {
            "node_type": "array",
            "attributes": {},
            "nodes": {},
            "dirpath": dirpath,
            "dtype": str(array.dtype),
            "shape": array.shape,
        }
        with open(os.path.join(self.root, dirpath), "wb") as file:
            # NumPy 2 cannot map nothing, and keeps one byte for it.
            file.write(array.tobytes() if array.size > 0 else b"\0")

    def node(self, path):
        node = self.map
        for name in path.split("/"):
            if name != "":
                node = node["nodes"][name]
        return node

    def frame(self, frame, groupby, arrays, frames, name=None):
        """The rows in order of the groups, as arrays of columns that are registered by name, some as data frames."""
        key = name if name is not None else f"{PREFIX}dataFrameNumber_0"
        self.map["multi_pdfs"] = name is not None
        codes, values = (
            pd.factorize(frame[groupby], sort=True)
            if groupby is not None
            else (np.zeros(len(frame), "i8"), [f"{PREFIX}groupbyDummyName"])
        )
        order = np.argsort(codes, kind="stable")
        frame, codes = frame.iloc[order], codes[order]
        bounds = np.searchsorted(codes, np.arange(len(values) + 1))
        self.map["grouped"][key] = groupby is not None
        self.map["group_names"][key] = [as_python(value) for value in values]
        self.map["group_sizes"][key] = np.diff(bounds)
        self.map["group_items"][key] = [
            (as_python(value), np.array([start, end])) for value, start, end in zip(values, bounds, bounds[1:])
        ]
        for array, columns in {**arrays, **frames}.items():
            if array in frames:
                self.map["dataframe_colnames"][key][array] = columns
            data = frame[columns].to_numpy()
            for value, start, end in zip(values, bounds, bounds[1:]):
                parts = [part for part in (name, groupby and str(value), array) if part is not None]
                self.array("/" + "/".join(parts), data[start:end])

    def close(self, protocol=pickle.HIGHEST_PROTOCOL, numpy1=False):
        data = dumps(self.map, protocol, numpy1)
        for copy in range(3):
            with open(os.path.join(self.root, f"{PREFIX}memmapMap{copy}"), "wb") as file:
                file.write(data)


def as_python(value):
    return value.item() if isinstance(value, np.generic) else value


def dumps(value, protocol, numpy1=False):
    """A pickle; with the names that modules have in NumPy 1, where that is wanted."""
    if not numpy1:
        return pickle.dumps(value, protocol)
    file = io.BytesIO()
    found = pickle.whichmodule
    pickle.whichmodule = lambda obj, name: found(obj, name).replace("numpy._core", "numpy.core")
    try:
        pickle._Pickler(file, protocol).dump(value)
    finally:
        pickle.whichmodule = found
    return file.getvalue()


def described(array):
    return {
        "descr": to_descr(array.dtype),
        "shape": array.shape,
        "hex": array.tobytes().hex(),
        "values": to_wire(array),
    }


def arrays(root, dtypes, shapes, seed, protocol, numpy1):
    """Arrays of every dtype and shape. Says what is in them."""
    directory, said = Directory(root), {}
    for i, spec in enumerate(dtypes):
        for shape in shapes:
            path = f"/g{i}/{'x'.join(map(str, shape)) or 'flat'}"
            array = random_array(generator(seed, path), to_dtype(spec), tuple(shape))
            directory.array(path, array)
            said[path] = described(array)
    directory.close(protocol, numpy1)
    return said


def grouped(root, protocol, numpy1, key, name=None):
    """Rows grouped by keys of one kind. Says the values of each group's arrays."""
    keys = {
        "text": ["b", "a", "é", "b", "a", "c"],
        "int": [3, 1, -2, 3, 1, 2**40],
        "float": [0.5, 1.0, -2.25, 0.5, 1.0, 1e30],
        "date": np.array(["2020-01-02", "1969-12-31T23:59:59.5", "2020-01-02", "2021-05-05", "2021-05-05", "1999-01-01"], "M8[us]"),
        "bool": [True, False, True, True, False, False],
        "none": None,
    }[key]
    frame = pd.DataFrame({"x": np.arange(6), "y": np.arange(6) / 4, "key": keys if keys is not None else 0})
    directory = Directory(root)
    groupby = None if keys is None else "key"
    directory.frame(frame, groupby, {"A": ["x", "y"], "B": "y"}, {"D": ["y", "x"]}, name)
    directory.close(protocol, numpy1)
    rows = [(None, frame)] if groupby is None else frame.groupby("key", sort=True)
    return [
        {"part": None if groupby is None else str(value), "size": len(part), "x": part["x"].tolist(), "y": part["y"].tolist()}
        for value, part in rows
    ]


def frames(root, protocol, numpy1, keys):
    """Directories of frames by each of these keys, each without a name and with one. Says what is in them, by their names."""
    os.makedirs(root)
    return {
        f"{key}-{name}": grouped(os.path.join(root, f"{key}-{name}"), protocol, numpy1, key, name)
        for key in keys
        for name in (None, "frame")
    }


def attributes(root, protocol, numpy1):
    """Attributes of every kind that is kept."""
    directory = Directory(root)
    directory.array("/g/a", np.arange(3))
    directory.map["attributes"]["of"] = "the root"
    directory.node("/g")["attributes"].update(ATTRIBUTES)
    directory.node("/g/a")["attributes"]["unit"] = "m"
    directory.close(protocol, numpy1)


ATTRIBUTES = {
    "text": "é😀",
    "numbers": [1, -1, 2**31, 2**70, 1.5, -0.0, float("nan"), float("inf")],
    "nothing": None,
    "truth": (True, False),
    "nested": {"a": {"b": [{}, []]}},
    "int64": np.arange(3),
    "big": np.array([1, 2], ">i2"),
    "matrix": np.arange(6.0).reshape(2, 3),
    "fortran": np.arange(6.0).reshape(2, 3).T,
    "half": np.array([0.5, 2], "f2"),
    "flags": np.array([True, False]),
    "words": np.array(["a", "bc"]),
    "dates": np.array(["2020-01-02", "NaT"], "M8[D]"),
    "scalar": np.float64(2.5),
    "whole": np.int64(7),
    "date": datetime.date(2020, 1, 2),
    "moment": datetime.datetime(2020, 1, 2, 3, 4, 5, 6000),
    "zoned": datetime.datetime(2020, 1, 2, tzinfo=datetime.timezone.utc),
    "timestamp": pd.Timestamp("2020-01-02 03:04:05.006"),
    "nat": pd.NaT,
    "bytes": b"\x00\xff",
    "ordered": collections.OrderedDict(a=1),
}


def evil(root, name, argument):
    """A map that would call a function of a module when Python reads it."""

    class Trap:
        def __reduce__(self):
            module, _, function = name.rpartition(".")
            return getattr(__import__(module, fromlist=[function]), function), (argument,)

    directory = Directory(root)
    directory.map["attributes"]["trap"] = Trap()
    directory.close()


if __name__ == "__main__":
    request = json.load(sys.stdin)
    json.dump(globals()[request["call"]](**request["args"]), sys.stdout)
