"""Writes history.ndjson and, in tensorflow/ and keras/, event files of it: ours must have the bytes of the former, and of
the latter the tags, steps and values. Made with TensorFlow 2.21.0, Keras 3.15.1 and TensorBoard 2.21.0.

    python make.py
"""

import glob
import json
import os
import shutil

import keras
import tensorflow as tf

FOLDER = os.path.dirname(os.path.abspath(__file__))
EPOCHS = [
    {"loss": 0.6931471805599453, "accuracy": 0.5, "f1_score": 0, "val_loss": 0.7, "val_accuracy": 0.25, "val_f1_score": 1},
    {"loss": 1e-7, "accuracy": 1, "f1_score": 1 / 3, "val_loss": 12345.678, "val_accuracy": 0.75, "val_f1_score": 0},
    {"loss": 0.1, "accuracy": 0.9, "f1_score": 0.9, "val_loss": 0.4, "val_accuracy": 0.85, "val_f1_score": 0.8},
]


def in_folder(*path):
    return os.path.join(FOLDER, *path)


def by_tensorflow():
    for run in ["train", "validation"]:
        os.makedirs(in_folder("tensorflow", run))
        with tf.io.TFRecordWriter(in_folder("tensorflow", run, "events.out.tfevents")) as writer:
            writer.write(tf.compat.v1.Event(file_version="brain.Event:2").SerializeToString())
            for step, epoch in enumerate(EPOCHS):
                values = [
                    tf.compat.v1.Summary.Value(tag="epoch_" + name.removeprefix("val_"), simple_value=value)
                    for name, value in epoch.items()
                    if name.startswith("val_") == (run == "validation")
                ]
                summary = tf.compat.v1.Summary(value=values)
                event = tf.compat.v1.Event(wall_time=step + 1, step=step, summary=summary)
                writer.write(event.SerializeToString())


def by_keras():
    callback = keras.callbacks.TensorBoard(in_folder("keras"), write_graph=False)
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("rmsprop", "mse")
    callback.set_model(model)
    callback.on_train_begin()
    for step, epoch in enumerate(EPOCHS):
        callback.on_epoch_end(step, dict(epoch))
    callback.on_train_end()
    for file in glob.glob(in_folder("keras", "*", "*")):
        os.rename(file, os.path.join(os.path.dirname(file), "events.out.tfevents"))


for folder in ["tensorflow", "keras"]:
    shutil.rmtree(in_folder(folder), ignore_errors=True)
by_tensorflow()
by_keras()
with open(in_folder("history.ndjson"), "w") as history:
    for number, epoch in enumerate(EPOCHS):
        history.write(json.dumps({"epoch": number + 1, **epoch, "seconds": 0.5}, separators=(",", ":")) + "\n")
