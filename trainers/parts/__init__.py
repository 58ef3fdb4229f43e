"""Parts that model families share: each declares its knobs once and builds what they say.

The modules are read by the web process for their knobs, so Keras is loaded inside the functions that build.
"""
