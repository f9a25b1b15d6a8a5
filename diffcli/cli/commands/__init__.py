"""One file per command, named as the user types it."""

HELP = ["-h", "--help"]
"""The names of the option that shows help, of all commands."""
