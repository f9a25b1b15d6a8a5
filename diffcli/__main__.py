"""Where the process starts: ``diffcli`` and ``python -m diffcli``."""

import sys


def main() -> int:
    """Run one call and return its exit code; Ctrl-C counts from the first moment."""
    import gc

    # A run is short, and expressions hold no cycles: there is nothing to collect,
    # and looking for it would take a tenth of the start-up and a third of the parsing.
    gc.disable()
    try:
        from diffcli.cli.main import main as run
    except KeyboardInterrupt:
        return 130
    return run()


if __name__ == "__main__":
    sys.exit(main())
