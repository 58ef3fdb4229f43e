"""Finding a study, a trial, a page or an action by typing; and the shortcuts of the keyboard."""
