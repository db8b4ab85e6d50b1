"""The surface round a gas as a scenario's parameters: a built-in part, or mesh files, once read."""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import BeforeValidator

import walkers
from walkers.molecular import parts
from walkers.molecular.enclosure import read_plane

from ._inputs import FileStamp, InputError, file_stamp
from ._parameters import real

Rules = dict[str, dict[str, Any]]

DEFAULT = "elbow"

TUBE = (0.02, 0.2, 64)
"""Radius and length [m] and sides of the tube that is built in."""

DUCT = (0.04, 0.02, 0.1)
"""Width, height and length [m] of the duct that is built in."""

MIRROR_LIKE = 0.05
"""Walls of a smaller alpha come with a caution."""

LARGE, SMALL = 5.0, 1e-4
"""Longest edge of a box [m] beyond which, or below which, a file's unit is probably another one."""


OPENINGS_TABLE = '{inlet = {plane = "z=0"}, outlet = {part = "lid"}}'
OPENINGS_FORM = f'a table such as {OPENINGS_TABLE} or a list of parts such as ["inlet", "outlet"]'
"""Right forms of the openings, for messages."""


def _paths(value: Any) -> str | tuple[str, ...]:
    paths = [value or DEFAULT] if isinstance(value, str | Path) else value
    if not isinstance(paths, list | tuple) or not all(isinstance(p, str | Path) for p in paths):
        raise ValueError("must be a path, a list of paths or the name of a built-in part")
    names = tuple(map(str, paths))
    if not names or len(set(names)) < len(names):
        raise ValueError("must be different files")
    return names[0] if len(names) == 1 else names


def _rules(value: Any) -> Rules:
    """Read ["a", "b"], {a = "part"}, {a = {plane = "z=0"}} into one form."""
    if isinstance(value, list | tuple):
        if not all(isinstance(name, str) for name in value):
            raise ValueError(f"must be {OPENINGS_FORM}")
        value = {name: name for name in value}
    if not isinstance(value, dict):
        raise ValueError(f"must be {OPENINGS_FORM}")
    return {name: _rule(name, rule) for name, rule in value.items()}


def _rule(name: str, rule: Any) -> dict[str, Any]:
    if not re.fullmatch(r"[\w.+-]{1,40}", name):
        raise ValueError("names must be of letters, digits, _, +, - and .")
    rule = {"part": rule} if isinstance(rule, str) else rule
    keys = set(rule) if isinstance(rule, dict) else set()
    if keys not in ({"plane"}, {"part"}) or not isinstance(next(iter(rule.values())), str):
        raise ValueError('a rule is {plane = "z=0"} or {part = "lid"}, as in ' + OPENINGS_TABLE)
    if "plane" in rule:
        read_plane(rule["plane"])
    return dict(rule)


def _walls(value: Any) -> Rules:
    """Read {wall = {alpha = 0.9}, getter = {sticking = 0.1}}."""
    if not isinstance(value, dict) or not all(isinstance(wall, dict) for wall in value.values()):
        raise ValueError(
            "must be a table such as {wall = {alpha = 0.9}, getter = {sticking = 0.1}}"
        )
    walls: Rules = {}
    for name, wall in value.items():
        for key, share in wall.items():
            if key not in ("alpha", "sticking"):
                raise ValueError(f"a wall has alpha or sticking, not {key}")
            if not 0.0 <= real(share) <= 1.0:
                raise ValueError(f"{key} must be between 0 and 1")
        if len(wall) != 1:
            raise ValueError(f"{name} needs either alpha or sticking")
        walls[name] = {key: float(share) for key, share in wall.items()}
    return walls


def boundary(wall: dict[str, Any], T: float) -> Any:
    """Boundary of a wall that was read: diffuse where nothing was said."""
    if wall.get("sticking", 0.0) > 0.0:
        return walkers.Pump(wall["sticking"], T)
    alpha = wall.get("alpha", 1.0)
    return walkers.Maxwell(alpha, T) if alpha < 1.0 else walkers.Diffuse(T)


Meshes = Annotated[str | tuple[str, ...], BeforeValidator(_paths)]
"""One path or built-in part, or several paths, as a parameter."""
Openings = Annotated[Rules, BeforeValidator(_rules)]
"""Names of the openings and the rules that find them, as a parameter."""
Walls = Annotated[Rules, BeforeValidator(_walls)]
"""What the walls of each name do, as a parameter."""


