"""Look up, call a service, render."""
