# Sourced by run and test: makes .venv and installs diffcli in it, once.
# Usage: setup EXTRA, where EXTRA is "" or "[dev]". Says nothing unless there is work.
# Where other_python is 3.13, say, the environment is .venv-3.13, of that Python; where
# lowest is set, it is .venv-lowest, with the oldest packages that pyproject.toml allows.

root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
venv="$root/.venv${other_python:+-$other_python}${lowest:+-lowest}"

find_python() {
    if [ -n "${other_python-}" ]; then
        for name in "python$other_python" "$(uv python find "$other_python" 2>/dev/null)"; do
            if "$name" -c '' 2>/dev/null; then
                echo "$name"
                return
            fi
        done
        echo "There is no python$other_python: install it, or have uv install it." >&2
        exit 1
    fi
    for name in python3 python3.15 python3.14 python3.13 python3.12 python3.11 python; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$name"
            return
        fi
    done
    echo "diffcli needs Python 3.11 or newer: install python3.11 (or a later python3)." >&2
    exit 1
}

# What a user needs, each at the oldest version that is promised.
lowest_packages() {
    (cd "$root" && "$venv/bin/python" -c '
import tomllib
from pathlib import Path

project = tomllib.loads(Path("pyproject.toml").read_text("utf-8"))["project"]
extras = project["optional-dependencies"]
packages = [*project["dependencies"], *extras["dask"], *extras["fast"], *extras["proof"]]
print(*(package.replace(">=", "==") for package in packages), sep="\n")')
}

setup() {
    # What is installed is noted in the environment, so that the second call is quick.
    wanted="$1 $(cksum < "$root/pyproject.toml")"
    done_file="$venv/diffcli-installed"
    if [ -f "$done_file" ] && [ -x "$venv/bin/python" ]; then
        case "$(cat "$done_file")" in "$wanted" | "[dev] ${wanted#* }") return ;; esac
    fi
    if [ ! -x "$venv/bin/python" ]; then
        found=$(find_python) || exit 1
        rm -rf "$venv"
        if ! "$found" -m venv "$venv" >/dev/null 2>&1; then
            rm -rf "$venv"
            echo "diffcli needs Python's venv module: install python3-venv." >&2
            exit 1
        fi
    fi
    echo "Installing diffcli$1 into ${venv##*/}, once ..." >&2
    ${lowest:+lowest_packages} > "$venv/constraints.txt"
    if ! (cd "$root" && "$venv/bin/python" -m pip install --quiet \
            --disable-pip-version-check --constraint "$venv/constraints.txt" \
            --editable ".$1") >&2; then
        echo "diffcli could not be installed; pip's reason stands above." >&2
        exit 1
    fi
    # pip compiles what it installs, but not what it links to.
    "$venv/bin/python" -m compileall -q "$root/diffcli"
    echo "$wanted" > "$done_file"
}
