"""The study's second view: why it goes as it does."""
