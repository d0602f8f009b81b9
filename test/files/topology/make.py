"""Writes the trainings of this folder by Keras: of each topology the first weights, and those after some steps.

    python make.py [NAME…]      # with Keras 3 and TensorFlow; without a name, all of EXAMPLES
"""

import json
import os
import sys

os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
import keras
import numpy as np
import tensorflow as tf

FOLDER = os.path.dirname(os.path.abspath(__file__))
DIMENSION, LENGTH, ROWS = 9, 6, 12


def layer(class_name, **config):
    return {"class_name": class_name, "config": config}


def embedding(**config):
    return layer("Embedding", input_dim=DIMENSION, output_dim=4, batch_input_shape=[None, LENGTH], **config)


OUTPUT = layer("Dense", units=1, activation="sigmoid")
EXAMPLES = {
    "embedding": {"layers": [embedding(), layer("GlobalAveragePooling1D"), layer("Dense", units=3, activation="relu"), OUTPUT]},
    "convolution": {
        "optimizer": "adam",
        "layers": [
            embedding(),
            layer("Conv1D", filters=3, kernel_size=[3], activation="relu"),
            layer("MaxPooling1D", pool_size=[2]),
            layer("Flatten"),
            OUTPUT,
        ],
    },
    "lstm": {"layers": [embedding(), layer("LSTM", units=3), OUTPUT]},
    "lstm-masked": {"optimizer": "adam", "layers": [embedding(mask_zero=True), layer("LSTM", units=3), OUTPUT]},
    "bidirectional-lstm": {
        "clip": {"by": "globalClipnorm", "limit": 0.05},
        "layers": [embedding(), layer("Bidirectional", layer=layer("LSTM", units=3)), OUTPUT],
    },
    "gru": {"layers": [embedding(), layer("GRU", units=3, reset_after=False), OUTPUT]},
    "batch-normalization": {
        "optimizer": "sgd",
        "loss": "mean_squared_error",
        "layers": [
            embedding(),
            layer("Flatten"),
            layer("BatchNormalization", momentum=0.8),
            layer("Dense", units=1, activation="tanh"),
        ],
    },
    "classes": {
        "optimizer": "adam",
        "loss": "categorical_crossentropy",
        "layers": [embedding(), layer("GRU", units=4, reset_after=False), layer("Dense", units=3, activation="softmax")],
    },
    "penalties": {
        "optimizer": "adam",
        "layers": [
            embedding(embeddings_regularizer=layer("L1L2", l1=0.0, l2=0.01)),
            layer("LSTM", units=3, kernel_regularizer=layer("L1L2", l1=0.0, l2=0.02)),
            layer("Dense", units=1, activation="sigmoid", kernel_regularizer=layer("L1L2", l1=0.01, l2=0.0)),
        ],
    },
}
OPTIMIZERS = {"rmsprop": keras.optimizers.RMSprop, "adam": keras.optimizers.Adam, "sgd": keras.optimizers.SGD}


def build(layers):
    """A Keras model of these layers."""

    def make(one):
        config = {name: within(value) for name, value in one["config"].items() if name != "batch_input_shape"}
        return getattr(keras.layers, one["class_name"])(**config)

    def within(value):
        if not isinstance(value, dict):
            return value
        return keras.regularizers.L1L2(**value["config"]) if value["class_name"] == "L1L2" else make(value)

    return keras.Sequential([keras.Input((LENGTH,)), *map(make, layers)])


def step(model, tokens, labels):
    """One step of Keras's optimizer, on gradients that are summed.

    On TensorFlow, an embedding's gradient is a list of slices, several of one word, and Keras 3 squares each: unlike on JAX and
    PyTorch, where it gets their sum.
    """
    with tf.GradientTape() as tape:
        loss = model.compute_loss(tokens, labels, model(tokens, training=True))
    gradients = tape.gradient(loss, model.trainable_variables)
    model.optimizer.apply([tf.convert_to_tensor(gradient) for gradient in gradients], model.trainable_variables)


def make(name, layers, optimizer="rmsprop", loss="binary_crossentropy", clip=None):
    random = np.random.default_rng(len(name))
    tokens = random.integers(1, DIMENSION, (ROWS, LENGTH))
    for row, padding in zip(tokens, random.integers(0, LENGTH, ROWS)):
        row[:padding] = 0
    classes = max(2, layers[-1]["config"]["units"])
    labels = random.integers(0, classes, ROWS)
    wanted = labels[:, None] if classes == 2 else keras.utils.to_categorical(labels, classes)
    batches = [random.permutation(ROWS)[:5] for _ in range(8)]
    keras.utils.set_random_seed(1)
    model = build(layers)
    # TensorFlow.js's order.
    weights = lambda: [
        {"shape": list(weight.shape), "values": weight.numpy().ravel().tolist()}
        for weight in model.trainable_weights + model.non_trainable_weights
    ]
    first = weights()
    limits = {} if clip is None else {"global_clipnorm": clip["limit"]}
    model.compile(optimizer=OPTIMIZERS[optimizer](learning_rate=0.05, **limits), loss=loss)
    losses = [float(model.test_on_batch(tokens, wanted))]
    for batch in batches:
        step(model, tokens[batch], wanted[batch])
    losses.append(float(model.test_on_batch(tokens, wanted)))
    golden = {
        "topology": {"class_name": "Sequential", "config": {"layers": layers}},
        "optimizer": {"name": optimizer, "learningRate": 0.05},
        "loss": loss,
        **({} if clip is None else {"clip": clip}),
        "tokens": tokens.tolist(),
        "labels": labels.tolist(),
        "batches": [batch.tolist() for batch in batches],
        "first": first,
        "trained": weights(),
        "losses": losses,
    }
    with open(os.path.join(FOLDER, f"{name}.json"), "w") as file:
        file.write(json.dumps(golden) + "\n")


for name in sys.argv[1:] or EXAMPLES:
    make(name, **EXAMPLES[name])
