"""A hypermodel that KerasTuner brings."""

import keras
import numpy as np
from keras_tuner import RandomSearch
from keras_tuner.applications import HyperXception

rng = np.random.default_rng(0)
x_train = rng.random((16, 32, 32, 3)).astype("float32")
y_train = keras.utils.to_categorical(rng.integers(0, 4, 16), 4)

tuner = RandomSearch(
    HyperXception(input_shape=(32, 32, 3), classes=4),
    objective="val_accuracy",
    max_trials=2,
    directory="my_dir",
    project_name="helloworld",
)
tuner.search(x_train, y_train, epochs=1, validation_split=0.25, batch_size=8)
