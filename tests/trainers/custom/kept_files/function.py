"""A function with conditional scopes and one name in two branches, whose model Keras alone can load."""

import keras


def build_model(hp):
    model = keras.Sequential([keras.layers.Rescaling(1 / 255)])
    kind = hp.Choice("kind", ["wide", "deep"])
    model.add(keras.layers.Flatten())
    with hp.conditional_scope("kind", ["wide"]):
        if kind == "wide":
            model.add(keras.layers.Dense(hp.Int("units", 32, 64, 16), activation="relu"))
    with hp.conditional_scope("kind", ["deep"]):
        if kind == "deep":
            model.add(keras.layers.Dense(hp.Int("units", 4, 8, 2), activation="relu"))
            model.add(keras.layers.Dense(8))
    model.add(keras.layers.Dense(10, activation="softmax"))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model
