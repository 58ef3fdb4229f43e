"""The same model with a space that is cut to size: some hyperparameters are fixed, others get new bounds."""

import keras
import keras_tuner as kt
from keras import layers


def build_model(hp):
    model = keras.Sequential([layers.Flatten()])
    for i in range(hp.Int("num_layers", 2, 4, default=2)):
        model.add(layers.Dense(hp.Int(f"units_{i}", 32, 256, step=32, default=64), activation="relu"))
    model.add(layers.Dropout(hp.Float("dropout", 0, 0.5, step=0.1, default=0.2)))
    model.add(layers.Dense(10))
    model.compile(
        optimizer=keras.optimizers.Adam(hp.Choice("learning_rate", [1e-2, 1e-3, 1e-4])),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    return model


hp = kt.HyperParameters()
hp.Fixed("learning_rate", value=1e-3)
hp.Int("num_layers", 2, 3)

tuner = kt.BayesianOptimization(
    build_model,
    hyperparameters=hp,
    tune_new_entries=True,
    optimizer=keras.optimizers.Adam(1e-2),
    metrics=["accuracy"],
    objective="val_accuracy",
    max_trials=3,
    overwrite=True,
    directory="my_dir",
)

(x_train, y_train), (x_val, y_val) = keras.datasets.mnist.load_data()
tuner.search(x_train / 255.0, y_train, epochs=2, validation_data=(x_val / 255.0, y_val))
