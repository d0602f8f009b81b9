"""Writes vectors with values as other tools do, and beside each stream NAME.json: the matrix that it holds.

    python make.py      # with NumPy, pyarrow 25, polars 1.44 and scikit-learn 1.9
"""

import base64
import json
import os

import numpy as np
import polars as pl
import pyarrow as pa
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

FOLDER = os.path.dirname(os.path.abspath(__file__))
TEXTS = ["a film, what a film", "", "a bad plot and a bad film", "what a wonderful film", "worse than bad"]
SPLITS = ["train", "validation", "train", "train", "test"]
LABELS = [1, 1, 0, 1, 0]


def write(name, matrix, columns, metadata):
    table = pa.table(
        {
            "id": [f"row/{i}" for i in range(len(TEXTS))],
            "split": pa.array(SPLITS).dictionary_encode(),
            "label": pa.array(LABELS, pa.int64()),
            **columns,
        }
    ).replace_schema_metadata({"dimension": str(matrix.shape[1]), **metadata})
    with pa.ipc.new_stream(os.path.join(FOLDER, f"{name}.arrows"), table.schema) as writer:
        writer.write_table(table, max_chunksize=2)
    idf = {"idf": np.frombuffer(base64.b64decode(metadata["idf"]), "<f4").tolist()} if "idf" in metadata else {}
    rows = np.asarray(matrix, np.float32).tolist()
    with open(os.path.join(FOLDER, f"{name}.json"), "w") as file:
        json.dump({"encoding": metadata["encoding"], **idf, "rows": rows}, file)
        file.write("\n")


def sparse(csr, lists=pa.ListArray, offsets=pa.int32()):
    csr.sort_indices()
    parts = {"indices": csr.indices, "values": csr.data}
    return {name: lists.from_arrays(pa.array(csr.indptr, offsets), pa.array(part)) for name, part in parts.items()}


counts = CountVectorizer().fit_transform(TEXTS)
write("scikit-learn-count", counts.toarray(), sparse(counts, pa.LargeListArray, pa.int64()), {"encoding": "count"})

tf_idf = TfidfVectorizer().fit_transform(TEXTS)
write("scikit-learn-tf-idf", tf_idf.toarray(), sparse(tf_idf), {"encoding": "tf-idf"})

vectorizer = TfidfVectorizer(norm=None)
plain = vectorizer.fit_transform(TEXTS)
idf = base64.b64encode(vectorizer.idf_.astype("<f4")).decode()
write("scikit-learn-tf-idf-with-idf", plain.toarray(), sparse(plain), {"encoding": "tf-idf", "idf": idf})

dense = np.random.default_rng(1).normal(size=(len(TEXTS), 6))
flat = pa.array(dense.ravel())
columns = {
    "numpy-fixed-size-list-of-double": pa.FixedSizeListArray.from_arrays(flat, 6),
    "numpy-fixed-size-list-of-float": pa.FixedSizeListArray.from_arrays(flat.cast(pa.float32()), 6),
    "pyarrow-list-of-double": pa.array(dense.tolist()),
    "polars-array-of-float": pl.Series(dense.astype(np.float32)).to_arrow(),
    "polars-list-of-double": pl.Series(dense.tolist()).to_arrow(),
}
for name, values in columns.items():
    write(f"dense-{name}", dense, {"values": values}, {"encoding": "dense"})
