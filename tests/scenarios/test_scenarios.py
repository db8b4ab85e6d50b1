"""Every scenario keeps its law and refuses its wrong rules; none is left out."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from scenarios._job import leading
from scenarios._parameters import validate
from scenarios._scenario import load, names
from scenarios._simulate import judge, simulate

SEED = 20

# What later scenarios leave as it is: names, parameters with defaults (… any), and quantities.
CONTRACT = {
    "random-walk": (
        {"dimension": 3, "steps": 1000, "bias": 0, "stay": 0},
        ["diffusivity_msd", "diffusivity_green_kubo", "drift", "kurtosis"],
    ),
    "fick-slab": (
        {"n_sites": 50, "c_left": 4, "c_right": 1},
        ["flux", "flux_forward", "flux_backward", "diffusivity", "profile_midpoint"],
    ),
    "beam": (
        {"current": ..., "charge_number": 2, "area": ..., "angle": ...},
        ["flux", "charge_flux", "fano_factor"],
    ),
    "continuity": (
        {"n_sites": ..., "source": ..., "sink": ..., "steps": ...},
        ["residual", "mode_amplitude", "chi2"],
    ),
    "advection": (
        {"peclet": 3, "n_sites": ...},
        ["flux", "convective_part", "diffusive_part", "profile_midpoint"],
    ),
    "electro-drift": (
        {"z": 1, "delta_phi": ..., "field": None, "T": ..., "c_left": ..., "c_right": ...,
         "diffusivity": ..., "thickness": ..., "n_sites": ...},
        ["flux", "drift_part", "diffusion_part", "current_density"],
    ),
    "nernst-equilibrium": (
        {"z": 1, "c_left": ..., "c_right": ..., "T": ..., "delta_phi": None, "n_sites": ...},
        ["nernst_potential", "net_flux", "flux_ratio", "boltzmann_profile"],
    ),
    "effusion": (
        {"gas": "N2", "T": 300, "p": 0.01, "hole_radius": ..., "box_side": ...},
        ["flux", "energy_per_molecule", "mean_speed", "mean_cosine", "momentum_flux", "thrust",
         "decay_rate"],
    ),
    "effusion-balance": (
        {"gas": ..., "T_hot": 400, "T_cold": 300, "hole_radius": ..., "chamber_side": ...},
        ["impingement_ratio", "pressure_ratio", "net_flux", "energy_flux"],
    ),
    "graham": ({"gas_a": "H2", "gas_b": "N2", "T": ..., "p": ...}, ["flux_ratio"]),
    "knudsen-tube": (
        {"length_over_radius": 10, "gas": ..., "T": ...},
        ["transmission", "hits_per_molecule", "reciprocity", "axial_peaking"],
    ),
    "short-tube": (
        {"shortest": 0.01, "longest": 1000, "n_lengths": 11},
        ["transmission[L/R]"],
    ),
    "pores": (
        {"file": "", "thickness": ..., "gas_a": ..., "gas_b": ..., "T": ..., "p_1": ...,
         "p_2": ...},
        ["flow", "selectivity", "radius_exponent"],
    ),
    "stream": (
        {"speed_ratio": 0.5, "gas": ..., "T": ..., "p": ..., "area": ...},
        ["forward_flux", "backward_flux", "net_flux", "molar_flow", "sccm"],
    ),
    "fermi-effusion": (
        {"density": ..., "mass": ..., "temperature": 0},
        ["flux", "energy_per_particle", "mean_cosine"],
    ),
    "photon-effusion": ({"T": 5772}, ["flux", "energy_flux", "mean_cosine"]),
    "thermal-transpiration": (
        {"T_hot": 400, "T_cold": 300, "length_over_radius": 10, "wall_profile": "linear",
         "alpha": 1, "alpha_n": None, "sigma_t": None},
        ["pressure_ratio", "gamma", "net_flux", "energy_flux"],
    ),
    "manometer": (
        {"T_gauge": 300, "T_cell": 77, "tube_diameter": 0.004, "gas": "N2", "p_gauge": ...},
        ["p_cell"],
    ),
    "knudsen-diffusion": (
        {"radius": ..., "length_over_radius": ..., "gas": ..., "T": ...},
        ["D_flux", "D_msd"],
    ),
    "knudsen-slit": (
        {"gap": ..., "t_1": ..., "t_2": ..., "gas": ..., "T": ...},
        ["growth"],
    ),
    "anisotropic": (
        {"rates": ...},
        ["D_xx", "D_yy", "D_xy", "D_yx", "onsager_difference", "flux_angle",
         "smallest_eigenvalue"],
    ),
    "chemical-potential": (
        {"c_left": ..., "c_right": ..., "field": ..., "n_sites": ...},
        ["mobility_gradient", "mobility_field", "mobility_mixed", "einstein_ratio"],
    ),
    "membrane": (
        {"partition": 0.2, "thickness": ..., "D_membrane": ..., "c1": ..., "c2": ..., "area": ...},
        ["flux", "rate", "jump_left", "jump_right"],
    ),
    "one-way-fluxes": (
        {"k_forward": ..., "k_reverse": ..., "c_A": ..., "c_B": ..., "T": ...},
        ["forward_rate", "net_rate", "reverse_over_forward", "equilibrium_constant"],
    ),
    "mixing-entropy": (
        {"n_walkers": ..., "n_cells": ...},
        ["entropy_rate", "increments", "entropy_final"],
    ),
    "harmonic": (
        {"image": ..., "c_1": ..., "c_2": ...},
        ["flow", "hitting_probability", "field_chi2", "mu_midpoint"],
    ),
    "hollow-tube": (
        {"r_inner": ..., "r_outer": ..., "c_inner": ..., "c_outer": ..., "resolution": ...,
         "solubility": 1, "D": ...},
        ["flow", "flux_inner", "flux_outer", "discretisation_gap"],
    ),
    "hollow-sphere": (
        {"r_inner": ..., "r_outer": ..., "c_inner": ..., "c_outer": ..., "resolution": ...,
         "solubility": 1, "D": ...},
        ["flow", "flux_inner", "flux_outer", "discretisation_gap"],
    ),
    "porous": (
        {"image": "", "void_label": 1, "steps": ..., "raw_shape": ..., "raw_dtype": ""},
        ["tortuosity_x", "tortuosity_y", "tortuosity_z", "D_effective_xx", "D_effective_yy",
         "D_effective_zz", "D_flux_x", "porosity"],
    ),
    "duct": (
        {"mesh": "elbow", "scale": 1, "openings": ..., "walls": ..., "gas": "N2", "T": 300},
        ["transmission[i,j]", "conductance[i,j]", "reciprocity[i,j]", "hits_per_molecule"],
    ),
    "trajectories": (
        {"file": "", "dt": None, "D": None, "drift": None, "dimension": 3, "n_walkers": 1000,
         "n_times": 101, "noise": 0.5},
        ["D_xx", "D_yy", "D_zz", "D_xy", "D_xz", "D_yz", "drift_x", "drift_y", "drift_z",
         "anomalous_exponent", "green_kubo_minus_einstein"],
    ),
}  # fmt: skip

FIGURES = [(name, ()) for name in names()] + [
    ("thermal-transpiration", (("alpha", 0.5),)),
    ("manometer", (("gas", "He"), ("p_gauge", 10.0))),
]

WRONG_RULES = [(name, rule) for name in names() for rule in load(name).wrong_rules]


@cache
def right_run(name, parameters):
    return simulate(load(name), dict(parameters), seed=SEED)


def outcomes(verdicts):
    return {v.quantity: v.outcome for v in verdicts}


def deviation(verdict):
    """z, or the violations of an exact identity, which has no z."""
    return verdict.value if verdict.z is None else verdict.z


def test_the_contract_is_kept():
    assert set(names()) >= set(CONTRACT)
    for name, (parameters, quantities) in CONTRACT.items():
        scenario = load(name)
        defaults = {k: v["default"] for k, v in scenario.parameters().items()}
        assert defaults.keys() == parameters.keys()
        assert all(want in (..., defaults[key]) for key, want in parameters.items())
        assert list(scenario.file.QUANTITIES) == quantities
        assert scenario.wrong_rules, f"{name} has no wrong rule to refuse"


@pytest.mark.parametrize("name", names())
def test_laws_and_quantities_are_the_same(name):
    scenario = load(name)
    laws = scenario.laws_at_defaults()
    assert list(dict.fromkeys(map(scenario.family, laws))) == list(scenario.file.QUANTITIES)
    assert scenario.law_name == next(iter(laws.values())).law_name


@pytest.mark.parametrize("name", names())
def test_every_parameter_is_documented_and_bounded(name):
    for key, entry in load(name).parameters().items():
        assert entry["help"], key
        if isinstance(entry["default"], int | float):
            assert entry["minimum"] is not None, key
            assert entry["maximum"] is not None, key


@pytest.mark.parametrize("name", names())
def test_scenario_keeps_its_law(name):
    run = right_run(name, ())
    (verdicts,) = judge([run])
    claimed = [v for v in verdicts if v.outcome != "measured"]
    assert set(outcomes(claimed).values()) == {"agrees"}, [v.sentence for v in verdicts]
    assert leading(run.checks).precision <= 0.003
    limit = 4.0 * np.sqrt(6.0 / run.record.n_batches)
    for check, verdict in zip(run.checks, verdicts, strict=True):
        law = check.prediction
        if not check.exact:
            assert abs(check.estimate.skewness()) < limit, check.quantity
        if law.rival is not None and law.rival != law.law:
            assert verdict.detectable < abs(law.expected - law.rival) / 2.0, check.quantity


@pytest.mark.parametrize(("name", "parameters"), FIGURES)
def test_every_figure_is_drawn_and_names_its_axes(name, parameters):
    run = right_run(name, parameters)
    figure = load(name).file.plot(run)
    figure.draw_without_rendering()
    assert figure.axes
    for axes in figure.axes:
        assert axes.get_xlabel() or axes.get_ylabel()  # a colour bar has one
    assert figure.axes[0].get_xlabel() and figure.axes[0].get_ylabel()


@pytest.mark.parametrize(("name", "rule"), WRONG_RULES)
def test_wrong_rule_is_refused_and_the_right_one_kept(name, rule, capsys):
    scenario = load(name)
    wrong_rule = scenario.wrong_rules[rule]
    right = right_run(name, tuple(wrong_rule.parameters.items()))
    wrong = simulate(scenario, {}, seed=SEED, n_batches=right.record.n_batches, wrong_rule=rule)
    (kept,), (refused,) = judge([right]), judge([wrong])
    with capsys.disabled():
        print(
            f"\n{name}, {rule}: " + ", ".join(f"{v.quantity} {deviation(v):+.0f}" for v in refused)
        )
    assert set(outcomes(kept).values()) <= {"agrees", "measured"}
    moved = {v.quantity: int(np.sign(deviation(v))) for v in refused if v.outcome == "disagrees"}
    assert moved.items() >= dict(wrong_rule.moves).items()
    assert wrong_rule.moves


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("random-walk", {"dimension": 1, "stay": 0.5}),
        ("random-walk", {"dimension": 2, "bias": -0.3, "steps": 90}),
        ("fick-slab", {"n_sites": 101}),  # the rival says: the flux of n_sites 50
        ("fick-slab", {"n_sites": 5, "c_left": 0.0, "c_right": 2.0}),
        ("anisotropic", {"rates": [0.1, 0.1, 0.0, 0.15]}),  # turns the other way
        ("anisotropic", {"rates": [0.2, 0.2, 0.05, 0.05]}),  # isotropic
        ("one-way-fluxes", {"k_forward": 1e-3, "k_reverse": 2e-2, "c_A": 300.0, "c_B": 15.0}),
        ("mixing-entropy", {"n_walkers": 100, "n_cells": 7}),
        ("chemical-potential", {"c_left": 1.0, "c_right": 3.0, "field": 2.5, "n_sites": 30}),
        ("membrane", {"partition": 30.0, "c1": 1.0, "c2": 20.0}),
        ("beam", {"angle": 0.0, "charge_number": 1}),
        ("beam", {"angle": 89.0, "current": 1e-15}),
        ("continuity", {"n_sites": 2, "steps": 10, "sink": 1.0}),
        ("continuity", {"n_sites": 30, "steps": 100, "sink": 0.0, "source": 0.3}),
        ("advection", {"peclet": 0.0}),
        ("advection", {"peclet": -6.0, "n_sites": 31}),
        ("advection", {"peclet": 100.0}),
        ("electro-drift", {"z": 0}),
        ("electro-drift", {"z": -2, "delta_phi": 0.3, "c_right": 0.0}),
        ("electro-drift", {"z": 2, "field": 300.0, "n_sites": 7}),
        ("nernst-equilibrium", {"z": -2, "delta_phi": 0.01}),
        ("nernst-equilibrium", {"c_left": 7.0, "c_right": 7.0}),
        ("knudsen-tube", {"length_over_radius": 1.0}),
        ("knudsen-tube", {"length_over_radius": 50.0, "gas": "H2"}),
        ("short-tube", {"shortest": 0.5, "longest": 60.0, "n_lengths": 5}),
        ("pores", {"p_1": 10.0, "p_2": 10.0, "gas_b": "H2"}),
        ("pores", {"p_1": 0.0, "p_2": 1e5, "thickness": 1e-6, "gas_a": "CO2"}),
        ("stream", {"speed_ratio": 0.0, "gas": "Xe", "T": 77.0}),
        ("stream", {"speed_ratio": 1.5, "p": 1e5, "area": 1e-12}),
        ("fermi-effusion", {"temperature": 0.5}),
        ("fermi-effusion", {"temperature": 5.5}),  # just above T_F
        ("fermi-effusion", {"density": 8.47e28, "mass": 9.109e-31, "temperature": 300.0}),
        ("fermi-effusion", {"density": 2.5e25, "mass": 4.65e-26, "temperature": 300.0}),
        ("photon-effusion", {"T": 2.725}),
        ("thermal-transpiration", {"T_hot": 3000.0, "alpha": 0.1, "wall_profile": "step"}),
        ("thermal-transpiration", {"T_hot": 600.0, "length_over_radius": 0.5, "alpha": 0.6}),
        ("thermal-transpiration", {"T_hot": 300.0, "alpha_n": 0.5, "sigma_t": 1.5}),
        ("manometer", {"T_cell": 1500.0, "gas": "He", "tube_diameter": 0.05}),
        ("manometer", {"T_cell": 300.0, "p_gauge": 100.0}),
        ("knudsen-diffusion", {"length_over_radius": 1.0, "gas": "He", "radius": 30.0}),
        ("knudsen-diffusion", {"length_over_radius": 100.0, "T": 4.0, "radius": 1e-9}),
        ("knudsen-slit", {"t_1": 0.5, "t_2": 8.0, "gas": "H2", "gap": 1e-9}),
        ("harmonic", {"image": "grains"}),
        ("harmonic", {"c_1": 1.0, "c_2": 1.5}),
        ("hollow-tube", {"r_outer": 1.4e-3, "resolution": 40, "c_outer": 0, "solubility": 3.0}),
        ("hollow-tube", {"r_outer": 4e-3, "resolution": 7.3, "c_inner": 1, "c_outer": 2}),
        ("hollow-sphere", {"r_outer": 3e-3, "resolution": 6, "c_inner": 0.0, "solubility": 0.1}),
        ("porous", {"steps": 100}),
        ("trajectories", {"dimension": 1, "D": 0.3, "drift": -0.4, "noise": 1.0, "n_times": 30}),
        ("trajectories", {"dimension": 1, "noise": 0.0}),  # every hop has the same square
        ("trajectories", {"dimension": 2, "D": 0.1, "drift": 0.0, "noise": 0.0, "dt": 3.0}),
        ("graham", {"gas_a": "SF6", "gas_b": "He", "T": 1e5}),
        ("graham", {"gas_a": "CO", "gas_b": "N2", "T": 0.1}),
        ("duct", {"mesh": "tube", "scale": 0.5, "gas": "H2", "T": 77.0}),
        ("duct", {"mesh": "duct", "gas": "He"}),
        ("duct", {"mesh": "trap"}),  # with an island
        ("duct", {"mesh": "annulus", "walls": {"wall": {"alpha": 0.3}, "core": {"alpha": 0.0}}}),
        ("effusion", {"gas": "He", "T": 77.0, "p": 1e-3}),
        ("effusion-balance", {"T_hot": 1200.0, "T_cold": 300.0}),
        ("effusion-balance", {"T_hot": 1e5, "T_cold": 1.0, "hole_radius": 0.05}),
        ("effusion-balance", {"T_hot": 300.0, "T_cold": 300.0, "gas": "Xe"}),
    ],
)
def test_laws_hold_at_other_parameters(name, parameters):
    run = simulate(load(name), parameters, seed=SEED, precision=0.01)
    (verdicts,) = judge([run])
    assert "disagrees" not in outcomes(verdicts).values(), [v.sentence for v in verdicts]


def test_the_last_digits_of_a_logarithm_are_no_part_of_a_model():
    file = load("fermi-effusion").file
    model = file.build(file.Params(temperature=3.0))
    assert all(x == float(f"{x:.12g}") for x in (model.gas.mu, model.duration))


def test_parameters_are_the_same_by_keyword_and_after_a_round_trip():
    for name in names():
        params = load(name).file.Params
        assert validate(params, params().model_dump()) == params()


@pytest.mark.parametrize("name", names())
def test_a_copy_of_a_scenario_runs_from_its_path(name, tmp_path):
    copy = tmp_path / "mine.py"
    copy.write_text(Path(load(name).file.__file__).read_text())
    run = simulate(load(copy), {}, seed=1, n_batches=8)
    assert [c.quantity for c in run.checks] == list(load(name).laws_at_defaults())
