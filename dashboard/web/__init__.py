"""What the views of all rooms share: requests, polling, paging, errors, uploads on their way in."""
