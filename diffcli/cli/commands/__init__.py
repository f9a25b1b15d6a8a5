"""One file per command, named as the user types it.

A file may say, in ``ALSO``, under which other words people look for it, and with what
option it is that then.
"""

HELP = ["-h", "--help"]
"""The names of the option that shows help, of all commands."""
