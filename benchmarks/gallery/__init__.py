"""The pictures of the documents: a Parzen of its own with seeded data, and Chromium that looks at it."""
