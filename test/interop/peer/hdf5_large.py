"""A file of more bytes than one ArrayBuffer has, of which the disk holds little."""
import json
import sys

import h5py
import numpy as np


def make(directory):
    path = f"{directory}/large.h5"
    with h5py.File(path, "w") as file:
        large = file.create_dataset("large", shape=(700_000_000,), dtype="<f8")
        large[-3:] = [1, 2, 3]
        large[134_217_726:134_217_730] = [4, 5, 6, 7]
        file["small"] = np.arange(10, dtype="<f8")
        chunks = file.create_dataset("chunks", shape=(1000,), dtype="<f8", chunks=(100,))
        chunks[:] = np.arange(1000)
        file.create_dataset("gzip", data=np.arange(1000, dtype="<f8"), chunks=(100,), compression="gzip")
    return {"path": path}


asked = json.load(sys.stdin)
print(json.dumps(globals()[asked["call"]](**asked["args"])))
