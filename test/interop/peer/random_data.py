"""Random arrays of any dtype, from seeds."""

import zlib

import numpy as np
from wire import blank

# Letters of one to four bytes in UTF-8, a combining accent, a joiner and a character beyond 16 bits among them.
LETTERS = np.array(list("abcXYZ 019~\"'\\\nßéñ\u0301\u200dΩж中文\uffee🙂𝔘\U0010fffd"))


def generator(seed, name):
    """Random numbers for one case of a run."""
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def random_array(rng, dtype, shape):
    """Any bits that the dtype may have: NaNs with payloads, subnormals, extremes and NaT among them."""
    if dtype.names is not None:
        array = blank(dtype, shape)
        for name in dtype.names:
            field = dtype[name]
            array[name] = random_array(rng, field.base, array.shape + field.shape)
        return array
    size = int(np.prod(shape))
    if dtype.kind == "b":
        return rng.integers(0, 2, shape).astype(dtype)
    if dtype.kind in "SU":
        return _random_text(rng, dtype, size).reshape(shape)
    array = np.frombuffer(rng.bytes(size * dtype.itemsize), dtype).reshape(shape).copy()
    if dtype.kind in "mM":
        array[rng.random(shape) < 0.1] = "NaT"
    if dtype.kind == "f":
        # Whole numbers of a common size are rare among random bits.
        array[rng.random(shape) < 0.3] = rng.integers(-99, 99)
    return array


def _random_text(rng, dtype, size):
    width = dtype.itemsize // (4 if dtype.kind == "U" else 1)
    lengths = rng.integers(0, width, size, endpoint=True)
    lengths[rng.random(size) < 0.2] = width
    letters = rng.choice(LETTERS, int(lengths.sum()))
    texts = ["".join(part) for part in np.split(letters, np.cumsum(lengths)[:-1])] if size else []
    if dtype.kind == "U":
        return np.array(texts, dtype)
    # Whole characters only: what is cut in the middle is no text.
    return np.array([text.encode()[:width].decode(errors="ignore").encode() for text in texts], dtype)
