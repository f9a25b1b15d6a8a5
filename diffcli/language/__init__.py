"""Text to expression and back."""
