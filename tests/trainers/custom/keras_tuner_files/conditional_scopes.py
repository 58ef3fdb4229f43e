"""Two kinds of models under conditional scopes, watched with TensorBoard."""

import keras
import keras_tuner
from keras import layers

(x_train, y_train), (x_test, y_test) = keras.datasets.fashion_mnist.load_data()
x_train = x_train.astype("float32").reshape(len(x_train), 28, 28, 1) / 255
x_val, y_val = x_train[-20:], y_train[-20:]
x_train, y_train = x_train[:-20], y_train[:-20]


def build_model(hp):
    inputs = keras.Input(shape=(28, 28, 1))
    model_type = hp.Choice("model_type", ["mlp", "cnn"])
    x = inputs
    with hp.conditional_scope("model_type", ["mlp"]):
        if model_type == "mlp":
            x = layers.Flatten()(x)
            for i in range(hp.Int("mlp_layers", 1, 2)):
                x = layers.Dense(hp.Int(f"units_{i}", 32, 128, step=32), activation="relu")(x)
    with hp.conditional_scope("model_type", ["cnn"]):
        if model_type == "cnn":
            for i in range(hp.Int("cnn_layers", 1, 2)):
                x = layers.Conv2D(hp.Int(f"filters_{i}", 8, 32, step=8), 3, activation="relu")(x)
                x = layers.MaxPooling2D()(x)
            x = layers.GlobalAveragePooling2D()(x)
    if hp.Boolean("dropout"):
        x = layers.Dropout(0.5)(x)
    outputs = layers.Dense(10, activation="softmax")(x)
    model = keras.Model(inputs, outputs)
    model.compile(
        optimizer=hp.Choice("optimizer", ["adam", "sgd"]),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model


tuner = keras_tuner.RandomSearch(
    build_model, max_trials=4, overwrite=True, objective="val_accuracy", directory="/tmp/tb"
)
tuner.search(
    x_train,
    y_train,
    validation_data=(x_val, y_val),
    epochs=2,
    callbacks=[keras.callbacks.TensorBoard("/tmp/tb_logs")],
)
