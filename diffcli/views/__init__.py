"""One file per kind of result: result to Document."""
