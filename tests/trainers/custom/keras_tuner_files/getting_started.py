"""A model function with a loop of layers, tuned on images that Keras brings."""

import keras
import keras_tuner
from keras import layers


def build_model(hp):
    model = keras.Sequential()
    model.add(layers.Flatten())
    for i in range(hp.Int("num_layers", 1, 3)):
        units = hp.Int(f"units_{i}", min_value=32, max_value=512, step=32)
        model.add(layers.Dense(units, activation=hp.Choice("activation", ["relu", "tanh"])))
    if hp.Boolean("dropout"):
        model.add(layers.Dropout(rate=0.25))
    model.add(layers.Dense(10, activation="softmax"))
    learning_rate = hp.Float("lr", min_value=1e-4, max_value=1e-2, sampling="log")
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate=learning_rate),
        loss="categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model


build_model(keras_tuner.HyperParameters())
tuner = keras_tuner.RandomSearch(
    hypermodel=build_model,
    objective="val_accuracy",
    max_trials=3,
    executions_per_trial=2,
    overwrite=True,
    directory="my_dir",
    project_name="helloworld",
)
tuner.search_space_summary()

(x, y), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train, x_val = x[:-20].astype("float32") / 255, x[-20:].astype("float32") / 255
y_train, y_val = keras.utils.to_categorical(y[:-20], 10), keras.utils.to_categorical(y[-20:], 10)

tuner.search(x_train, y_train, epochs=2, validation_data=(x_val, y_val))

models = tuner.get_best_models(num_models=2)
tuner.results_summary()
