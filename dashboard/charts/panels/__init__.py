"""Pictures of many trials: small plots of a few kinds of marks, which browser, SVG and CSV draw alike."""
