"""What a user typed or wrote: ``--set`` pairs and TOML files, read into plain values."""

from __future__ import annotations

import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ._parameters import shown


class InputError(ValueError):
    """An option or a file that cannot be used: one line that says which and why."""


@dataclass(frozen=True)
class RunFile:
    """A TOML file that describes a run; None where it is silent."""

    scenario: str
    seed: Any = None
    precision: Any = None
    batches: Any = None
    parameters: dict[str, Any] = field(default_factory=dict)
    sweep: dict[str, Any] = field(default_factory=dict)


FileStamp = tuple[int, int]


def file_stamp(path: str | Path) -> FileStamp | None:
    """Time and size by which a changed file is told from the one read before; None of no file."""
    try:
        found = Path(path).stat()
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_size


_KEYS = ("scenario", "seed", "precision", "batches", "parameters", "sweep")


def read_run_file(path: Path) -> RunFile:
    """Read a TOML file: scenario, optional seed, precision, batches, parameters, sweep.

    Raises
    ------
    InputError
        If it cannot be read, is not TOML, or holds a key that means nothing.
    """
    content = _read_toml(path)
    for key in content:
        if key not in _KEYS:
            raise InputError(f"{path}: {key}: no such key; there are: {', '.join(_KEYS)}")
    scenario = content.get("scenario")
    if not isinstance(scenario, str):
        raise InputError(f"{path}: scenario: must name a scenario, got {shown(scenario)}")
    for table in ("parameters", "sweep"):
        if not isinstance(content.get(table, {}), dict):
            raise InputError(f"{path}: {table}: must be a table, got {shown(content[table])}")
    return RunFile(**content)


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: must be UTF-8, byte {error.start} is not") from None
    except RecursionError:
        raise InputError(f"{path}: not TOML (nested too deeply)") from None
    except ValueError as error:
        raise InputError(f"{path}: not TOML ({error})") from None


def read_settings(pairs: Sequence[str]) -> dict[str, Any]:
    """Read ``key=value`` pairs, the values as TOML; a bare word is a string.

    Raises
    ------
    InputError
        If a pair has no key or no value, or a key comes twice.
    """
    settings: dict[str, Any] = {}
    for pair in pairs:
        key, equals, text = (part.strip() for part in pair.partition("="))
        if not (key and equals and text):
            raise InputError(f"--set: must be key=value, got {shown(pair)}")
        key = key.replace("-", "_")
        if key in settings:
            raise InputError(f"--set: {key} is given twice")
        settings[key] = _toml_value(text)
    return settings


def read_number(text: str | None) -> Any:
    """Read a number of an option as ``--set`` reads its values, so that 1e6 counts too."""
    return None if text is None else _toml_value(text)


def split_list(text: str) -> list[Any]:
    """Read ``a,b,c`` as ``--set`` reads its values; a comma within quotes or brackets is none."""
    whole = _toml_value(f"[{text}]")
    if not isinstance(whole, list):  # bare words
        return [_toml_value(part.strip()) for part in text.split(",") if part.strip()]
    return whole[0] if len(whole) == 1 and isinstance(whole[0], list) else whole


def _toml_value(text: str) -> Any:
    """One TOML value, or the text itself where it is none."""
    try:
        content = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):
        return text
    return content["value"] if list(content) == ["value"] else text


def checked_figure_path(path: Path) -> Path:
    """Refuse a figure that could not be saved, before the run.

    Raises
    ------
    InputError
        If its format is unknown or its place cannot be written.
    """
    from matplotlib.backend_bases import FigureCanvasBase

    formats = FigureCanvasBase.get_supported_filetypes()
    if path.suffix[1:].lower() not in formats:
        raise InputError(f"--plot: {path} must end with one of .{', .'.join(sorted(formats))}")
    try:
        if path.exists():
            with path.open("ab"):
                pass
        else:
            with tempfile.TemporaryFile(dir=path.parent):
                pass
    except OSError as error:
        raise InputError(f"--plot: {path} cannot be written ({error.strerror})") from None
    return path
