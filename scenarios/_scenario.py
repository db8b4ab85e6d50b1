"""What a scenario file is to the house: found and checked."""

from __future__ import annotations

import difflib
import importlib
import importlib.util
import inspect
import pkgutil
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol, cast

import walkers
from analysis import Check, Prediction

from ._parameters import Parameters


@dataclass(frozen=True)
class Quantity:
    """What a scenario measures: unit, what "relative" refers to, and one line of help."""

    unit: str
    scale: str
    help: str


@dataclass(frozen=True)
class WrongRule:
    """A rule that the law must refuse: a changed setting of the same Model.

    ``moves``: the sign of z of every quantity that the change must convict, at ``parameters``.
    """

    help: str
    change: Callable[[Any], walkers.Model]
    moves: Mapping[str, int]
    parameters: Mapping[str, Any] = field(default_factory=dict)


class ScenarioFile(Protocol):
    """The module-level names of a scenario file."""

    __name__: str
    __file__: str
    Params: type[Parameters]
    QUANTITIES: Mapping[str, Quantity]

    def build(self, p: Any) -> walkers.Model:
        """Model of one batch."""

    def laws(self, p: Any) -> Mapping[str, Prediction]:
        """Law of every quantity, without a simulation, in the order of QUANTITIES.

        Of ``W[i,j]`` in QUANTITIES there may be many, ``W[left,right]`` and so on.
        """

    def checks(self, record: walkers.Record, p: Any) -> list[Check]:
        """Questions to the record, in the order of QUANTITIES."""


class ScenarioError(ValueError):
    """A scenario that does not exist or is broken: one line with the reason."""


@dataclass(frozen=True)
class Scenario:
    """A loaded scenario file under its hyphenated name."""

    name: str
    file: ScenarioFile

    @property
    def source(self) -> str | None:
        """What ``load`` finds it by: an installed scenario's name, a file's path; else None."""
        if not hasattr(self.file, "__file__"):  # made of parts, in a notebook perhaps
            return None
        if self.file.__name__.startswith(_OWN_FILE):
            return str(Path(self.file.__file__).resolve())
        return self.name

    @property
    def question(self) -> str:
        """First line of the file's docstring."""
        return (self.file.__doc__ or "").strip().splitlines()[0]

    @property
    def rule(self) -> str:
        """The file's docstring: question, rule, and where it is exact."""
        return inspect.cleandoc(self.file.__doc__ or "")

    @property
    def wrong_rules(self) -> Mapping[str, WrongRule]:
        """Rules that the law must refuse, by name."""
        return getattr(self.file, "WRONG_RULES", {})

    def family(self, quantity: str) -> str:
        """Name in QUANTITIES of what is measured: ``W[left,right]`` is one of ``W[i,j]``."""
        if quantity in self.file.QUANTITIES:
            return quantity
        head = f"{quantity.partition('[')[0]}["
        return next((name for name in self.file.QUANTITIES if name.startswith(head)), quantity)

    def call(self, part: str, *arguments: Any) -> Any:
        """Call ``build``, ``laws``, ``checks`` or ``plot`` of the file.

        Raises
        ------
        ScenarioError
            If a user's own file fails: one line with the place. Whatever an installed one raises.
        """
        try:
            return getattr(self.file, part)(*arguments)
        except Exception as error:
            if not self.file.__name__.startswith(_OWN_FILE):
                raise
            places = traceback.extract_tb(error.__traceback__)
            own = [place.lineno for place in places if place.filename == self.file.__file__]
            where = f"{self.file.__file__}, line {own[-1] if own else 0}, in {part}"
            raise ScenarioError(f"{where}: {_reason(error)}") from error

    def cautions(self, params: Parameters) -> list[str]:
        """Say what a reader of the verdicts should know of these parameters."""
        said: list[str] = getattr(self.file, "cautions", lambda p: [])(params)
        return said

    def batch_error(self, params: Parameters) -> float | None:
        """Relative error of the leading quantity after one batch, if the file can say it."""
        said: float | None = getattr(self.file, "batch_error", lambda p: None)(params)
        return said

    def remarks(self, record: walkers.Record, params: Parameters) -> list[str]:
        """Say what the file has to say of a finished run beside its verdicts."""
        said: list[str] = getattr(self.file, "remarks", lambda record, p: [])(record, params)
        return said

    def laws_at_defaults(self) -> Mapping[str, Prediction]:
        """Law of every quantity at the default parameters.

        Raises
        ------
        ScenarioError
            If the file cannot say them, or says them of other quantities than it measures.
        """
        try:
            laws = self.file.laws(self.file.Params())
        except Exception as error:
            raise ScenarioError(f"{self.name}: broken scenario ({_reason(error)})") from error
        if list(dict.fromkeys(map(self.family, laws))) != list(self.file.QUANTITIES):
            raise ScenarioError(f"{self.name}: broken scenario (laws and QUANTITIES differ)")
        return laws

    @property
    def law_name(self) -> str:
        """Name of the leading law: ``LAW_NAME`` of a file whose laws take long, else from them.

        Raises
        ------
        ScenarioError
            If the file cannot say it.
        """
        named: str | None = getattr(self.file, "LAW_NAME", None)
        return named or next(iter(self.laws_at_defaults().values())).law_name

    def parameters(self) -> dict[str, dict[str, Any]]:
        """Default, unit, minimum, maximum and help of each parameter."""
        schema = self.file.Params.model_json_schema()["properties"]
        return {
            name: {
                "default": entry.get("default"),
                "unit": entry.get("unit", ""),
                "minimum": _bound(entry, "minimum", "exclusiveMinimum", "ge", "gt"),
                "maximum": _bound(entry, "maximum", "exclusiveMaximum", "le", "lt"),
                "help": entry.get("description", ""),
            }
            for name, entry in schema.items()
        }


