"""An Optuna objective that trains with Keras and its pruning callback."""

import keras
import optuna
from optuna.integration import TFKerasPruningCallback


def objective(trial):
    (x_train, y_train), (x_valid, y_valid) = keras.datasets.mnist.load_data()
    model = keras.Sequential([keras.layers.Rescaling(1 / 255), keras.layers.Flatten()])
    for i in range(trial.suggest_int("n_layers", 1, 2)):
        model.add(keras.layers.Dense(trial.suggest_int(f"units_l{i}", 8, 32, log=True), "relu"))
    model.add(keras.layers.Dense(10, "softmax"))
    optimizer = trial.suggest_categorical("optimizer", ["Adam", "SGD"])
    rate = trial.suggest_float("lr", 1e-4, 1e-1, log=True)
    model.compile(
        getattr(keras.optimizers, optimizer)(rate), "sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    model.fit(
        x_train,
        y_train,
        validation_data=(x_valid, y_valid),
        epochs=3,
        verbose=0,
        batch_size=32,
        callbacks=[TFKerasPruningCallback(trial, "val_accuracy")],
    )
    trial.set_user_attr("n_params", model.count_params())
    return model.evaluate(x_valid, y_valid, verbose=0)[1]


if __name__ == "__main__":
    study = optuna.create_study(direction="maximize", pruner=optuna.pruners.MedianPruner(n_startup_trials=2))
    study.optimize(objective, n_trials=10)
    print(study.best_trial.params)
