"""Writes the .npz files of this folder with the NumPy that runs it, and with it what Keras's load_data reads from each.

    python make.py          # with NumPy 1 and NumPy 2, Keras 3 in at least one of them
"""

import io
import json
import os
import pickle
import struct
import sys
import zipfile

import numpy as np

FOLDER = os.path.dirname(os.path.abspath(__file__))
NUMPY = "numpy" + np.__version__.split(".")[0]
random = np.random.RandomState(5)


def rows(count, make=list):
    array = np.empty(count, dtype=object)
    for i in range(count):
        numbers = [int(n) for n in random.zipf(1.3, size=random.randint(1, 9)) % 70000]
        if i == 1:
            numbers = [i % 300 for i in range(1, 1201)]  # more than one APPENDS
        if i == 2:
            numbers = [0, 255, 256, 65535, 65536, 2**31 - 1, 2**31, 2**32 - 4]
        array[i] = make(numbers)
    return array


def shared(count):
    array = rows(count)
    array[count - 1] = array[1]
    return array


def python2(array):
    """The pickle of an object array of lists as NumPy under Python 2 writes it: byte strings, and large integers as text."""
    names = b"cnumpy.core.multiarray\n_reconstruct\nq\x01cnumpy\nndarray\nq\x02"
    out = [b"\x80\x02", names, b"K\x00\x85U\x01b\x87Rq\x03(K\x01K", bytes([len(array)]), b"\x85"]
    out += [b"cnumpy\ndtype\nq\x04U\x02O8K\x00K\x01\x87Rq\x05(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK?tb\x89]q\x06("]
    for i, row in enumerate(array):
        out.append(b"]r" + struct.pack("<I", 7 + i) + b"(")
        for n in row:
            if n < 256:
                out.append(b"K" + bytes([n]))
            elif n < 65536:
                out.append(b"M" + struct.pack("<H", n))
            elif n < 2**31:
                out.append(b"J" + struct.pack("<i", n))
            else:
                out.append(b"I%d\n" % n)
        out.append(b"e")
    return b"".join(out) + b"etb."


def npy(array, dump):
    file = io.BytesIO()
    if array.dtype != object:
        np.save(file, array)
    else:
        np.lib.format.write_array_header_1_0(file, np.lib.format.header_data_from_array_1_0(array))
        file.write(dump(array))
    return file.getvalue()


def labels(count, dtype):
    return (np.arange(count) * 7 % 3 % 2).astype(dtype)


def write(name, arrays, dump, reverse=False):
    with zipfile.ZipFile(os.path.join(FOLDER, f"{NUMPY}-{name}.npz"), "w") as file:
        for key in reversed(list(arrays)) if reverse else arrays:
            info = zipfile.ZipInfo(key + ".npy", (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            file.writestr(info, npy(arrays[key], dump))


class Pipe(io.RawIOBase):
    """What can be written to, but not be gone back in: sizes then stand behind the data."""

    def __init__(self):
        self.bytes = b""

    def write(self, data):
        self.bytes += bytes(data)
        return len(data)

    def writable(self):
        return True

    def read(self, *_):
        raise io.UnsupportedOperation

    tell = seek = read


ROWS = {
    "lists": rows,
    "tuples": lambda n: rows(n, tuple),
    "int64": lambda n: rows(n, lambda row: np.array(row, dtype="<i8")),
    "uint32-big-endian": lambda n: rows(n, lambda row: np.array(row, dtype=">u4")),
    "one-list-twice": shared,
}
for kind, make in ROWS.items():
    if NUMPY == "numpy1" and kind not in ("lists", "int64"):
        continue
    for protocol in (2, 3, 4, 5):
        arrays = {
            "x_train": make(4),
            "y_train": labels(4, "<i8"),
            "x_test": make(3),
            "y_test": labels(3, ["<i4", ">i2", "?", "<f4"][protocol - 2]),
        }
        write(f"{kind}-protocol{protocol}", arrays, lambda a: pickle.dumps(a, protocol=protocol), protocol % 2 == 1)
arrays = {"x_train": rows(4), "y_train": labels(4, "u1"), "x_test": rows(3), "y_test": labels(3, "<f8"), "z": labels(2, "?")}
if NUMPY == "numpy1":
    write("python2", arrays, python2)
np.savez(os.path.join(FOLDER, f"{NUMPY}-savez.npz"), **arrays)
for save in (np.savez, np.savez_compressed):
    pipe = Pipe()
    save(pipe, **arrays)
    with open(os.path.join(FOLDER, f"{NUMPY}-{save.__name__}-to-pipe.npz"), "wb") as file:
        file.write(pipe.bytes)

try:
    import keras.src.datasets.imdb as imdb
except ImportError:
    sys.exit(0)
# Keras's own reader knows less than NumPy's does.
imdb.npz_utils.load_npz = lambda path: np.load(path, allow_pickle=True)
for name in sorted(os.listdir(FOLDER)):
    if not name.endswith(".npz"):
        continue
    imdb.get_file = lambda **_: os.path.join(FOLDER, name)
    with open(os.path.join(FOLDER, name[:-4] + ".ndjson"), "w", newline="\n") as file:
        for split, (x, y) in zip(("train", "test"), imdb.load_data(path=name)):
            for i, tokens in enumerate(x):
                review = {"id": f"{split}/{i}", "split": split, "label": int(y[i]), "tokens": [int(t) for t in tokens]}
                file.write(json.dumps(review, separators=(",", ":")) + "\n")
