"""A client of the protocol in Python: what a server sends, beside what NumPy and h5py find in the same files.

One request in JSON on standard input, {"call": name, "args": {...}}, one answer in JSON on standard output.
"""

import gzip
import io
import json
import os
import sys
import tarfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "peer")]

import h5py
import msgpack
import numpy as np
import requests

import hdf5_imports
from dtypes import to_dtype
from random_data import generator, random_array
from wire import blank

MEDIA_TYPE = "application/x-msgpack"
PROFILE = f"{MEDIA_TYPE};profile=memmap-table"
# With it every array of elements of a fixed size begins, and clients choose by it how they read.
PREFIX = b"\x86\xa2nd\xc3"
# No head may be longer: clients look no further.
LONGEST_HEAD = 1024


class Server:
    """A connection, as the client in Python asks: everything by POST, the name and password each time."""

    def __init__(self, url, auth=None, dialect="classic"):
        self.url = url
        self.dialect = dialect
        self.session = requests.Session()
        # Text is sent in Latin-1 by itself.
        self.session.auth = tuple(part.encode() for part in auth) if auth else None

    def post(self, path, **body):
        headers = {"Content-Type": MEDIA_TYPE}
        if self.dialect == "numpy":
            headers["Accept"] = PROFILE
        return self.session.post(f"{self.url}/msgpack/{path}", data=msgpack.packb(body), headers=headers, timeout=60)

    def get(self, path, **query):
        return self.session.get(f"{self.url}/msgpack/{path}", params=query, timeout=60)

    def object(self, path, name, limit=2**31 - 1, depth=5):
        return decoded(self.post(path, object=name, data_size_limit=limit, max_depth=depth))

    def slice(self, path, name, selection):
        return body_of(self.post(path, object=name, slice=selection))


def body_of(response):
    assert response.status_code == 200, (response.status_code, response.content[:200])
    sent = response.headers["Content-Type"]
    assert sent in (MEDIA_TYPE, PROFILE) and (sent == MEDIA_TYPE) == ("profile" not in sent), sent
    return response.content


def decoded(response):
    return converted(msgpack.unpackb(body_of(response)))


def dtype_of(type):
    """The dtype that `type` says."""
    if isinstance(type, str):
        return np.dtype(type)
    return np.dtype([(name, dtype_of(inner), *map(tuple, dims)) for name, inner, *dims in type])


def converted(value):
    """A decoded message with arrays in the place of their maps: the way of all that is not read directly."""
    if isinstance(value, list):
        return [converted(each) for each in value]
    if not isinstance(value, dict):
        return value
    if value.get("nd") is True:
        assert list(value) == ["nd", "type", "kind", "shape", "nbytes", "data"], list(value)
        data = b"".join(value["data"])
        assert len(data) == value["nbytes"] and (value["nbytes"] > 0 or value["data"] == [])
        dtype = dtype_of(value["type"])
        assert value["kind"] == ("V" if dtype.names else ""), (value["kind"], dtype)
        if dtype.itemsize == 0:
            return np.empty(value["shape"], dtype)
        return np.frombuffer(bytearray(data), dtype).reshape(value["shape"])
    if value.get("vlen") is True:
        assert list(value) == ["vlen", "shape", "data"], list(value)
        items = np.empty(len(value["data"]), object)
        for i, item in enumerate(value["data"]):
            items[i] = converted(item)
        return items.reshape(value["shape"])
    return {key: converted(inner) for key, inner in value.items()}


def read_directly(body):
    """A slice as clients read it: its head, and then the elements straight into the memory of an array."""
    assert body[:5] == PREFIX, body[:16]
    head = msgpack.Unpacker()
    head.feed(body[:LONGEST_HEAD])
    assert head.read_map_header() == 6
    said = {}
    for key in ("nd", "type", "kind", "shape", "nbytes"):
        assert head.unpack() == key
        said[key] = head.unpack()
    assert head.unpack() == "data"
    bins = head.read_array_header()
    at = head.tell()
    array = np.empty(said["shape"], said["type"])
    # Where this raises, the client raises.
    target = memoryview(array).cast("B") if array.size else memoryview(bytearray())
    filled = 0
    for _ in range(bins):
        width = {0xC4: 1, 0xC5: 2, 0xC6: 4}[body[at]]
        size = int.from_bytes(body[at + 1 : at + 1 + width])
        at += 1 + width
        target[filled : filled + size] = body[at : at + size]
        filled += size
        at += size
    assert (filled, at) == (said["nbytes"], len(body)) and filled == array.nbytes
    return array


