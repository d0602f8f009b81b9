"""The peer of `npm run bench`: the textbook's IMDB experiment in plain Keras 3, dense matrices and all.

Runs what config/imdb.yaml runs (but no plot), and prints one JSON object: seconds a step, metrics, versions,
peak memory. `--only vectorize` ends after the two steps that need no TensorFlow.
"""

import argparse
import json
import os
import platform
import resource
import sys
import time

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

WORDS = 10_000
VALIDATION = 10_000

seconds = {}


class step:
    """Times what is done inside of it."""

    def __init__(self, name):
        self.name = name

    def __enter__(self):
        self.start = time.perf_counter()

    def __exit__(self, *_):
        seconds[self.name] = time.perf_counter() - self.start


def main():
    arguments = parse_arguments()
    with step("import"):
        import keras
        import numpy as np
    keras.utils.set_random_seed(arguments.seed)

    with step("decode"):
        (train, train_labels), (test, test_labels) = load_reviews(keras, arguments.npz)
    with step("vectorize"):
        x_train, x_test = vectorize(np, train), vectorize(np, test)
        y_train, y_test = train_labels.astype("float32"), test_labels.astype("float32")
    if arguments.only == "vectorize":
        return report(keras, {})

    with step("overfit"):
        overfit, epochs = fit(
            keras,
            x_train[VALIDATION:],
            y_train[VALIDATION:],
            epochs=20,
            validation_data=(x_train[:VALIDATION], y_train[:VALIDATION]),
        )
    with step("final"):
        final, final_epochs = fit(keras, x_train, y_train, epochs=4)
    with step("evaluate"):
        loss, accuracy = final.evaluate(x_test, y_test, verbose=0)
    with step("predict"):
        predictions = final.predict(x_test, verbose=0)
    with step("save"):
        final.save(arguments.save)
    report(
        keras,
        {
            "overfit": epochs,
            "final": final_epochs,
            "evaluate": {"loss": loss, "accuracy": accuracy},
            "predictions": len(predictions),
        },
    )


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--npz", required=True, help="the path of imdb.npz")
    parser.add_argument("--save", default="imdb.keras", help="where the model goes (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=["vectorize"], help="end after this step")
    return parser.parse_args()


def load_reviews(keras, npz):
    """Keras's own load_data, on a file that is there already."""
    load_data = keras.datasets.imdb.load_data
    load_data.__globals__["get_file"] = lambda *_, **__: npz
    return load_data(num_words=WORDS)


def vectorize(np, sequences):
    """A row of zeros a review, 1 at each of its words: float64[reviews, WORDS]."""
    matrix = np.zeros((len(sequences), WORDS))
    for row, words in enumerate(sequences):
        matrix[row, words] = 1.0
    return matrix


def fit(keras, x, y, **options):
    """A fresh model, trained; and its history, an object an epoch, with each epoch's seconds."""
    model = keras.Sequential(
        [
            keras.layers.Dense(16, activation="relu"),
            keras.layers.Dense(16, activation="relu"),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["accuracy"])

    times = []

    class Clock(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.start = time.perf_counter()

        def on_epoch_end(self, epoch, logs=None):
            times.append(time.perf_counter() - self.start)

    history = model.fit(x, y, batch_size=512, verbose=0, callbacks=[Clock()], **options).history
    names = [*history, "seconds"]
    rows = zip(*history.values(), times)
    return model, [dict(zip(["epoch", *names], [number, *row])) for number, row in enumerate(rows, start=1)]


def report(keras, results):
    versions = {"python": platform.python_version(), "keras": keras.__version__}
    if "tensorflow" in sys.modules:
        versions["tensorflow"] = sys.modules["tensorflow"].__version__
    # Kibibytes on Linux, bytes on macOS.
    unit = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    print(json.dumps({"seconds": seconds, "versions": versions, "peak_bytes": peak, **results}))


main()
