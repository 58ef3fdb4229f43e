"""Results that people take away: tables of trials, whole studies, Python files."""
