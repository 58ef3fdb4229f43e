"""The trials of a study that a filter selects, for every view of its page."""
