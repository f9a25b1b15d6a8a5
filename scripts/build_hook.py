"""What a build adds: the manual in share/man, and README as the description."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface


class Manual(BuildHookInterface[Any]):
    """What hatchling runs before it builds a wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the pages and name them as files to install."""
        root = Path(self.root)
        folder = root / "build" / "man"
        shutil.rmtree(folder, ignore_errors=True)  # pages of commands that have gone
        call = [sys.executable, str(root / "scripts" / "manual.py"), str(folder)]
        subprocess.run(call, check=True)
        for page in sorted(folder.glob("man?/*")):
            name = page.relative_to(folder).as_posix()
            build_data["shared_data"][str(page)] = f"share/man/{name}"


class Description(MetadataHookInterface):
    """What hatchling asks for the long description."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Take README; a picture beside it becomes the command that draws it.

        Who reads the description elsewhere has no such file, and no address of ours.
        """
        text = (Path(self.root) / "README.md").read_text("utf-8")
        text = re.sub(
            r"!\[(`.+`)\]\(\.pictures/.+\)", r"A picture is drawn by \1.", text
        )
        metadata["readme"] = {"content-type": "text/markdown", "text": text}
