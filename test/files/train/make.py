"""Writes the trainings of this folder by Keras, from the first weights and with the order of the rows that Sluice has.

    python make.py [NAME…]      # with Keras 3, TensorFlow, NumPy and pyarrow; without a name, those of EXAMPLES
"""

import hashlib
import json
import math
import os
import struct
import sys

os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
import keras
import numpy as np
import pyarrow as pa

FOLDER = os.path.dirname(os.path.abspath(__file__))
COMMON = {"units": [4, 3], "epochs": 3, "batchSize": 16, "seed": 3}
FAST = {**COMMON, "learningRate": 0.01}
CLASSES = {**FAST, "activation": "tanh", "optimizer": "adam", "loss": "categorical_crossentropy"}
EXAMPLES = {
    "adagrad-defaults": {**COMMON, "optimizer": "adagrad"},
    "adagrad": {**FAST, "optimizer": "adagrad", "learningRate": 0.1, "initialAccumulatorValue": 0.01, "epsilon": 1e-3},
    "rmsprop-centered": {**FAST, "centered": True},
    "rmsprop-centered-momentum": {**FAST, "centered": True, "momentum": 0.5, "rho": 0.8},
    "l1": {**FAST, "l1": 0.01},
    "l2": {**FAST, "optimizer": "adam", "l2": 0.02},
    "l1-l2": {**FAST, "l1": 0.001, "l2": 0.01, "activation": "tanh"},
    "clipvalue": {**FAST, "clipvalue": 0.01},
    "clipnorm": {**FAST, "optimizer": "sgd", "learningRate": 1, "clipnorm": 0.05},
    "global-clipnorm": {**FAST, "optimizer": "sgd", "learningRate": 1, "globalClipnorm": 0.05, "l2": 0.01},
    "class-weights": {**FAST, "classWeights": [0.5, 2]},
    "exponential-decay": {**FAST, "schedule": "exponential_decay", "decaySteps": 3, "decayRate": 0.7},
    "inverse-time-decay": {
        **FAST, "schedule": "inverse_time_decay", "decaySteps": 2, "decayRate": 0.5, "staircase": True, "optimizer": "adam",
    },
    "cosine-decay": {**FAST, "schedule": "cosine_decay", "decaySteps": 6, "alpha": 0.1, "optimizer": "sgd"},
    "early-stopping": {**FAST, "epochs": 12, "learningRate": 0.05, "patience": 2, "minDelta": 0.001},
    "softmax-hidden": {**FAST, "activation": "softmax"},
    "count": FAST,
    "tf-idf": {**FAST, "optimizer": "adam", "l2": 0.01, "activation": "tanh"},
    "dense": FAST,
    "dense-logistic-regression": {**FAST, "units": [], "optimizer": "sgd", "momentum": 0.9, "clipnorm": 0.5},
    **{f"classes-{name}": {**CLASSES, **options} for name, options in {
        "softmax": {"metrics": ["precision", "recall", "f1_score"]},
        "softmax-hidden": {"activations": ["softmax", "relu"]},
        "weights": {"classWeights": [0.5, 2, 1]},
        "sigmoid": {"outputActivation": "sigmoid"},
        "relu": {"outputActivation": "relu", "classes": 8, "l2": 0.01, "activation": "sigmoid"},
        "more-than-labels": {"classes": 5},
        "binary_crossentropy-sigmoid": {"loss": "binary_crossentropy", "classes": 3},
        "binary_crossentropy-softmax": {"loss": "binary_crossentropy", "classes": 3, "outputActivation": "softmax"},
        "binary_crossentropy-relu": {"loss": "binary_crossentropy", "classes": 3, "outputActivation": "relu", "seed": 4},
        "mean_squared_error-linear": {"loss": "mean_squared_error", "classes": 3, "outputActivation": "linear"},
        "mean_squared_error-softmax": {"loss": "mean_squared_error", "classes": 3, "outputActivation": "softmax"},
    }.items()},
}
# Of those that are not on input.arrows; make_inputs.py writes the others.
INPUTS = {
    "count": "count", "tf-idf": "tf-idf", "dense": "dense", "dense-logistic-regression": "dense",
    **{name: "classes" for name in EXAMPLES if name.startswith("classes-")},
}


