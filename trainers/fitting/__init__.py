"""One Keras fit for all families: batches, callbacks, saved epochs, folds."""
