"""Where a result comes from: the command that makes it again, versions and machine."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from walkers.engine.model import STREAM_VERSION
from walkers.engine.provenance import machine, writer

from .._inputs import InputError, read_settings
from .._parameters import plain
from .._words import listed_versions
from .files import slug

if TYPE_CHECKING:
    from .._result import Result


@dataclass(frozen=True)
class Origin:
    """Name of the file that a result was read from, and what that file says of itself."""

    file: str
    n_stored: int
    identity: Mapping[str, str] = field(repr=False)
    writers: Sequence[Mapping[str, str]] = field(repr=False)


def command_of(result: Result) -> str | None:
    """Command that runs the same batches again; None where no command can say its parameters."""
    given = result.params.model_dump()
    rule = result.scenario.wrong_rules.get(result.wrong_rule or "")
    needed = {*changed_parameters(result), *(rule.parameters if rule else ())}
    source = result.scenario.source
    if source is None:
        return None
    # A path is of no use to anybody else: the page carries the file itself.
    file = f"{slug(result.scenario.name)}.py"
    words = ["fluxwalk", "run", file if is_own_file(result) else source]
    for name in (name for name in given if name in needed):
        if isinstance(given[name], np.ndarray) or given[name] is None:
            return None
        words += ["--set", _setting(name, plain(given[name]))]
    if result.wrong_rule:
        words += ["--wrong-rule", result.wrong_rule]
    words += ["--batches", str(result.record.n_batches), "--seed", str(result.record.seed)]
    return shlex.join(words)


def is_own_file(result: Result) -> bool:
    """Whether the scenario stands in a user's own file."""
    return result.scenario.source not in (None, result.scenario.name)


def why_no_command(result: Result) -> str:
    """Say why no command makes a result again."""
    if result.scenario.source is None:
        return "The scenario was made in Python, e.g. in a notebook: no command can name it."
    return "A parameter was given as an array or as None from Python, which no command can say."


def changed_parameters(result: Result) -> list[str]:
    """Names of the parameters that are not at their defaults."""
    values = result.params.model_dump()
    defaults = {name: entry["default"] for name, entry in result.scenario.parameters().items()}
    return [name for name, value in values.items() if plain(value) != plain(defaults[name])]


def _setting(name: str, value: Any) -> str:
    """Write ``name=value`` as ``--set`` reads it, a text bare where that means the same."""
    bare = f"{name}={value}"
    try:
        if isinstance(value, str) and read_settings([bare]) == {name: value}:
            return bare
    except InputError:  # e.g. of an empty text
        pass
    return f"{name}={_toml(value)}"


def _toml(value: Any) -> str:
    """Write a plain value as TOML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_toml(str(k))} = {_toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, str):  # TOML's basic strings are JSON's, which leaves one character raw
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return json.dumps(value)


def provenance(result: Result, record_sha256: str, origin: Origin | None) -> dict[str, str]:
    """List what to know of a run beside its numbers; ``origin`` is of one that was stored."""
    identity = {} if origin is None else origin.identity
    record = result.record
    n_more = 0 if origin is None else origin.n_stored - record.n_batches
    rows = {
        "seed": str(record.seed),
        "batches": f"{record.n_batches}" + (f" (the file holds {n_more} more)" if n_more else ""),
        "record_sha256": record_sha256,
        "model digest": record.model.digest(),
        "stream version": identity.get("stream_version", str(STREAM_VERSION)),
    }
    if origin is None:
        return {**rows, "versions": listed_versions(record.versions), "machine": machine()}
    known = {"stream_version", "seed", "model", "run_digest", "format_version"}
    known |= {"versions", "later_versions"}
    return {
        **rows,
        "run digest": identity["run_digest"],
        "file": f"{origin.file}, format {identity['format_version']}",
        "written with": "; ".join(map(listed_versions, origin.writers)) or "not noted",
        **{name: text for name, text in sorted(identity.items()) if name not in known},
        "read with": listed_versions(writer()),
    }
