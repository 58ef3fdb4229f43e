"""A hypermodel whose `fit` returns the value to minimize, with layers of its own and tuned preprocessing."""

import keras
import keras_tuner
import numpy as np
from keras import layers


class Scale(layers.Layer):
    def __init__(self, by):
        super().__init__()
        self.by = by

    def call(self, inputs):
        return inputs * self.by


class HyperRegressor(keras_tuner.HyperModel):
    def build(self, hp):
        with hp.name_scope("net"):
            units = hp.Int("units", 8, 64, step=2, sampling="log")
        model = keras.Sequential(
            [
                Scale(hp.Float("scale", 0.5, 2.0, step=0.5, default=1.0)),
                layers.Dense(units, activation=hp.Choice("activation", ["relu", "elu"])),
                layers.Dense(1),
            ]
        )
        model.compile(optimizer="adam", loss="mean_squared_error")
        return model

    def fit(self, hp, model, x, y, validation_data, **kwargs):
        if hp.Boolean("normalize"):
            layer = layers.Normalization()
            layer.adapt(x)
            x = layer(x)
        model.fit(
            x,
            y,
            batch_size=hp.Int("batch_size", 16, 32, step=16, parent_name="normalize", parent_values=[True]),
            epochs=2,
            verbose=0,
        )
        x_val, y_val = validation_data
        y_pred = model.predict(x_val, verbose=0)
        return float(np.mean(np.abs(y_pred - y_val)))


tuner = keras_tuner.RandomSearch(
    hypermodel=HyperRegressor(), max_trials=3, overwrite=True, directory="my_dir", project_name="custom_eval"
)
tuner.search(
    np.random.rand(96, 5),
    np.random.rand(96, 1),
    validation_data=(np.random.rand(32, 5), np.random.rand(32, 1)),
)
