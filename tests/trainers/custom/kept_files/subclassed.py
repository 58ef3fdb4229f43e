"""A class of its own, a layer of its own, a Lambda, and a fit that tunes its batch size: rebuilt by name."""

import keras
import keras_tuner as kt


class Scale(keras.layers.Layer):
    def __init__(self, by):
        super().__init__()
        self.by = by

    def call(self, inputs):
        return keras.ops.cast(inputs, "float32") * self.by


class Net(keras.Model):
    def __init__(self, units):
        super().__init__()
        self.scale = Scale(1 / 255)
        self.flat = keras.layers.Flatten()
        self.shift = keras.layers.Lambda(lambda x: x - 0.1)
        self.hidden = keras.layers.Dense(units, activation="relu")
        self.out = keras.layers.Dense(10, activation="softmax")

    def call(self, inputs):
        return self.out(self.hidden(self.shift(self.flat(self.scale(inputs)))))


class Tuned(kt.HyperModel):
    def build(self, hp):
        with hp.name_scope("net"):
            model = Net(hp.Int("units", 8, 32, 8))
        model.compile(
            keras.optimizers.Adam(hp.Float("rate", 1e-3, 1e-1, sampling="log")),
            "sparse_categorical_crossentropy",
            metrics=["accuracy"],
        )
        return model

    def fit(self, hp, model, *args, **kwargs):
        return model.fit(*args, batch_size=hp.Choice("batch_size", [16, 32]), verbose=0, **kwargs)


metric = "val_accuracy"
