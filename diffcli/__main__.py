"""``python -m diffcli``."""

import sys

from diffcli.cli import main

if __name__ == "__main__":
    sys.exit(main())
