"""A model that is too large fails its trial; the search goes on."""

import keras
import keras_tuner
import numpy as np
from keras import layers


def build_model(hp):
    model = keras.Sequential([keras.Input(shape=(20,))])
    for i in range(hp.Int("layers", 1, 2)):
        model.add(layers.Dense(hp.Int(f"width_{i}", 10, 100, step=30), activation="relu"))
    model.add(layers.Dense(1))
    model.compile(loss="mse", metrics=["mae"])
    if model.count_params() > 1_200:
        raise keras_tuner.errors.FailedTrialError(f"The model is too large: {model.count_params()}.")
    return model


tuner = keras_tuner.GridSearch(
    hypermodel=build_model,
    objective="val_loss",
    overwrite=True,
    max_retries_per_trial=3,
    max_consecutive_failed_trials=8,
)
tuner.search(
    x=np.random.rand(100, 20),
    y=np.random.rand(100, 1),
    validation_data=(np.random.rand(50, 20), np.random.rand(50, 1)),
    epochs=2,
)
