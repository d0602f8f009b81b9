"""Writes the folders `classes` beside this one, in evaluate, predict and export: a model of three outputs, on the rows of
../train/classes.arrows, judged by scikit-learn.

    python make.py      # with NumPy, pyarrow and scikit-learn
"""

import hashlib
import json
import os
import struct

import numpy as np
import pyarrow as pa
from sklearn import metrics

FILES = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VECTORS = os.path.join(FILES, "train", "classes.arrows")
DIMENSION, OUTPUTS = 9, 3
# Each class's own columns speak for it, and the last class's a little less.
KERNEL = np.array([[1.0 if column // 3 == label else -0.5 for label in range(OUTPUTS)] for column in range(DIMENSION)], "<f4")
BIAS = np.array([0.25, 0, -1], "<f4")


def model():
    data = KERNEL.tobytes() + BIAS.tobytes()
    metadata = {
        "dimension": str(DIMENSION),
        "encoding": "multi-hot",
        "format": "sluice-model",
        "loss": "categorical_crossentropy",
        "sha256": hashlib.sha256(data).hexdigest(),
        "topology": json.dumps([{"activation": "softmax", "units": OUTPUTS}], separators=(",", ":")),
        "version": "1",
    }
    header = {
        "__metadata__": metadata,
        "dense/kernel": {"dtype": "F32", "shape": [DIMENSION, OUTPUTS], "data_offsets": [0, KERNEL.nbytes]},
        "dense/bias": {"dtype": "F32", "shape": [OUTPUTS], "data_offsets": [KERNEL.nbytes, len(data)]},
    }
    written = json.dumps(header, separators=(",", ":")).encode()
    written += b" " * (-len(written) % 8)
    return struct.pack("<Q", len(written)) + written + data


def read():
    table = pa.ipc.open_stream(VECTORS).read_all().to_pydict()
    dense = np.zeros((len(table["id"]), DIMENSION), np.float64)
    for row, columns in enumerate(table["indices"]):
        dense[row, columns] = 1
    sums = dense @ KERNEL + BIAS
    powers = np.exp(sums - sums.max(1, keepdims=True))
    return table, (powers / powers.sum(1, keepdims=True)).astype(np.float32)


def calibration(right, sure):
    bins, edges = [], np.minimum((sure * 10).astype(int), 9)
    for place in range(10):
        own = edges == place
        mean = lambda numbers: float(numbers[own].mean()) if own.any() else None
        bins.append({
            "from": place / 10, "to": (place + 1) / 10, "count": int(own.sum()), "mean_prediction": mean(sure),
            "positive_share": mean(right),
        })
    return bins


def judge(labels, probabilities):
    said = probabilities.argmax(1)
    of = lambda average: metrics.precision_recall_fscore_support(
        labels, said, labels=range(OUTPUTS), average=average, zero_division=0
    )
    precision, recall, f1, support = of(None)
    macro = of("macro")
    # scikit-learn wants rows that add up to 1 in float64; their order, which is all that counts, stays.
    scores = probabilities.astype(np.float64)
    scores /= scores.sum(1, keepdims=True)
    sure, right = probabilities.max(1).astype(np.float64), (said == labels).astype(np.float64)
    bins = calibration(right, sure)
    error = sum(one["count"] * abs(one["mean_prediction"] - one["positive_share"]) for one in bins if one["count"])
    return {
        "splits": ["test", "validation"],
        "loss": metrics.log_loss(labels, scores),
        "rows": len(labels),
        "accuracy": metrics.accuracy_score(labels, said),
        "precision": float(macro[0]),
        "recall": float(macro[1]),
        "f1_score": float(macro[2]),
        "roc_auc": metrics.roc_auc_score(labels, scores, multi_class="ovr"),
        "confusion_matrix": metrics.confusion_matrix(labels, said).tolist(),
        "classes": [
            {"label": label, "rows": int(support[label]), "precision": precision[label], "recall": recall[label], "f1_score": f1[label]}
            for label in range(OUTPUTS)
        ],
        "confidence": {
            "sure_share": float(((sure >= 0.99) | (sure <= 0.01)).mean()),
            "unsure_share": float(((sure >= 0.4) & (sure <= 0.6)).mean()),
            "expected_calibration_error": error / len(labels),
            "calibration": bins,
        },
    }


def write(stage, **files):
    folder = os.path.join(FILES, stage, "classes")
    os.makedirs(folder, exist_ok=True)
    for name, content in files.items():
        path = os.path.join(folder, name.replace("_", "."))
        with open(path, "wb") as file:
            file.write(content if isinstance(content, bytes) else (json.dumps(content) + "\n").encode())


table, probabilities = read()
vectors = open(VECTORS, "rb").read()
labels, splits = np.array(table["label"]).astype(int), np.array(table["split"])
judged = splits != "train"
write(
    "evaluate",
    model_safetensors=model(),
    input_arrows=vectors,
    options_json={"on": ["test", "validation"]},
    expected_json=judge(labels[judged], probabilities[judged]),
)
lines = [
    {
        "id": table["id"][row], "split": table["split"][row], "label": int(labels[row]),
        "probabilities": [float(p) for p in probabilities[row]], "prediction": int(probabilities[row].argmax()),
    }
    for row in range(len(labels))
]
write(
    "predict",
    model_safetensors=model(),
    input_arrows=vectors,
    options_json={},
    expected_ndjson="".join(json.dumps(line) + "\n" for line in lines).encode(),
)
write("export", model_safetensors=model())
