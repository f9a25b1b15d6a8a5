"""The machines: each is a loop over a list."""
