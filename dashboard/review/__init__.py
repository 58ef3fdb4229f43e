"""What administrators look after: review queue, search, audit log, people, quotas, retention."""
