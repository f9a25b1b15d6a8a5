"""One file per method: ``TITLE``, ``SUMMARY`` and ``gradient(problem)``."""
