"""What pages cost the server and whoever waits for them, beside optuna-dashboard on the same trials."""
