"""Every write, a name per verb. State moves only here, by a filtered update and its row count."""