def _bound(entry: Mapping[str, Any], *names: str) -> Any:
    """Bound of a parameter, of its number where it may also be left out."""
    choices = (entry, *entry.get("anyOf", ()))
    return next((choice[name] for choice in choices for name in names if name in choice), None)


_OWN_FILE = "fluxwalk_scenario_"
"""Modules of scenario files given by their path have names that start so."""

_NOT_SCENARIOS = {"cli"}


def names() -> list[str]:
    """Hyphenated names of all installed scenario files, in alphabetical order."""
    package = importlib.import_module(__package__)
    files = (module.name for module in pkgutil.iter_modules(package.__path__))
    return sorted(
        name.replace("_", "-")
        for name in files
        if not name.startswith("_") and name not in _NOT_SCENARIOS
    )


def load(name: str | Path | ModuleType | Scenario) -> Scenario:
    """Load a scenario by its name, by the path of its file, or from a module.

    Raises
    ------
    ScenarioError
        If there is none of that name, or its file is broken.
    """
    if isinstance(name, Scenario):
        return name
    if isinstance(name, ModuleType):
        return _checked(name.__name__.rpartition(".")[2], name)
    text = str(name)
    if text.endswith(".py"):
        return _load_file(Path(text))
    hyphenated = text.replace("_", "-")
    if hyphenated not in names():
        near = difflib.get_close_matches(hyphenated, names(), 1)
        meant = f"did you mean {near[0]}? " if near else ""
        raise ScenarioError(f"{text}: no such scenario; {meant}there are: {', '.join(names())}")
    try:
        module = importlib.import_module(f"{__package__}.{hyphenated.replace('-', '_')}")
    except (Exception, SystemExit) as error:  # a broken file must not hide the others
        raise ScenarioError(f"{hyphenated}: broken scenario ({_reason(error)})") from error
    return _checked(hyphenated, module)


def _load_file(path: Path) -> Scenario:
    if not path.is_file():
        raise ScenarioError(f"{path}: no such scenario file")
    module_name = f"{_OWN_FILE}{path.stem}"
    spec = importlib.util.spec_from_file_location(module_name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module  # dataclasses look their own module up there
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        raise ScenarioError(f"{path}: broken scenario ({_reason(error)})") from error
    return _checked(path.stem, module)


def _reason(error: BaseException) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())


def _checked(name: str, module: ModuleType) -> Scenario:
    missing = [
        part
        for part in ("__doc__", "Params", "QUANTITIES", "build", "laws", "checks")
        if not getattr(module, part, None)
    ]
    if missing:
        raise ScenarioError(f"{name}: broken scenario (it lacks {', '.join(missing)})")
    return Scenario(name.replace("_", "-"), cast(ScenarioFile, module))
