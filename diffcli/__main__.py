"""Where the process starts: ``diffcli`` and ``python -m diffcli``."""

import sys

#: The signals that end a run: it is unwound, so that nothing is left over.
ENDING = ("SIGINT", "SIGTERM", "SIGHUP")


def main() -> int:
    """Run one call and return its exit code; a signal counts from the first moment."""
    received: list[int] = []
    try:
        _listen(received)
        import gc

        # A run is short, and expressions hold no cycles: there is nothing to collect,
        # and looking for it would take a tenth of the start-up and a third of the
        # parsing.
        gc.disable()
        from diffcli.cli.main import main as run

        code = run()
        # Nor at the end, when Python would look through all that is left once more.
        if nodes := sys.modules.get("diffcli.language.expression"):
            nodes.keep()
        gc.freeze()
    except KeyboardInterrupt:
        code = 130
    _listen([0])  # what is left is Python's own end, which no signal improves
    return 128 + received[0] if received else code


def _listen(received: list[int]) -> None:
    """Let every ending signal raise KeyboardInterrupt, and note it.

    Every second one does not: a shell that goes away sends HUP twice, and the second
    must not interrupt the tidying up after the first.
    """
    # What the signal module adds to this, enumerations, is a tenth of our start-up.
    import _signal as signals  # type: ignore[import-not-found]

    def end(number: int, _: object) -> None:
        received.append(number)
        if len(received) % 2:
            raise KeyboardInterrupt

    for name in ENDING:
        number = getattr(signals, name, None)  # no HUP outside of POSIX
        if number is not None and signals.getsignal(number) != signals.SIG_IGN:
            signals.signal(number, end)


if __name__ == "__main__":
    sys.exit(main())