def sent(array, dialect):
    """An array as it is sent: packed records; in the classic dialect little-endian numbers, counts, texts."""
    if array.dtype.names is not None:
        return array.astype(packed(array.dtype))
    if dialect == "numpy":
        return array
    if array.dtype.kind == "U":
        return array.astype(object)
    if array.dtype.kind in "mM":
        array = array.view(f"{array.dtype.byteorder}i8")
    return array.astype(array.dtype.newbyteorder("<"))


def packed(dtype):
    """A dtype without gaps between its fields."""
    if dtype.subdtype is not None:
        return np.dtype((packed(dtype.base), dtype.shape))
    if dtype.names is None:
        return dtype
    return np.dtype([(name, packed(dtype[name])) for name in dtype.names])


def require_same(got, array, dialect, what):
    """Bit for bit; texts as texts."""
    expected = sent(np.asarray(array), dialect)
    assert isinstance(got, np.ndarray), (what, got)
    assert got.shape == expected.shape, (what, got.shape, expected.shape)
    assert got.dtype == expected.dtype, (what, got.dtype, expected.dtype)
    if expected.dtype == object:
        assert got.tolist() == expected.tolist(), what
    else:
        assert got.tobytes() == expected.tobytes(), what


def is_direct(array, dialect):
    """Whether the memory of such an array is what `memoryview` knows: else no client reads it directly."""
    return array.dtype.kind in "biuf" and (dialect == "classic" or array.dtype.isnative)


def selections(rng, shape):
    """Of one shape some selections: as they are asked for, as a string where there is one, and their positions."""
    whole = [[0, n] for n in shape]
    yield whole, ",".join(f"0:{n}" for n in shape), [range(n) for n in shape]
    if not shape or 0 in shape:
        return
    bounds = [sorted(rng.integers(0, n, 2, endpoint=True).tolist()) for n in shape]
    part = [[a, b - a] for a, b in bounds]
    yield part, ",".join(f"{a}:{b}" for a, b in bounds), [range(a, b) for a, b in bounds]
    rest = [range(a, b) for a, b in bounds[1:]]
    cuts = sorted(rng.integers(0, shape[0], 4, endpoint=True).tolist())
    runs = [(cuts[0], cuts[1]), (cuts[2], cuts[3])]
    text = ";".join(",".join(f"{a}:{b}" for a, b in [run, *bounds[1:]]) for run in runs)
    rows = [row for run in runs for row in range(*run)]
    counts = [b - a for a, b in runs]
    yield [[[a for a, _ in runs], counts], *part[1:]], text, [rows, *rest]
    if counts[0] == counts[1]:
        yield [[[a for a, _ in runs], counts[0]], *part[1:]], None, [rows, *rest]
    # Steps, downwards too, and positions in any order: what this server has beyond the protocol.
    down = [[n - 1, n, -1] for n in shape]
    yield down, ",".join(f"{n - 1}::-1" for n in shape), [range(n - 1, -1, -1) for n in shape]
    axis = int(rng.integers(0, len(shape)))
    places = rng.integers(0, shape[axis], 5).tolist()
    picked = [{"index": places} if i == axis else each for i, each in enumerate(part)]
    spaced = f"[{' '.join(map(str, places))}]"
    text = ",".join(spaced if i == axis else f"{a}:{b}" for i, (a, b) in enumerate(bounds))
    yield picked, text, [places if i == axis else range(a, b) for i, (a, b) in enumerate(bounds)]


def compare(server, path, name, array, rng):
    """Reads a dataset by a selection of any kind."""
    kinds = list(selections(rng, array.shape))
    asked, text, positions = kinds[rng.integers(0, len(kinds))]
    shape = [len(each) for each in positions]
    expected = blank(array.dtype, shape) if 0 in shape else array[np.ix_(*map(list, positions))]
    if array.ndim == 0:
        expected = array
    what = (path, name, array.dtype, array.shape, asked)
    way = rng.integers(0, 3) if text is not None else 0
    if way == 2 and server.dialect == "classic":
        body = body_of(server.get(path, object=name, slice=text))
    else:
        body = server.slice(path, name, asked if way == 0 else text)
    require_same(converted(msgpack.unpackb(body)), expected, server.dialect, what)
    if is_direct(array, server.dialect):
        require_same(read_directly(body), expected, server.dialect, what)


