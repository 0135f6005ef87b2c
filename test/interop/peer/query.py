"""What pandas makes of the columns of a table: groups, joins and a description. One request in JSON, one answer."""

import json
import os
import sys

import numpy as np
import pandas as pd


def _frame(root):
    names = sorted(name for name in os.listdir(root) if name.endswith(".npy"))
    return pd.DataFrame({name[:-4]: np.load(os.path.join(root, name)) for name in names})


def _rows(frame):
    return [[_plain(value) for value in row] for row in frame.itertuples(index=False)]


def _plain(value):
    """A value as JSON has it: floats by their digits, dates by their days, what is missing as null."""
    if value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return None
    if isinstance(value, pd.Timestamp):
        return value.timestamp() / 86400
    if isinstance(value, np.generic):
        value = value.item()
    return repr(value) if isinstance(value, float) else value


def group(root, cases):
    frame = _frame(root)
    return [_group(frame, **case) for case in cases]


def _group(frame, keys, aggregates, dropna):
    grouped = frame.groupby(keys, dropna=dropna, sort=True)
    made = {name: (column, how) for name, column, how in aggregates}
    return _rows(grouped.agg(**made).reset_index())


def merge(left, right, cases):
    left, right = _frame(left), _frame(right)
    return [_rows(left.merge(right, suffixes=("", "_right"), **case)) for case in cases]


def describe(root):
    return _rows(_frame(root).describe())


if __name__ == "__main__":
    request = json.load(sys.stdin)
    calls = {"group": group, "merge": merge, "describe": describe}
    json.dump(calls[request["call"]](**request["args"]), sys.stdout)
