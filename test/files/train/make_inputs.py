"""Writes the rows of input.arrows with other numbers in their columns: count.arrows, tf-idf.arrows and dense.arrows; and rows of
three labels: classes.arrows.

    python make_inputs.py      # with NumPy and pyarrow
"""

import os

import numpy as np
import pyarrow as pa

FOLDER = os.path.dirname(os.path.abspath(__file__))
random = np.random.default_rng(4)


def write(name, table, metadata):
    table = table.replace_schema_metadata({"encoding": name, **metadata})
    with pa.ipc.new_stream(os.path.join(FOLDER, f"{name}.arrows"), table.schema) as writer:
        writer.write_table(table)


ones = pa.ipc.open_stream(os.path.join(FOLDER, "input.arrows")).read_all().combine_chunks()
metadata = {"dimension": ones.schema.metadata[b"dimension"]}
indices = ones.column("indices").chunk(0)
count = len(indices.values)
with_values = lambda values: ones.append_column(
    "values", pa.ListArray.from_arrays(indices.offsets, pa.array(values.astype(np.float32)))
)
write("count", with_values(random.geometric(0.5, count)), metadata)
write("tf-idf", with_values(random.geometric(0.5, count) * random.uniform(0.2, 3, count)), metadata)

width = 10
labels = ones.column("label").to_numpy()
dense = random.normal(size=(len(labels), width)) + 0.7 * labels[:, None] * random.normal(size=width)
lists = pa.FixedSizeListArray.from_arrays(pa.array(dense.astype(np.float32).ravel()), width)
write("dense", ones.drop_columns(["indices"]).append_column("values", lists), {"dimension": str(width)})

# Each label has three columns that its rows have more often. (The other random numbers stay as they are.)
random = np.random.default_rng(5)
splits = ["train"] * 70 + ["validation"] * 30 + ["test"] * 20
labels = random.integers(3, size=len(splits))
shares = np.where(np.arange(9) // 3 == labels[:, None], 0.6, 0.25)
columns = [np.flatnonzero(row) for row in random.uniform(size=shares.shape) < shares]
arrays = [[f"{split}/{row}" for row, split in enumerate(splits)], splits, labels.astype(np.float32), columns]
types = [ones.schema.field(name).type for name in ones.column_names]
table = pa.table([pa.array(array).cast(type) for array, type in zip(arrays, types)], ones.column_names)
table = table.replace_schema_metadata({"dimension": "9", "encoding": "multi-hot"})
with pa.ipc.new_stream(os.path.join(FOLDER, "classes.arrows"), table.schema) as writer:
    writer.write_table(table)