def members(server, path, name):
    """A group with all that is in it; what the server does not tell with it is asked for."""
    group = server.object(path, name)
    assert group["hdf5_object"] == "group", group
    for member, node in group["members"].items():
        here = f"{name.rstrip('/')}/{member}"
        if node is None:
            node = server.object(path, here)
        if node["hdf5_object"] == "group":
            yield from members(server, path, here)
        else:
            yield here, node


def make_arrays(folder, dtypes, shapes, seed):
    """Files of every dtype and shape, those of an odd number in Fortran's order."""
    os.makedirs(folder)
    rng = generator(seed, "arrays")
    names = []
    for i, spec in enumerate(dtypes):
        for j, shape in enumerate(map(tuple, shapes)):
            array = random_array(rng, to_dtype(spec), shape)
            name = f"d{i}_{j}"
            np.save(os.path.join(folder, f"{name}.npy"), array if i % 2 == 0 else np.asfortranarray(array).reshape(shape))
            names.append(name)
    return names


def read_arrays(url, path, folder, dialect, seed, below="/"):
    """Arrays of a hierarchy or table, beside the files that it was made of."""
    server = Server(url, dialect=dialect)
    rng = generator(seed, dialect)
    count = 0
    seen = set()
    for name, node in members(server, path, below):
        array = np.load(os.path.join(folder, f"{name.rsplit('/', 1)[1]}.npy"))
        seen.add(name)
        require_node(node, array, dialect, name)
        require_same(node["data"], array, dialect, name)
        if dialect == "classic" and array.dtype.kind in "mM":
            assert node["attributes"]["dtype"].tolist() == array.dtype.str, (name, node["attributes"])
        compare(server, path, name, array, rng)
        count += 1
    assert len(seen) == len(os.listdir(folder)), len(seen)
    return count


def require_node(node, array, dialect, what):
    """What a dataset says of itself."""
    assert node["hdf5_object"] == "dataset" and tuple(node["shape"]) == array.shape, (what, node)
    expected = sent(array, dialect)
    if expected.dtype == object:
        assert (node["type"], node["kind"]) == ("str", ""), (what, node["type"])
        return
    assert dtype_of(node["type"]) == expected.dtype, (what, node["type"], expected.dtype)
    assert node["kind"] == ("V" if expected.dtype.names else ""), what
    if dialect == "classic" and expected.dtype.kind in "iuf":
        assert node["type"] == f"<{expected.dtype.kind}{expected.dtype.itemsize}", (what, node["type"])


def make_source(folder):
    """The columns of a table, which gzip makes smaller."""
    os.makedirs(folder)
    number = np.arange(3000, dtype=">i4") % 100
    np.save(os.path.join(folder, "number.npy"), number.astype(">i4"))
    np.save(os.path.join(folder, "name.npy"), np.array(["ñ" * (i % 5) for i in range(3000)]))


def make_hdf5(folder, dtypes, shapes, seed, libver):
    """Files by h5py: every dtype and layout, texts, and all that else is in trees."""
    os.makedirs(folder)
    hdf5_imports.arrays(os.path.join(folder, "arrays.h5"), dtypes, shapes, seed, libver)
    hdf5_imports.texts(os.path.join(folder, "texts.h5"), shapes, seed)
    hdf5_imports.tree(os.path.join(folder, "tree.h5"), libver)
    with h5py.File(os.path.join(folder, "lists.h5"), "w", libver=libver) as file:
        lists = np.empty(4, object)
        lists[:] = [np.arange(n, dtype="<i4") for n in (3, 0, 1, 5)]
        file.create_dataset("lists", data=lists, dtype=h5py.vlen_dtype("<i4"))
        file["big"] = np.zeros((50_000, 2), ">f8")


def read_hdf5(url, path, file, dialect, seed):
    """Datasets of a file of h5py, beside what h5py finds there."""
    server = Server(url, dialect=dialect)
    rng = generator(seed, dialect)
    count = 0
    with h5py.File(file) as local:
        for name, node in members(server, path, "/"):
            array = blank(local[name].dtype, local[name].shape)
            if array.size:
                local[name].read_direct(array)
            require_node(node, array, dialect, name)
            require_same(node["data"], array, dialect, name)
            compare(server, path, name, array, rng)
            count += 1
        datasets = []
        local.visititems(lambda _, node: datasets.append(node) if isinstance(node, h5py.Dataset) else None)
    assert count >= len(datasets) > 0, (count, len(datasets))
    return count


