"""Do walkers in the void of a porous image diffuse as Laplace's equation says?

Rule: walkers start on the void voxels of an image (``.npy``, ``.npz``, multi-page TIFF or
``.raw``), each as likely, and hop to one of the six neighbours with probability 1/6; solid refuses
the hop. The image is continued by its mirror images, so that the late growth of their mean square
displacement gives the same diffusivity as the flux across the image, which labelled walkers
between reservoirs on the two x faces measure independently. Off-diagonal entries of D_effective
vanish in that medium by its mirror symmetry and are not measured. A two-dimensional image stands
for an endless stack of equal layers. D_effective and D_flux_x are over the free D₀ = ℓ²/6τ.
Expected values are exact for the image and the number of steps; the law is that of endless walks,
the value to quote for a sample on which walkers and law agree.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from pydantic import model_validator

import analysis
import walkers
from analysis import Check, Prediction
from analysis import plot as draw
from analysis.laws import porous
from scenarios import Count, ParameterError, Parameters, Quantity, WrongRule, parameter
from scenarios._medium import Medium, Sizes, read_medium

WALKERS_INSIDE = 12_000
WALKERS_ACROSS = 60_000
N_STOPS = 8


class Params(Parameters):
    """Parameters of the medium."""

    image: str = parameter(
        "",
        "file with the image, axes x, y, z (a TIFF's pages along x); none: 90 overlapping spheres "
        "in 40³ voxels",
    )
    void_label: Count = parameter(1, "label of the void", minimum=-(2**31), maximum=2**32)
    steps: Count = parameter(
        1200, "steps of the walkers inside, rounded to 12", unit="τ", minimum=48, maximum=1_000_000
    )
    raw_shape: Sizes = parameter((), "voxels along each axis of a .raw image, [nx, ny, nz]")
    raw_dtype: str = parameter("", "numpy's type of the voxels of a .raw image, e.g. uint8")

    @model_validator(mode="after")
    def _raw_belongs_to_an_image(self) -> Params:
        if not self.image and (self.raw_shape or self.raw_dtype):
            raise ValueError("raw_shape and raw_dtype: need an image, got ''")
        return self


AXES = "xyz"
TAU, D = [f"tortuosity_{a}" for a in AXES], [f"D_effective_{a}{a}" for a in AXES]
QUANTITIES = {
    **{name: Quantity("", "the law", "D₀ over the diffusivity of walkers inside") for name in TAU},
    **{name: Quantity("", "the law", "their D over D₀, times the porosity met") for name in D},
    "D_flux_x": Quantity("", "the law", "flux across x between reservoirs × length / difference"),
    "porosity": Quantity("", "the law", "share of the blind draws of a start that met void"),
}

LAW_NAME = porous.TORTUOSITY


def _medium(p: Params) -> Medium:
    return read_medium(p.image, p.void_label, p.raw_shape, p.raw_dtype)


def _stops(p: Params) -> tuple[int, ...]:
    draws = {max(1, round(p.steps * k / N_STOPS / 12)) for k in range(1, N_STOPS + 1)}
    return tuple(12 * draw for draw in sorted(draws))


def _ends(p: Params) -> tuple[int, int]:
    """Choose the stops between which growth is measured: a quarter of the steps, and all."""
    stops = _stops(p)
    return len(stops) // 4 - 1, len(stops) - 1


def build(p: Params) -> walkers.Model:
    """Walkers inside for a given time; labelled walkers across, until they are out."""
    void = _medium(p).void
    n_inside = max(50, min(WALKERS_INSIDE, 1200 * WALKERS_INSIDE // p.steps))
    return walkers.together(
        inside=walkers.MirrorWalk(n_inside, void=void, stops=_stops(p)),
        across=walkers.flux_across(WALKERS_ACROSS, void),
    )


def laws(p: Params) -> dict[str, Prediction]:
    """Law of every quantity."""
    medium = _medium(p)
    first, last = (_stops(p)[end] for end in _ends(p))
    nodes, porosity = [medium.spectrum(axis) for axis in range(3)], medium.porosity
    tau = [porous.tortuosity(axis, porosity, first, last) for axis in nodes]
    inside = [porous.effective_diffusivity(axis, porosity, first, last) for axis in nodes]
    return {
        **dict(zip(TAU, tau, strict=True)),
        **dict(zip(D, inside, strict=True)),
        "D_flux_x": porous.diffusivity_across(nodes[0], porosity),
        "porosity": porous.porosity(porosity),
    }


def checks(record: walkers.Record, p: Params) -> list[Check]:
    """Growth of the mean squares, passages from face to face, and void among the first draws."""
    inside, across = record.part("inside"), record.part("across")
    stops, ends = np.array(_stops(p)), list(_ends(p))
    squares = record["inside.moments"][:, ends, 3:6] / inside.n_walkers
    first, last = stops[ends]
    growth = (squares[:, 1] - squares[:, 0]) / (2.0 * (last - first)) / porous.D_FREE
    met = record["inside.first_in_void"] / inside.n_walkers
    estimates = {
        name: analysis.jackknife(lambda D: 1.0 / D, growth[:, i]) for i, name in enumerate(TAU)
    }
    for i, name in enumerate(D):  # the first draw is independent of where walkers go from void
        estimates[name] = analysis.batch_mean(met * growth[:, i])
    estimates["D_flux_x"] = analysis.batch_mean(_across(record, across))
    estimates["porosity"] = analysis.batch_mean(met)
    for name, estimate in estimates.items():
        if estimate.stderr == 0.0:
            raise ParameterError(
                f"image: {name} is {estimate.value:g} in every batch: walkers meet no solid, or "
                "none comes across"
            )
    predictions = laws(p)
    return analysis.checks_of(estimates, predictions)


def _across(record: walkers.Record, across: Any) -> Any:
    """Entrances × 2/8 a step × chance of passing × length / area over D₀ = 1/8, both ways."""
    n_planes, *area = across.kinds.shape
    passed = record["across.absorbed"][:, [0, 1], [2, 1]] / record["across.started"]
    entering = 2.0 * np.array([entrances.size for entrances in across.entrances])
    return (passed * entering).mean(axis=1) * (n_planes - 2) / np.prod(area)


def cautions(p: Params) -> list[str]:
    """Say where walks are too short to have seen the medium."""
    medium, (first, last) = _medium(p), (_stops(p)[end] for end in _ends(p))
    said = []
    for axis, name in enumerate(AXES):
        nodes = medium.spectrum(axis)
        gap = nodes.slope(first, last) / nodes.diffusivity - 1.0
        if gap > 0.05:
            said.append(
                f"along {name} walkers of {last} steps are still {100.0 * gap:.0f} % faster than "
                f"late ones; --set steps={4 * p.steps} would come nearer to the law"
            )
    return said


def plot(result: Any) -> Any:
    """Middle slice of the medium, and mean square displacements against the law."""
    p, record = result.params, result.record
    medium, stops = _medium(p), np.array(_stops(p))
    figure, (left, right) = draw.figure(2)
    middle = medium.void[:, :, medium.void.shape[2] // 2]
    left.imshow(~middle.T, cmap="Greys", vmax=1.5, origin="lower", interpolation="nearest")
    draw.label_axes(left, "x [ℓ]", "y [ℓ]", "Middle slice: void white, solid grey")
    squares = record["inside.moments"][:, :, 3:6] / record.part("inside").n_walkers
    fine = np.linspace(0, stops[-1], 50).astype(int)
    for axis, name in enumerate(AXES):
        nodes = medium.spectrum(axis)
        expected = [nodes.square(n) for n in fine]
        draw.draw_law(right, fine, expected, "expected" if axis == 0 else "_")
        draw.draw_batches(right, stops, squares[:, :, axis], "walkers" if axis == 0 else "_")
        right.annotate(
            name, (stops[-1], expected[-1]), (4 + 8 * axis, 0), textcoords="offset points",
            va="center", annotation_clip=False,
        )  # fmt: skip
    free = stops[-1] * porous.D_FREE * 2.0 * medium.porosity**0.5
    right.plot([0, stops[-1]], [0, free], "--", color="grey", lw=1, label="Bruggeman")
    draw.label_axes(right, "time t [τ]", "⟨X²⟩, ⟨Y²⟩, ⟨Z²⟩ [ℓ²]", "Mean square displacements")
    return figure


def _with_holes(model: walkers.Together) -> walkers.Model:
    void = model.parts["inside"].void
    number = np.arange(void.size).reshape(void.shape)
    leaky = void | (number * 2654435761 // 2**16 % 8 == 0)
    return walkers.together(
        inside=replace(model.parts["inside"], void=leaky),
        across=walkers.flux_across(model.parts["across"].n_walkers, leaky),
    )


WRONG_RULES = {
    "choose-again": WrongRule(
        "a walker that solid refuses chooses again until it moves",
        change=lambda model: walkers.together(
            inside=replace(model.parts["inside"], retries=True), across=model.parts["across"]
        ),
        moves=dict.fromkeys(TAU, -1) | dict.fromkeys(D, +1),
    ),
    "holes": WrongRule(
        "one solid voxel in eight lets walkers in",
        change=_with_holes,
        moves={"porosity": +1, "D_flux_x": +1} | dict.fromkeys(D, +1),
    ),
}

CALIBRATION_WALKERS = 1440
