"""Writes classes.json: losses of several outputs and their derivatives by Keras 3 with TensorFlow's GradientTape.

    python make.py
"""

import json
import os

os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
import keras
import tensorflow as tf

SUMS = [[0.3, -1.2, 0.8], [2, 2, 2], [-3, 0.5, 1], [40, -40, 0], [0.9, 0.05, 0.02], [-0.1, -0.2, -0.3], [0.5, 1.5]]


@tf.function
def judge(loss, activation, sums, right):
    with tf.GradientTape() as tape:
        tape.watch(sums)
        value = keras.losses.get(loss)(right, keras.activations.get(activation)(sums))
    return value, tape.gradient(value, sums)


cases = []
for loss in ["binary_crossentropy", "categorical_crossentropy", "mean_squared_error"]:
    for activation in ["relu", "sigmoid", "tanh", "linear", "softmax"]:
        for sums in SUMS:
            for label in range(len(sums)):
                value, slopes = judge(loss, activation, tf.constant([sums], tf.float32), tf.one_hot([label], len(sums)))
                case = {"loss": loss, "activation": activation, "sums": sums, "label": label}
                cases.append({**case, "value": float(value[0]), "slopes": slopes[0].numpy().tolist()})
# Where all outputs are 0, Keras divides 0 by 0.
cases = [case for case in cases if case["value"] == case["value"]]
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "classes.json"), "w") as file:
    file.write(json.dumps(cases) + "\n")