def read_texts(url, path, file, seed):
    """Texts of any length."""
    server = Server(url)
    rng = generator(seed, "texts")
    count = 0
    with h5py.File(file) as local:
        for name, node in members(server, path, "/"):
            assert (node["type"], node["kind"]) == ("str", ""), node
            array = np.asarray(local[name].asstr()[()], object)
            require_same(node["data"], array, "numpy", name)
            compare(server, path, name, array, rng)
            count += 1
    return count


def read_tree(url, path):
    """Links, named types, enumerations, compound members of any kind, attributes, null dataspaces."""
    server = Server(url)
    root = server.object(path, "/")
    assert list(root) == ["hdf5_object", "attributes", "members"], list(root)
    kinds = {name: node and node["hdf5_object"] for name, node in root["members"].items()}
    nodes = root["members"]
    assert kinds["soft"] == "soft_link" and nodes["soft"] == {"hdf5_object": "soft_link", "target": "/g/h"}
    assert nodes["dangling"]["target"] == "/nowhere"
    assert nodes["type"] == {"hdf5_object": "unknown"}, nodes["type"]
    assert nodes["enum"]["type"] == "<i2" and nodes["enum"]["data"].tolist() == [1, 2, 1]
    assert nodes["ascii"]["type"] == "str"
    assert nodes["a"]["type"] == "<i2" and nodes["a"]["data"].tolist() == [0, 1, 2, 3]
    assert nodes["never"]["data"].tolist() == [[7, 7]] * 5
    assert nodes["z"]["attributes"]["NAME"].tobytes().rstrip(b"\0") == b"scale of z"
    # A link in a path is followed, and so is one that is asked for by itself; one that leads nowhere is not there.
    assert server.object(path, "/soft")["hdf5_object"] == "group"
    assert server.object(path, "/soft/y")["data"].tolist() == [0, 1]
    assert converted(msgpack.unpackb(server.slice(path, "/soft/y", [[1, 1]]))).tolist() == [1]
    assert server.post(path, object="/dangling").status_code == 404
    attributes = root["attributes"]
    said = {name: value.tolist() for name, value in attributes.items()}
    assert said["int"] == 5 and said["big"] == 2**60 and said["half"] == 1.5, said
    assert attributes["half"].dtype == "<f2" and attributes["reversed"].dtype == "<i4"
    assert said["reversed"] == [1, 2] and said["grid"] == [[0, 1], [2, 3]]
    assert said["text"] == "añb" and said["list"] == ["a", "bc"], said
    record = attributes["record"].dtype.newbyteorder("<")
    assert record == [("a", "<i4"), ("b", "<f8"), ("c", "S2")], record
    assert said["record"] == (1, 2.5, b"x")
    assert said["color"] == 2
    assert [each.tolist() for each in attributes["ragged"]] == [[1, 2], []], said
    return {"kinds": kinds, "attributes": sorted(attributes)}


def read_lists(url, path):
    """Lists of any length."""
    server = Server(url)
    node = server.object(path, "/lists")
    assert (node["type"], node["kind"], node["shape"]) == ("<i4", "V", [4]), node
    got = converted(msgpack.unpackb(server.slice(path, "/lists", [[[0, 3], [2, 1]]])))
    assert [each.tolist() for each in got] == [[0, 1, 2], [], [0, 1, 2, 3, 4]], got


def read_table(url, path, folder):
    """Rows of a table: columns, conditions, slices, in one answer; and what is packed on the way."""
    server = Server(url, dialect="numpy")
    number, name = (np.load(os.path.join(folder, f"{column}.npy")) for column in ("number", "name"))
    table = server.object(path, "/")["table"]
    assert table["rows"] == len(number) and sorted(table["columns"]) == ["name", "number"], table
    response = server.post(path, object="/", slice=[[2, 40]], columns=["name", "number"], where="number >= 50")
    got = decoded(response)
    rows = [row for row in range(2, 42) if number[row] >= 50]
    assert got.dtype.names == ("name", "number") and got["number"].tolist() == number[rows].tolist()
    assert got["name"].tolist() == name[rows].tolist()
    plain = requests.post(
        f"{url}/msgpack/{path}",
        data=msgpack.packb({"object": "/number", "slice": [[0, len(number)]]}),
        headers={"Content-Type": MEDIA_TYPE},
        stream=True,
        timeout=60,
    )
    assert plain.headers.get("Content-Encoding") == "gzip", plain.headers
    body = gzip.decompress(plain.raw.read(decode_content=False))
    require_same(read_directly(body), number, "classic", "gzip")


