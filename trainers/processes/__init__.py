"""Each training is a child process that may be killed: fork server, pipe, supervisor's side."""
