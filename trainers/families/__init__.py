"""Model families, one file each: what can be turned, and the networks themselves."""
