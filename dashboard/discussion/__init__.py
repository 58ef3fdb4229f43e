"""What people write about studies, and what they are told: notes, comments, notifications."""