class Random:
    """xoshiro128**, started from the sha256 of the seed and a name."""

    def __init__(self, *name):
        digest = hashlib.sha256("/".join(map(str, name)).encode()).digest()
        self.s = list(struct.unpack("<4I", digest[:16]))

    def uint32(self):
        s, mask = self.s, 0xFFFFFFFF
        rotate = lambda x, k: ((x << k) | (x >> (32 - k))) & mask
        result = rotate(s[1] * 5 & mask, 7) * 9 & mask
        t = s[1] << 9 & mask
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = rotate(s[3], 11)
        return result

    def uniform(self):
        return ((self.uint32() >> 5) * 67108864 + (self.uint32() >> 6)) / 9007199254740992

    def below(self, bound):
        limit = 2**32 - 2**32 % bound
        while True:
            draw = self.uint32()
            if draw < limit:
                return draw % bound

    def shuffle(self, items):
        for i in range(len(items) - 1, 0, -1):
            j = self.below(i + 1)
            items[i], items[j] = items[j], items[i]


def read(name):
    table = pa.ipc.open_stream(os.path.join(FOLDER, f"{name}.arrows")).read_all()
    dimension = int(table.schema.metadata[b"dimension"])
    splits = table.column("split").to_pylist()
    dense = np.zeros((len(splits), dimension), np.float32)
    names = table.column_names
    for row in range(len(splits)):
        columns = table.column("indices")[row].as_py() if "indices" in names else range(dimension)
        dense[row, columns] = table.column("values")[row].as_py() if "values" in names else 1
    labels = np.array(table.column("label").to_pylist(), np.float32)[:, None]
    pick = lambda split: [i for i, of in enumerate(splits) if of == split]
    return dimension, [(dense[pick(split)], labels[pick(split)]) for split in ("train", "validation")]


def optimizer_of(o, batches):
    rate = float(o.get("learningRate", 0.01 if o.get("optimizer") == "sgd" else 0.001))
    schedules = keras.optimizers.schedules
    steps = o.get("decaySteps")
    match o.get("schedule"):
        case "exponential_decay":
            rate = schedules.ExponentialDecay(rate, steps, o.get("decayRate", 0.96), o.get("staircase", False))
        case "inverse_time_decay":
            rate = schedules.InverseTimeDecay(rate, steps, o.get("decayRate", 0.96), o.get("staircase", False))
        case "cosine_decay":
            rate = schedules.CosineDecay(rate, steps, o.get("alpha", 0.0))
    names = {
        "rho": "rho", "momentum": "momentum", "centered": "centered", "nesterov": "nesterov", "beta1": "beta_1",
        "beta2": "beta_2", "epsilon": "epsilon", "initialAccumulatorValue": "initial_accumulator_value",
        "clipvalue": "clipvalue", "clipnorm": "clipnorm", "globalClipnorm": "global_clipnorm",
    }
    numbers = {keras_name: o[name] for name, keras_name in names.items() if name in o}
    kinds = {"rmsprop": "RMSprop", "adam": "Adam", "adagrad": "Adagrad", "sgd": "SGD"}
    return getattr(keras.optimizers, kinds[o.get("optimizer", "rmsprop")])(learning_rate=rate, **numbers)


class Macro(keras.metrics.Metric):
    """The mean over the classes of precision or recall, which Keras has of one class at a time."""

    def __init__(self, name):
        super().__init__(name=name)
        self.counts = None

    def update_state(self, y_true, y_pred, sample_weight=None):
        outputs = y_pred.shape[-1]
        if self.counts is None:
            self.counts = self.add_weight(shape=(outputs, outputs), initializer="zeros")
        said = keras.ops.one_hot(keras.ops.argmax(y_pred, -1), outputs)
        self.counts.assign_add(keras.ops.matmul(keras.ops.transpose(y_true), said))

    def result(self):
        whole = keras.ops.sum(self.counts, {"precision": 0, "recall": 1}[self.name])
        return keras.ops.mean(keras.ops.divide_no_nan(keras.ops.diagonal(self.counts), whole))


