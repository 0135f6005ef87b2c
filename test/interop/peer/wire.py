"""Elements in words that JSON has, so that both sides can say what an array holds without reading each other's files.

An array is the flat list of its elements in C order. One element is

    b       true or false
    i u     its decimal digits, as a string
    f       its bits as a 64-bit float in hexadecimal, "nan" for any NaN
    c       [real, imaginary]
    S V     its bytes in hexadecimal; of S without trailing NULs
    U       the string
    M m     the count's decimal digits, null for NaT
    record  the list of its fields; a field with a shape is the flat list of its elements
"""

import struct

import numpy as np

NAT = np.iinfo(np.int64).min


def to_wire(array):
    """What an array holds."""
    if array.dtype.names is not None:
        count = array.size
        columns = [_grouped(array[name], array.dtype[name].shape, count) for name in array.dtype.names]
        return [list(fields) for fields in zip(*columns)]
    flat = array.reshape(-1)
    kind = array.dtype.kind
    if kind in "bU":
        return flat.tolist()
    if kind in "iu":
        return [str(number) for number in flat.tolist()]
    if kind == "f":
        return [_float_to_wire(number) for number in flat.tolist()]
    if kind == "c":
        pairs = zip(to_wire(flat.real), to_wire(flat.imag))
        return [list(pair) for pair in pairs]
    if kind == "S":
        return [string.hex() for string in flat.tolist()]
    if kind in "mM":
        counts = flat.view(array.dtype.byteorder + "i8").tolist()
        return [None if count == NAT else str(count) for count in counts]
    assert kind == "V", array.dtype
    return [void.tobytes().hex() for void in flat]


def from_wire(values, dtype, shape):
    """An array of these elements."""
    array = blank(dtype, shape)
    size = array.size
    assert len(values) == size, (len(values), shape)
    if dtype.names is not None:
        for i, name in enumerate(dtype.names):
            field = dtype[name]
            parts = [value[i] for value in values]
            if field.shape:
                parts = [element for part in parts for element in part]
            array[name] = from_wire(parts, field.base, array.shape + field.shape)
        return array
    flat = array.reshape(-1)
    if dtype.kind in "fc":
        with np.errstate(all="ignore"):
            flat[:] = [_number_from_wire(value) for value in values]
    elif dtype.kind in "mM":
        flat.view(dtype.byteorder + "i8")[:] = [NAT if value is None else int(value) for value in values]
    elif dtype.kind == "V":
        flat = np.frombuffer(b"".join(map(bytes.fromhex, values)), dtype)
    else:
        flat[:] = [_PLAIN[dtype.kind](value) for value in values]
    return flat.reshape(shape)


def blank(dtype, shape):
    """Zeros of exactly this dtype: `np.zeros` takes dates without a unit, ">M8", for a dtype that is still to be found."""
    buffer = bytearray(int(np.prod(shape)) * dtype.itemsize)
    return np.ndarray(shape, dtype, buffer or None)


_PLAIN = {"b": bool, "i": int, "u": int, "S": bytes.fromhex, "U": str}


def _grouped(field, shape, count):
    """The elements of a field, record by record."""
    flat = to_wire(field)
    if not shape:
        return flat
    each = int(np.prod(shape))
    return [flat[i * each : (i + 1) * each] for i in range(count)]


def _float_to_wire(number):
    return "nan" if number != number else struct.pack(">d", number).hex()


def _number_from_wire(value):
    if isinstance(value, list):
        return complex(*map(_number_from_wire, value))
    return float("nan") if value == "nan" else struct.unpack(">d", bytes.fromhex(value))[0]
