"""What README.md and docs/ tell a reader to type, and the files that they suppose he has."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import typer

import walkers
from scenarios.cli import app
from walkers.molecular import parts

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


class Block(NamedTuple):
    """Piece of code on a page."""

    page: str
    language: str
    text: str

    @property
    def lines(self) -> list[str]:
        """What to type, without the remarks."""
        return [line.split("  #")[0].strip() for line in self.text.splitlines() if line.strip()]


def blocks(*languages: str) -> list[Block]:
    """All pieces of code in some languages."""
    return [
        Block(page.name, language, text)
        for page in PAGES
        for language, text in re.findall(r"^```(\w+)\n(.*?)^```", page.read_text(), re.M | re.S)
        if language in languages
    ]


def commands() -> dict[str, Any]:
    """Commands that there are."""
    return dict(typer.main.get_command(app).commands)  # type: ignore[attr-defined]


def takes(arguments: list[str]) -> bool:
    """Whether a line's command, its options and its kind of executor are there."""
    name = arguments[0]
    if name.startswith("-"):
        return True
    if name not in commands():
        return False
    options = {word: p for p in commands()[name].params for word in p.opts if word[0] == "-"}
    used = [word for word in arguments if word.startswith("-") and word != "--help"]
    kind = arguments[arguments.index("--executor") + 1] if "--executor" in arguments else ""
    kinds = f"{options['--executor'].help} {options['--executor'].metavar}" if kind else ""
    return set(used) <= set(options) and kind.partition(":")[0] in kinds


def make_file(name: str) -> None:
    """Write a file that a page supposes, in the current folder."""
    rng = np.random.default_rng(3)
    if name == "scan.npy":
        solid = np.zeros((16, 16, 16), np.uint8)
        for x, y, z in rng.integers(2, 14, size=(14, 3)):
            solid[x - 2 : x + 2, y - 2 : y + 2, z - 2 : z + 2] = 1
        np.save(name, solid)
    elif name == "positions.npy":
        np.save(name, np.cumsum(rng.normal(size=(200, 100, 2)), axis=1))
    elif name == "pores.csv":
        Path(name).write_text("radius,count\n1e-6,300\n2e-6,100\n")
    else:  # the built-in elbow, drawn in millimetres
        elbow = parts.elbow()
        wanted = {"wall.stl": ["wall"], "inlet.stl": ["inlet"], "pump.stl": ["outlet"]}
        own = wanted.get(name, elbow.names)
        corners = 1000.0 * elbow.corners[np.isin(elbow.parts, [elbow.names.index(n) for n in own])]
        numbers = np.arange(3 * len(corners)).reshape(-1, 3)
        piece = walkers.Enclosure(corners.reshape(-1, 3), numbers, ("part",), numbers[:, 0] * 0)
        walkers.write_mesh(piece, name)
