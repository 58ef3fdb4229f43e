"""What goes with a downloaded model: scripts that need NumPy, Keras and Pillow, and nothing of Parzen."""
