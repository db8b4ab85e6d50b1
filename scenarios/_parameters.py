"""Parameters of a scenario: strict values, each with a unit, bounds and one line of help."""

from __future__ import annotations

import difflib
import math
from typing import Annotated, Any

import numpy as np
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

import walkers


class ParameterError(ValueError):
    """A parameter that cannot be: one line with its name, the rule and the value given."""


_NOT_A_NUMBER = "must be a finite number"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)


def integral(value: Any) -> int:
    """Accept 3, 3.0, 1e6 and numpy integers; refuse True, "3" and 1.5."""
    if _is_number(value):
        if isinstance(value, int | np.integer) or float(value).is_integer():
            return int(value)
    raise ValueError("must be a whole number")


def real(value: Any) -> float:
    """Accept any finite real number; refuse True, text, NaN and infinities."""
    if _is_number(value) and abs(value) < 1e308 and math.isfinite(value):
        return float(value)
    raise ValueError(_NOT_A_NUMBER)


Count = Annotated[int, BeforeValidator(integral)]
Real = Annotated[float, BeforeValidator(real)]


def _known_gas(name: str) -> str:
    walkers.gas(name)  # raises with the list of known gases
    return name


Gas = Annotated[str, AfterValidator(_known_gas)]


class Parameters(BaseModel):
    """Base of every scenario's ``Params``: strict, frozen, no unknown names."""

    model_config = ConfigDict(
        strict=True, frozen=True, extra="forbid", allow_inf_nan=False, validate_default=True
    )


def parameter(
    default: Any,
    help: str,
    *,
    unit: str = "",
    minimum: float | None = None,
    maximum: float | None = None,
    above: float | None = None,
    below: float | None = None,
) -> Any:
    """Declare a field of ``Params``: default, one line of help, unit and bounds.

    ``minimum`` and ``maximum`` are allowed values; ``above`` and ``below`` are not.
    """
    return Field(
        default,
        description=help,
        ge=minimum,
        le=maximum,
        gt=above,
        lt=below,
        json_schema_extra={"unit": unit},
    )


def validate(params: type[Parameters], values: dict[str, Any]) -> Parameters:
    """Build ``Params`` from keywords, TOML or ``--set`` values.

    Raises
    ------
    ParameterError
        With one line that names the first parameter at fault.
    """
    try:
        return params(**values)
    except ValidationError as error:
        raise ParameterError(_one_line(params, error)) from None


def _one_line(params: type[Parameters], error: ValidationError) -> str:
    first = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        near = difflib.get_close_matches(name, (*params.model_fields, *_OPTIONS), 1)
        option = _OPTIONS.get(near[0]) if near else None
        like = f"the option {option} of the run" if option else "".join(near)
        meant = f"did you mean {like}? " if near else ""
        return f"{name}: no such parameter; {meant}there are: {', '.join(params.model_fields)}"
    message = first["msg"].removeprefix("Value error, ").replace("Input should be", "must be")
    if not name:  # a rule about several parameters names them itself
        return message
    for key, words in _BOUNDS.items():
        if key in first.get("ctx", {}):
            message = f"must be {words} {number(first['ctx'][key])}"
    # What the rules of walkers say of a value names it already.
    given = f", got {shown(first['input'])}"
    if message == _NOT_A_NUMBER and (unit := _unit(params, name)):
        message += f" [{unit}]"
    return f"{name}: {message.removeprefix(f'{name} ').removesuffix(given)}{given}"


def _unit(params: type[Parameters], name: str) -> str:
    field = params.model_fields.get(name)
    extra = field.json_schema_extra if field else None
    return str(extra.get("unit", "")) if isinstance(extra, dict) else ""


_OPTIONS = {
    **{name: name for name in ("seed", "precision", "batches", "wrong_rule", "store", "jobs")},
    **{"n_batches": "batches", "n_jobs": "jobs", "n_workers": "jobs"},
}
"""Options of a run by their names, and by others that they may be called."""

_BOUNDS = {"ge": "at least", "gt": "above", "le": "at most", "lt": "below"}


def number(value: float) -> str:
    """Show a number as briefly as it can be without another value."""
    text = f"{value:g}"
    return text if float(text) == value else str(value)


def shown(value: Any) -> str:
    """Show a value as it was given, on one line, cut where it is long."""
    try:
        text = repr(value)
    except ValueError:  # Python refuses to write out whole numbers of thousands of digits
        return "a number of more than 4000 digits"
    return text if len(text) <= 60 else f"{text[:57]}..."


def plain(value: Any) -> Any:
    """Python's own numbers, lists and dictionaries; None for NaN and infinities."""
    if hasattr(value, "tolist"):  # numpy's arrays and scalars
        value = value.tolist()
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
