"""Sidecars through Python's json module."""

import json


def write_attribute(path, attr, key="attr", **options):
    """Writes a sidecar as Python's json does. The attribute is a Python expression, with `nan` and `inf` as names."""
    value = eval(attr, {"nan": float("nan"), "inf": float("inf")})
    with open(path, "w", encoding="utf-8") as file:
        json.dump({key: value}, file, **options)


def read_sidecar(path):
    """A sidecar as Python's json reads it: its repr, which tells 1 from 1.0 and True. NaN and Infinity are refused."""
    with open(path, encoding="utf-8") as file:
        return repr(json.load(file, parse_constant=_refuse))


def _refuse(word):
    raise ValueError(f"{word} is no JSON")
