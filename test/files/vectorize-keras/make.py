"""Writes what Keras makes of reviews: input.ndjson, and expected.json, which has the rows of each output mode and the factors of tf-idf.

    python make.py      # with Keras 3, TensorFlow and NumPy
"""

import json
import os

os.environ["CUDA_VISIBLE_DEVICES"] = ""
import keras
import numpy as np
import tensorflow as tf

FOLDER = os.path.dirname(os.path.abspath(__file__))
DIMENSION = 12
random = np.random.default_rng(1)
# Few of the words are frequent, and those from 10 on do not occur.
draw = lambda words: np.minimum(random.geometric(0.35, int(random.integers(0, 25))) - 1, words - 1).tolist()
reviews = [{"id": f"train/{i}", "split": "train", "label": i % 2, "tokens": draw(10)} for i in range(20)]
reviews[3]["tokens"] = []
known = {token for review in reviews for token in review["tokens"]}
for i in range(10):
    tokens = [token for token in draw(10) if token in known]
    reviews.insert(2 * i, {"id": f"test/{i}", "split": "test", "label": i % 2, "tokens": tokens})

train = tf.ragged.constant([review["tokens"] for review in reviews if review["split"] == "train"], dtype=tf.int64)
expected = {}
for mode in ("multi_hot", "count", "tf_idf"):
    lookup = keras.layers.IntegerLookup(output_mode=mode, num_oov_indices=0)
    lookup.adapt(train)
    rows = np.zeros((len(reviews), DIMENSION), np.float32)
    columns = lookup.get_vocabulary()
    for row, review in enumerate(reviews):
        rows[row, columns] = lookup(tf.constant(review["tokens"], tf.int64)).numpy()
    expected[mode.replace("_", "-")] = rows.tolist()
    if mode == "tf_idf":
        expected["idf"] = sorted(zip(map(int, columns), lookup.idf_weights.numpy().tolist()))

with open(os.path.join(FOLDER, "input.ndjson"), "w") as file:
    file.writelines(json.dumps(review, separators=(",", ":")) + "\n" for review in reviews)
with open(os.path.join(FOLDER, "expected.json"), "w") as file:
    json.dump(expected, file)
    file.write("\n")
