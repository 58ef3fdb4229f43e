"""What a page says: queries and charts put together into sentences, numbers and pictures."""
