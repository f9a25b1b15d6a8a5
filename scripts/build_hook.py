"""Put the manual into the wheel: share/man/man1, made anew for each build."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Manual(BuildHookInterface[Any]):
    """What hatchling runs before it builds a wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the pages and name them as files to install."""
        root = Path(self.root)
        folder = root / "build" / "man" / "man1"
        shutil.rmtree(folder, ignore_errors=True)  # pages of commands that have gone
        call = [sys.executable, str(root / "scripts" / "manual.py"), str(folder)]
        subprocess.run(call, check=True)
        for page in sorted(folder.glob("*.1")):
            build_data["shared_data"][str(page)] = f"share/man/man1/{page.name}"
