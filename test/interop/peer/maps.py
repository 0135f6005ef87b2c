"""Maps of files that stay open from call to call, as another program would hold them."""

import numpy as np
from dtypes import to_dtype
from numpy.lib import format as npy
from wire import blank, from_wire, to_wire

_maps = {}


def open_map(key, path, mode):
    """Maps an array file and keeps the map under a key. Says its shape."""
    _maps[key] = np.load(path, mmap_mode=mode)
    return _maps[key].shape


def create_map(key, path, dtype, shape):
    """Makes an array file of zeros, mapped, and keeps the map under a key."""
    _maps[key] = npy.open_memmap(path, "w+", to_dtype(dtype), tuple(shape))


def read_map(key):
    """The elements that the map shows now."""
    return to_wire(_maps[key])


def write_map(key, row, values):
    """Stores one row's elements into the map. Nothing is flushed: the map is shared."""
    array = _maps[key]
    array[row] = from_wire(values, array.dtype, array.shape[1:])


def close_maps():
    """Lets go of all maps."""
    _maps.clear()


def zeros(dtype, shape):
    """What zeroed bytes stand for."""
    return to_wire(blank(to_dtype(dtype), tuple(shape)))
