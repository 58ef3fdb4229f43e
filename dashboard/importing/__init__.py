"""Studies that people bring from elsewhere: read, checked, then written as a whole or not at all."""
