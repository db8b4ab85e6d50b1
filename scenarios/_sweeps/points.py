"""Which points a sweep runs: ranges and lists of values of some parameters, and their grid."""

from __future__ import annotations

import hashlib
import itertools
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

import walkers

from .._inputs import InputError, split_list
from .._job import Job, checked_options, find_wrong_rule, prepared
from .._parameters import ParameterError, Parameters, integral, number, real, shown, validate
from .._scenario import Scenario, ScenarioError

MAXIMUM_POINTS = 1000

Axes = dict[str, tuple[Any, ...]]
"""Values of every swept parameter by its name."""

_RANGE = re.compile(r"([^:,\[\]]+):([^:,\[\]]+):([^:,\[\]]+)(:log)?")


def read_axes(params: type[Parameters], pairs: Sequence[str]) -> Axes:
    """Read ``key=start:stop:count[:log]`` and ``key=a,b,c``.

    Raises
    ------
    InputError, ParameterError
        If a pair has another shape, a key comes twice, or a range cannot be.
    """
    axes: Axes = {}
    for pair in pairs:
        key, equals, text = (part.strip() for part in pair.partition("="))
        if not (key and equals and text):
            raise InputError(
                f"a sweep needs key=start:stop:count[:log] or key=a,b,c, got {shown(pair)}"
            )
        key = key.replace("-", "_")
        if key in axes:
            raise InputError(f"{key}: is given twice")
        axes[key] = _values(params, key, text)
    return axes


def axes_of_table(params: type[Parameters], table: Mapping[str, Any]) -> Axes:
    """Read a file's table of swept parameters: lists, and ranges as text.

    Raises
    ------
    InputError, ParameterError
        If a value is neither.
    """
    axes: Axes = {}
    for name, value in table.items():
        if isinstance(value, list):
            axes[name] = tuple(value)
        elif isinstance(value, str):
            axes[name] = range_values(name, value, _is_whole(params, name))
        else:
            raise InputError(
                f"sweep: {name} must be a list or 'start:stop:count[:log]', got {shown(value)}"
            )
    return axes


def split_keywords(
    params: type[Parameters], keywords: Mapping[str, Any]
) -> tuple[Axes, dict[str, Any]]:
    """Tell swept parameters from those that keep one value.

    A sequence or a range's text is swept over, unless the parameter itself accepts it as a value.
    """
    axes: Axes = {}
    fixed: dict[str, Any] = {}
    for key, value in keywords.items():
        if isinstance(value, str) and _RANGE.fullmatch(value) and not _accepts(params, key, value):
            axes[key] = range_values(key, value, _is_whole(params, key))
        elif _is_sequence(value) and not _accepts(params, key, value):
            axes[key] = tuple(value.tolist() if isinstance(value, np.ndarray) else value)
        else:
            fixed[key] = value
    return axes, fixed


def range_values(name: str, text: str, whole: bool) -> tuple[Any, ...]:
    """Values of ``start:stop:count[:log]``, ends included.

    Steps are rounded to six digits, as tables show them, so that a point can be run again from
    what is printed; of a count they are rounded to whole numbers.

    Raises
    ------
    ParameterError
        If the range cannot be.
    """
    found = _RANGE.fullmatch(text)
    shape = "must be start:stop:count[:log]"
    if found is None:
        raise ParameterError(f"{name}: {shape}, got {shown(text)}")
    try:
        start, stop = (real(_number(part)) for part in found.group(1, 2))
        count = integral(_number(found.group(3)))
    except ValueError as error:
        raise ParameterError(f"{name}: {shape}, a part of it {error}, got {shown(text)}") from None
    if not 2 <= count <= MAXIMUM_POINTS:
        said = f"count must be at least 2 and at most {MAXIMUM_POINTS}"
        raise ParameterError(f"{name}: {said}, got {shown(text)}")
    if start == stop:
        raise ParameterError(f"{name}: start and stop must differ, got {shown(text)}")
    if found.group(4) is None:
        values = np.linspace(start, stop, count)
    elif min(start, stop) > 0.0:
        values = np.geomspace(start, stop, count)
    else:
        raise ParameterError(f"{name}: a logarithmic range must be above 0, got {shown(text)}")
    if whole:
        return _whole_numbers(name, text, values)
    return _rounded_steps(values, start, stop)


def _whole_numbers(name: str, text: str, values: Any) -> tuple[int, ...]:
    rounded = tuple(round(float(value)) for value in values)
    if (n_distinct := len(set(rounded))) < len(rounded):
        raise ParameterError(
            f"{name}: holds only {n_distinct} different whole numbers, fewer than "
            f"{len(rounded)}, got {shown(text)}"
        )
    return rounded


