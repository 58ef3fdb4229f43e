"""One module per form. Forms check input; services write."""
