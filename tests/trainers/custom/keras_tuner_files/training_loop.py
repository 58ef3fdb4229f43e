"""A hypermodel with a training loop of its own, which tunes batch size and epochs and reports a metric."""

import keras
import keras_tuner
import numpy as np
import tensorflow as tf


class MyHyperModel(keras_tuner.HyperModel):
    def build(self, hp):
        inputs = keras.Input(shape=(28, 28))
        x = keras.layers.Flatten()(inputs)
        x = keras.layers.Dense(hp.Choice("units", [16, 32, 64]), activation="relu")(x)
        return keras.Model(inputs, keras.layers.Dense(10)(x))

    def fit(self, hp, model, x, y, validation_data, callbacks=None, **kwargs):
        batch_size = hp.Int("batch_size", 16, 64, step=16, default=32)
        train = tf.data.Dataset.from_tensor_slices((x, y)).batch(batch_size)
        validation = tf.data.Dataset.from_tensor_slices(validation_data).batch(batch_size)
        optimizer = keras.optimizers.Adam(hp.Float("learning_rate", 1e-4, 1e-2, sampling="log", default=1e-3))
        loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        measured = keras.metrics.Mean()

        @tf.function
        def train_step(images, labels):
            with tf.GradientTape() as tape:
                loss = loss_of(labels, model(images))
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))

        for callback in callbacks or []:
            callback.set_model(model)
        best = float("inf")
        for epoch in range(2):
            for images, labels in train:
                train_step(images, labels)
            for images, labels in validation:
                measured.update_state(loss_of(labels, model(images)))
            value = float(measured.result().numpy())
            measured.reset_state()
            for callback in callbacks or []:
                callback.on_epoch_end(epoch, logs={"my_metric": value})
            best = min(best, value)
        return best


tuner = keras_tuner.RandomSearch(
    objective=keras_tuner.Objective("my_metric", "min"),
    max_trials=2,
    hypermodel=MyHyperModel(),
    directory="results",
    project_name="custom_training",
    overwrite=True,
)
rng = np.random.default_rng(0)
x_train, y_train = rng.random((96, 28, 28)).astype("float32"), rng.integers(0, 10, (96, 1))
x_val, y_val = rng.random((32, 28, 28)).astype("float32"), rng.integers(0, 10, (32, 1))
tuner.search(x=x_train, y=y_train, validation_data=(x_val, y_val))