def download(url, path, folder):
    """A file in parts, and a directory as a tar, whose arrays NumPy opens."""
    whole = requests.get(f"{url}/download/{path}/plain.bin", timeout=60)
    local = open(os.path.join(folder, "plain.bin"), "rb").read()
    assert whole.content == local and whole.headers["Content-Length"] == str(len(local))
    for asked, start, stop in (("5-9", 5, 10), ("100-", 100, len(local)), ("-7", len(local) - 7, len(local))):
        part = requests.get(f"{url}/download/{path}/plain.bin", headers={"Range": f"bytes={asked}"}, timeout=60)
        assert part.status_code == 206 and part.content == local[start:stop], (asked, part.status_code)
        assert part.headers["Content-Range"] == f"bytes {start}-{stop - 1}/{len(local)}"
    outside = requests.get(f"{url}/download/{path}/plain.bin", headers={"Range": "bytes=999999999-"}, timeout=60)
    assert outside.status_code == 416
    answer = requests.get(f"{url}/download/{path}", timeout=60)
    assert answer.headers["Content-Type"] == "application/x-tar"
    assert int(answer.headers["Content-Length"]) == len(answer.content) and len(answer.content) % 10240 == 0
    found = {}
    with tarfile.open(fileobj=io.BytesIO(answer.content)) as tar:
        for member in tar:
            assert member.isfile() and member.name.startswith(f"{path}/"), member
            found[member.name] = tar.extractfile(member).read()
    arrays = {os.path.basename(name): content for name, content in found.items() if name.endswith(".npy")}
    for name in ("number.npy", "name.npy"):
        assert np.array_equal(np.load(io.BytesIO(arrays[name])), np.load(os.path.join(folder, "source", name))), name
    return sorted(found)


def refuse(url, path):
    """What is answered to what cannot be answered: statuses and bodies."""
    server = Server(url)
    cases = [
        ("nothing", {}, 404),
        (path, {"object": "/nothing"}, 404),
        (path, {"object": "/big", "slice": [[0, 50_001], [0, 2]]}, 404),
        (path, {"object": "/big", "slice": [[0, 1]]}, 404),
        (path, {"object": "/big", "slice": [[0, 1], [-1, 1]]}, 404),
        (path, {"object": "/big", "slice": [[[5, 1], [1, 1]], [0, 2]]}, 404),
        (path, {"object": "/big", "slice": [[0, 1], [[0], [1]]]}, 400),
        (path, {"object": "/big", "slice": [[0, 1, 0], [0, 2]]}, 400),
        (path, {"object": "/big", "slice": "0:5;5:"}, 400),
        (path, {"slice": "0:5"}, 400),
        (path, {"object": "/", "max_depth": -1}, 400),
        (path, {"object": "/", "unknown": 1}, 400),
    ]
    for at, body, status in cases:
        response = server.post(at, **body)
        assert response.status_code == status, (body, response.status_code, response.content)
        assert response.headers["Content-Type"] == MEDIA_TYPE
        error = msgpack.unpackb(response.content)
        assert list(error) == ["error"] and isinstance(error["error"], str), error
    plain = requests.post(f"{url}/msgpack/{path}", data=b"\x80", headers={"Content-Type": "text/plain"}, timeout=60)
    assert plain.status_code == 415
    empty = requests.post(f"{url}/msgpack/{path}", data=b"", headers={"Content-Type": MEDIA_TYPE}, timeout=60)
    assert empty.status_code == 400
    return len(cases)


def authenticate(url, path, user, password):
    """Basic, as requests sends it."""
    known = Server(url, auth=(user, password))
    assert known.get("").status_code == 200
    assert decoded(known.post(path))["type"] == "application/x-hdf5"
    anonymous = Server(url).get("")
    wrong = Server(url, auth=(user, "wrong")).get("")
    for refused in (anonymous, wrong):
        assert refused.status_code == 401, refused.status_code
        assert refused.headers["WWW-Authenticate"].startswith("Basic realm="), refused.headers
    download = requests.get(f"{url}/download/{path}", auth=(user.encode(), password.encode()), timeout=60)
    assert download.status_code == 200 and download.content[:4] == b"\x89HDF"


if __name__ == "__main__":
    request = json.load(sys.stdin)
    json.dump(globals()[request["call"]](**request["args"]), sys.stdout)
