"""Draw the README's figure, ``python docs/figure.py docs/figure.svg``: a rule, and what emerges."""

from __future__ import annotations

import sys

import numpy as np

import scenarios
import walkers
from analysis import plot as draw
from analysis.laws import knudsen
from scenarios import knudsen_tube

LENGTHS = {"shortest": 0.1, "longest": 100.0, "n_lengths": 7}
RIGHT, WRONG = "#1d3557", "#e08e0b"


def main(file: str) -> None:
    """Molecules in a tube; the share that passes, against Clausing and with a wrong rule."""
    figure, (paths, curve) = draw.figure(2)
    figure.set_size_inches(9.0, 3.3)
    draw_paths(paths)
    sha256 = [draw_passages(curve, None, RIGHT, "molecules: agree")]
    sha256 += [draw_passages(curve, "isotropic", WRONG, "wall with a wrong rule: refused")]
    fine = np.geomspace(LENGTHS["shortest"], LENGTHS["longest"], 40)
    law = [knudsen.transmission_probability(length) for length in fine]
    draw.draw_law(curve, fine, law, "Clausing's law of 1932")
    curve.set_xscale("log")
    curve.set_yscale("log")
    title = "What emerges: how many get through"
    draw.label_axes(curve, "length of the tube, L/R", "share that passes", title)
    # The checksums of what is drawn: a test runs this again and compares them.
    description = f"record_sha256 {' '.join(sha256)}"
    figure.savefig(file, metadata={"Description": description, "Date": None})


def draw_paths(axes: draw.Axes) -> None:
    """Projections of some paths, those that pass in the colour of the data."""
    length = 6.0
    tube = knudsen_tube.build(knudsen_tube.Params(length_over_radius=length))
    traced = walkers.trace_paths(tube, seed=4, n_paths=60, max_points=200)
    for path in [path for path in traced if path[0, 0] < length / 2.0][:14]:
        passed = path[-1, 0] > length / 2.0
        colour, weight = (RIGHT, 0.9) if passed else ("#999999", 0.35)
        axes.plot(path[:, 0], path[:, 1], color=colour, lw=0.9, alpha=weight)
    for wall in (-1.0, 1.0):
        axes.plot([0.0, length], [wall, wall], color="black", lw=2.5)
    axes.set_ylim(-1.6, 1.6)
    title = "The rule: straight to the wall, off at random"
    draw.label_axes(axes, "x [R]", "y [R]", title)


def draw_passages(axes: draw.Axes, wrong_rule: str | None, colour: str, label: str) -> str:
    """Shares that pass tubes of many lengths, with their errors; returns the record's checksum."""
    run = scenarios.run("short-tube", batches=64, seed=1, wrong_rule=wrong_rule, **LENGTHS)
    outcomes = [verdict.outcome for verdict in run.verdicts]
    assert ("disagrees" in outcomes) == (wrong_rule is not None), outcomes
    lengths = [float(verdict.quantity.split("[")[1].rstrip("]")) for verdict in run.verdicts]
    values = [verdict.value for verdict in run.verdicts]
    errors = [verdict.stderr for verdict in run.verdicts]
    marker = "o" if wrong_rule is None else "x"
    axes.errorbar(
        lengths, values, yerr=errors, fmt=marker, ms=5, capsize=2, color=colour, label=label
    )
    return run.record.sha256()


if __name__ == "__main__":
    main(*sys.argv[1:])