def make(name, o):
    source = INPUTS.get(name, "input")
    dimension, ((x, y), validation) = read(source)
    loss = o.get("loss", "binary_crossentropy")
    is_categorical = loss == "categorical_crossentropy"
    outputs = o.get("classes", int(max(y.max(), validation[1].max())) + 1 if is_categorical else 1)
    if outputs > 1:
        one_hot = lambda labels: keras.utils.to_categorical(labels[:, 0], outputs)
        y, validation = one_hot(y), (validation[0], one_hot(validation[1]))
    units = [*o["units"], outputs]
    last = o.get("outputActivation", "softmax" if is_categorical else "sigmoid")
    activations = [*o.get("activations", [o.get("activation", "relu")] * len(o["units"])), last]
    penalty = keras.regularizers.L1L2(o.get("l1", 0.0), o.get("l2", 0.0)) if "l1" in o or "l2" in o else None
    dense = [
        keras.layers.Dense(count, activation=None if activation == "linear" else activation, kernel_regularizer=penalty)
        for count, activation in zip(units, activations)
    ]
    model = keras.Sequential([keras.Input((dimension,)), *dense])
    inputs = dimension
    for place, (layer, count) in enumerate(zip(dense, units)):
        random, limit = Random(o["seed"], "weights", place), math.sqrt(6 / (inputs + count))
        kernel = [(2 * random.uniform() - 1) * limit for _ in range(inputs * count)]
        layer.set_weights([np.array(kernel, np.float32).reshape(inputs, count), np.zeros(count, np.float32)])
        inputs = count
    batches = math.ceil(len(x) / o["batchSize"])
    metric = lambda kind: keras.metrics.F1Score("macro", name=kind) if kind == "f1_score" else Macro(kind)
    model.compile(optimizer_of(o, batches), loss, metrics=["accuracy", *map(metric, o.get("metrics", []))])
    weights = dict(enumerate(o["classWeights"])) if "classWeights" in o else None
    order, history = list(range(len(x))), []
    best, waited, best_weights = math.inf, 0, None
    for epoch in range(1, o["epochs"] + 1):
        Random(o["seed"], "shuffle", epoch).shuffle(order)
        fitted = model.fit(
            x[order], y[order], o["batchSize"], 1, 0, validation_data=validation, validation_batch_size=1024, shuffle=False,
            class_weight=weights,
        )
        history.append({"epoch": epoch, **{key: float(f"{values[0]:.9g}") for key, values in sorted(fitted.history.items())}})
        if "patience" not in o:
            continue
        waited += 1
        if history[-1]["val_loss"] + o["minDelta"] < best:
            best, waited, best_weights = history[-1]["val_loss"], 0, model.get_weights()
        if waited >= o["patience"]:
            break
    if best_weights:
        model.set_weights(best_weights)
    layers = [
        {
            "units": layer.units,
            "activation": activation,
            "kernel": [float(f"{w:.9g}") for w in layer.get_weights()[0].flatten()],
            "bias": [float(f"{w:.9g}") for w in layer.get_weights()[1]],
        }
        for layer, activation in zip(dense, activations)
    ]
    with open(os.path.join(FOLDER, f"{name}.json"), "w") as file:
        about = {"input": f"{source}.arrows"} if name in INPUTS else {}
        json.dump({"options": o, **about, "history": history, "layers": layers}, file)
        file.write("\n")


for name in sys.argv[1:] or EXAMPLES:
    path = os.path.join(FOLDER, f"{name}.json")
    make(name, EXAMPLES[name] if name in EXAMPLES else json.load(open(path))["options"])
