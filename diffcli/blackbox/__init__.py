"""Functions that nobody can look into: a program that talks JSON, a Python callable."""
