"""Refuse to work with a stranger's ``walkers`` or ``analysis``."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

from ._start import is_command


def refuse_strangers() -> None:
    """Raise if Python would import ``walkers`` or ``analysis`` from outside this installation.

    The message goes to stderr as one line, with exit status 2, where the command is starting.

    Raises
    ------
    ImportError
        With the file that hides ours and what to do.
    """
    ours = Path(__file__).resolve().parents[1]
    for name in ("walkers", "analysis"):
        origin = _origin(name)
        if origin == ours / name / "__init__.py":
            continue
        message = (
            f"{origin or 'nothing'} is imported as '{name}' instead of fluxwalk's own "
            f"{ours / name}: rename that file, or start from another folder"
        )
        if is_command():
            print(f"fluxwalk: {message}", file=sys.stderr)
            raise SystemExit(2)
        raise ImportError(message)


def _origin(name: str) -> Path | None:
    """File that is, or would be, imported under a name."""
    module = sys.modules.get(name)
    if module is not None:
        file = getattr(module, "__file__", None)
    else:
        spec = importlib.util.find_spec(name)
        file = spec.origin if spec else None
    return Path(file).resolve() if file else None
