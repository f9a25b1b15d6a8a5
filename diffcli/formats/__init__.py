"""One file per format: Documents to lines."""
