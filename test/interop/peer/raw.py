"""Tables of mmaptable's layout, through a script that follows its description."""

import mmaptable_like as mmaptable
import numpy as np
from dtypes import to_descr, to_dtype
from random_data import generator, random_array
from wire import from_wire, to_wire


def raw_write(root, columns, seed=None):
    """Writes columns: {name, dtype, shape, attr} of random data or `values`. Says what is in them."""
    said = {}
    for column in columns:
        dtype, shape = to_dtype(column["dtype"]), tuple(column["shape"])
        if "values" in column:
            array = from_wire(column["values"], dtype, shape)
        else:
            array = random_array(generator(seed, column["name"]), dtype, shape)
        mmaptable.add_column(root, column["name"], array, column.get("attr"))
        said[column["name"]] = _described(array, column.get("attr"))
    return said


def raw_read(root):
    """All columns by name."""
    return {name: _described(array, attr) for name, (array, attr) in mmaptable.open_table(root).items()}


def raw_store(root, name, row, values):
    """Stores one row's elements through a writable map."""
    array, _ = mmaptable.open_table(root, "r+")[name]
    array[row] = from_wire(values, array.dtype, array.shape[1:])
    array.flush()


def raw_resize(root, rows):
    """Changes the number of rows, in place."""
    mmaptable.resize(root, rows)


def raw_set_attr(root, name, attr):
    """Writes an attribute."""
    mmaptable.set_attr(root, name, attr)


def _described(array, attr):
    array = np.asarray(array)
    return {
        "descr": to_descr(array.dtype),
        "shape": array.shape,
        "attr": attr,
        "hex": array.tobytes().hex(),
        "values": to_wire(array),
    }
