"""The two tables: what the functions are, and what the calculus is."""
