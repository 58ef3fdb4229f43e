"""The best network in plain Keras: the code that its model is saved with, in a file that needs no other."""

import ast

from dashboard.export.python_files.parts import Found, head

DOC = '''"""The best network of a study in plain Keras (`pip install keras` and a backend).

`train(x, y)` trains it from new weights, with the settings of the trial. *Download model* on the page of
the trial has the trained weights, and scripts that prepare rows, apply CLASS_WEIGHTS and MIXUP, and predict.
"""
'''
END = '''

def train(x, y, validation_data=None):
    """Return the network, trained on prepared rows and their targets."""
    keras.utils.set_random_seed(SEED)
    network = build()
    compile_network(network)
    network.fit(
        x, y, batch_size=BATCH_SIZE, epochs=EPOCHS, validation_data=validation_data, callbacks=callbacks()
    )
    return network


if __name__ == "__main__":
    build().summary()
'''


def keras_file(found: Found, network_code: str) -> str:
    # The code has the seed of the trial under this name.
    own = [line for line in head(found) if not line.startswith("SEED = ")]
    return "\n".join([DOC, *_without_docstring(network_code), "", *own, END])


def _without_docstring(code: str) -> list[str]:
    first = ast.parse(code).body[0]
    lines = code.rstrip("\n").splitlines()
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        lines = lines[first.end_lineno :]
    while lines and not lines[0]:
        lines = lines[1:]
    return lines
