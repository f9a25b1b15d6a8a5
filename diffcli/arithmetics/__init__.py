"""One file per kind of number."""