def _rounded_steps(values: Any, start: float, stop: float) -> tuple[float, ...]:
    smallest = float(np.abs(np.diff(values)).min())
    for n_digits in (6, 12):
        rounded = [float(f"{value:.{n_digits}g}") for value in values]
        if np.abs(np.array(rounded) - values).max() < 0.01 * smallest:
            return (start, *rounded[1:-1], stop)
    return tuple(map(float, values))


def _number(text: str) -> Any:
    try:
        return float(text)
    except ValueError:
        raise ValueError("must be a finite number") from None


def _values(params: type[Parameters], name: str, text: str) -> tuple[Any, ...]:
    if _RANGE.fullmatch(text):
        return range_values(name, text, _is_whole(params, name))
    values = split_list(text)
    if len(values) < 2:
        raise InputError(
            f"{name}: {shown(text)} is one value; sweep over start:stop:count[:log] or a,b,c, "
            "or give it with --set"
        )
    return tuple(values)


def _is_whole(params: type[Parameters], name: str) -> bool:
    """Whether a parameter takes whole numbers only."""
    entry = params.model_json_schema()["properties"].get(name, {})
    kinds = {choice.get("type") for choice in (entry, *entry.get("anyOf", ()))}
    return "integer" in kinds and "number" not in kinds


def _is_sequence(value: Any) -> bool:
    return isinstance(value, list | tuple | range) or (
        isinstance(value, np.ndarray) and value.ndim == 1
    )


def _accepts(params: type[Parameters], name: str, value: Any) -> bool:
    """Whether a parameter takes this as one value, whatever the others are."""
    if name not in params.model_fields:
        return False
    try:
        validate(params, {name: value})
    except ParameterError as error:
        return not str(error).startswith((f"{name}:", f"{name}."))
    return True


def shown_point(point: Mapping[str, Any]) -> str:
    """Name a point of a sweep: ``T_hot=400, alpha=0.9``."""
    return ", ".join(f"{name}={shown_value(value)}" for name, value in point.items())


def shown_value(value: Any) -> str:
    """Show one value of a swept parameter, numbers as briefly as they can be."""
    if isinstance(value, float) and math.isfinite(value):
        return number(value)
    return value if isinstance(value, str) else shown(value)


def prepared_points(
    scenario: Scenario,
    axes: Axes,
    fixed: Mapping[str, Any],
    seed: Any,
    n_batches: Any,
    precision: Any,
    wrong_rule: str | None,
    independent: bool = False,
) -> list[Job]:
    """Check every point of the grid, and build its model, before any of them runs.

    Independent points have seeds of their own; points of one model share it all the same.

    Raises
    ------
    ParameterError, ScenarioError
        With one line that names the point and the parameter.
    """
    if not axes:
        raise ParameterError(
            f"{scenario.name}: nothing to sweep over; give a parameter several values, "
            "as key=start:stop:count[:log] or key=a,b,c"
        )
    for name, values in axes.items():
        if not values:
            raise ParameterError(f"{name}: there is no value to sweep over")
        if name in fixed:
            raise ParameterError(f"{name}: is swept over, and set to {shown(fixed[name])} too")
    n_points = math.prod(map(len, axes.values()))
    if n_points > MAXIMUM_POINTS:
        raise ParameterError(
            f"{', '.join(axes)}: at most {MAXIMUM_POINTS} points together, got {n_points}"
        )
    checked_options(seed, n_batches, precision)
    find_wrong_rule(scenario, wrong_rule)
    jobs: list[Job] = []
    seen: set[str] = set()
    for combination in itertools.product(*axes.values()):
        point = dict(zip(axes, combination, strict=True))
        try:
            job = prepared(scenario, {**fixed, **point}, seed, n_batches, precision, wrong_rule)
        except (ParameterError, ScenarioError) as error:
            raise type(error)(f"at {shown_point(point)}: {error}") from None
        named = shown_point(point_of(job.params, axes))
        if named in seen:
            raise ParameterError(f"{named}: is given twice")
        seen.add(named)
        jobs.append(replace(job, seed=own_seed(job)) if independent else job)
    return jobs


def own_seed(job: Job) -> int:
    """Seed of a point, drawn from the sweep's seed and its model: new points change no old one."""
    text = f"{job.seed} {job.model.digest()}"
    return int(hashlib.sha256(text.encode()).hexdigest()[:12], 16)


def held_batches(
    jobs: Sequence[Job], first_of: Sequence[int], store: str | Path | None
) -> list[int]:
    """Batches that a store holds for each point; those of a shared model at its first point."""
    if store is None:
        return [0] * len(jobs)
    keeper = walkers.Store(Path(store), jobs[0].scenario.name)
    return [
        walkers.count_batches(keeper.path(job.model, job.seed)) if first == point else 0
        for point, (first, job) in enumerate(zip(first_of, jobs, strict=True))
    ]


def point_of(params: Parameters, names: Iterable[str]) -> dict[str, Any]:
    """Values of the swept parameters at one point, as they were read."""
    return {name: getattr(params, name) for name in names}
