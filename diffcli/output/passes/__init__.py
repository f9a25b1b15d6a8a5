"""The forward and the backward pass, node by node: for the screen and typeset."""