def read_enclosure(mesh: str | tuple[str, ...], scale: float, openings: Rules) -> walkers.Enclosure:
    """Surface of a built-in part or from mesh files, its openings named, first and in order.

    Raises
    ------
    InputError
        If a file cannot be read or encloses no gas, or an opening cannot be found.
    """
    files = (mesh,) if isinstance(mesh, str) else mesh
    stamps = tuple(file_stamp(path) for path in files)
    return _read(files, scale, json.dumps(openings), stamps)


def _built_in(mesh: tuple[str, ...]) -> walkers.Enclosure | None:
    """Part of our own, or None of a file; of tube and duct, a transmission can be claimed."""
    if mesh == ("tube",):
        return parts.tube(*TUBE, equal_area=True)
    if mesh == ("duct",):
        return parts.duct(*DUCT)
    return parts.PARTS[mesh[0]]() if len(mesh) == 1 and mesh[0] in parts.PARTS else None


@functools.lru_cache(maxsize=2)
def _read(
    mesh: tuple[str, ...], scale: float, openings: str, stamps: tuple[FileStamp | None, ...]
) -> walkers.Enclosure:
    built_in = _built_in(mesh)
    try:
        pieces = [piece.strip() for piece in mesh[0].split(",")]
        if len(mesh) == 1 < len(pieces) and all(Path(piece).is_file() for piece in pieces):
            raise walkers.MeshError(
                f"{mesh[0]}: several files are a list, mesh={json.dumps(pieces)}"
            )
        if not built_in and len(mesh) == 1 and not Path(mesh[0]).suffix:
            raise walkers.MeshError(
                f"{mesh[0]}: no built-in part; there are: {', '.join(parts.PARTS)}, or a mesh file"
            )
        found = built_in.scaled(scale) if built_in else walkers.read_mesh(mesh, scale)
    except walkers.MeshError as error:
        raise InputError(f"mesh: {error}") from None
    rules: Rules = json.loads(openings)
    if built_in and not rules:
        rules = {name: {"part": name} for name in (parts.INLET, parts.OUTLET)}
    if len(rules) < 2:
        raise InputError(
            f"openings: must name two or more, such as {OPENINGS_TABLE}; the parts of the mesh "
            f"are: {', '.join(found.names)}"
        )
    try:
        named = found.named(
            {
                name: read_plane(rule["plane"]) if "plane" in rule else rule["part"]
                for name, rule in rules.items()
            }
        )
    except walkers.MeshError as error:
        hint = unit_hint(found, scale) if "in the plane" in str(error) else ""
        raise InputError(f"openings: {error}{f'; {hint}' if hint else ''}") from None
    if len(named.names) == len(rules):
        raise InputError("openings: nothing is left for a wall")
    return named


def wall_names(enclosure: walkers.Enclosure, n_openings: int, walls: Rules) -> tuple[str, ...]:
    """Names of the parts that are no openings.

    Raises
    ------
    InputError
        If ``walls`` speaks of others.
    """
    names = enclosure.names[n_openings:]
    for name in walls:
        if name not in names:
            raise InputError(f"walls: no wall {name!r}; there are: {', '.join(names)}")
    return names


def unit_hint(enclosure: walkers.Enclosure, scale: float) -> str:
    """Say where the unit of length seems to be another one, else nothing."""
    longest = float(np.ptp(enclosure.box, axis=0).max())
    if longest > LARGE:
        return (
            f"a part {longest:.4g} m long? If the file was drawn in millimetres, set "
            f"scale={1e-3 * scale:g}"
        )
    if longest < SMALL:
        return (
            f"a part {1e3 * longest:.4g} mm long? If the file was drawn in metres, set "
            f"scale={1e3 * scale:g}"
        )
    return ""


def mirrors(walls: Rules) -> list[str]:
    """Caution against walls that are nearly mirrors."""
    shiny = [name for name, wall in walls.items() if wall.get("alpha", 1.0) < MIRROR_LIKE]
    if not shiny:
        return []
    return [
        f"mirrors ({', '.join(shiny)}) may hold a few molecules for very many hits: the error of "
        "hits_per_molecule is then too small"
    ]
