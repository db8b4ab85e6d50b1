"""One set of paths for all temperatures; walls that remember; what cannot be asked."""

import numpy as np
import pytest

import analysis
import walkers
from scenarios import ParameterError, run, thermal_transpiration
from scenarios._parameters import validate
from scenarios._scenario import load
from scenarios._simulate import judge, simulate

pytestmark = pytest.mark.compiled
Params = thermal_transpiration.Params


def test_one_run_serves_every_temperature_and_wall_profile():
    p = Params(length_over_radius=3.0)
    record = walkers.run(thermal_transpiration.build(p).resized(20_000), seed=3, n_batches=64)
    runs = []
    for T_hot in (300.0, 330.0, 600.0, 5000.0):
        for profile in ("linear", "step"):
            other = Params(length_over_radius=3.0, T_hot=T_hot, wall_profile=profile)
            assert thermal_transpiration.build(other) == thermal_transpiration.build(p)
            runs.append(thermal_transpiration.checks(record, other))
    z = np.array([
        (c.estimate.value - c.prediction.expected) / c.estimate.stderr
        for checks in runs for c in checks if c.prediction.is_claim and not c.exact
    ])  # fmt: skip
    assert np.all(np.abs(z) < 4.0)
    # The estimates themselves do depend on what is asked.
    assert len({checks[3].estimate.value for checks in runs[2:]}) == 6


def test_the_next_temperature_finds_its_batches_in_the_store(tmp_path):
    told = []
    for T_hot in (400.0, 700.0):
        result = run(
            "thermal-transpiration", seed=3, batches=8, store=tmp_path, T_hot=T_hot,
            progress=told.append,
        )  # fmt: skip
    finished = [stage.n_done for stage in told if stage.forecast is None]
    assert finished == sorted(set(finished))  # all of them in the first run
    assert finished[-1] == 8
    assert len(list(tmp_path.iterdir())) == 1
    assert result.verdicts[3].law == pytest.approx(2.0 * 0.12340 * 4.0 / 3.0, rel=1e-3)


@pytest.mark.parametrize(("profile", "gamma"), [("linear", 0.295), ("step", 0.268)])
def test_walls_that_remember_speeds_break_the_balance(profile, gamma):
    """γ by another program, ±0.001, at T 4:1, L/R = 10, α_n = 1, σ_t = 0.5."""
    p = {"T_hot": 1200.0, "alpha_n": 1, "sigma_t": 0.5, "wall_profile": profile}
    result = simulate(load("thermal-transpiration"), p, seed=4, n_batches=24)
    found = result.checks[1].estimate
    assert abs(found.value - gamma) < 4.0 * np.hypot(found.stderr, 0.001)
    (verdicts,) = judge([result])
    assert {v.outcome for v in verdicts} == {"measured"}
    assert "σ_t = 0.5" in verdicts[0].sentence and verdicts[0].interval


def test_equal_temperatures_leave_no_exponent_and_no_energy():
    # Along paths that know no temperature all bring the same energy: nothing is to be judged.
    for p, energy in (({}, "measured"), ({"alpha_n": 0.4, "sigma_t": 1.3}, "agrees")):
        params = Params(T_hot=300.0, length_over_radius=2.0, **p)
        record = walkers.run(thermal_transpiration.build(params).resized(4000), 4, n_batches=64)
        verdicts = analysis.judge(thermal_transpiration.checks(record, params))
        assert [v.outcome for v in verdicts] == ["agrees", "measured", "agrees", energy]


def test_temperatures_that_hardly_differ_are_judged_like_others():
    apart = Params(length_over_radius=2.0, T_hot=600.0)
    record = walkers.run(thermal_transpiration.build(apart).resized(4000), 4, n_batches=64)
    z = []
    for T_hot in (600.0, 300.0 * (1.0 + 1e-12), np.nextafter(300.0, 301.0)):
        p = Params(length_over_radius=2.0, T_hot=T_hot)
        z.append(analysis.judge(thermal_transpiration.checks(record, p))[3].z)
    assert z == pytest.approx([z[0]] * 3, rel=1e-9)


@pytest.mark.parametrize("T_hot", [300.0, 1200.0])
def test_a_wall_that_forgets_everything_keeps_the_law_of_diffuse_ones(T_hot):
    p = Params(length_over_radius=2.0, T_hot=T_hot, alpha_n=1, sigma_t=1)
    record = walkers.run(thermal_transpiration.build(p).resized(4000), 4, n_batches=64)
    verdicts = analysis.judge(thermal_transpiration.checks(record, p))
    gamma = "measured" if T_hot == 300.0 else "agrees"
    assert [v.outcome for v in verdicts] == ["agrees", gamma, "agrees", "agrees"]


@pytest.mark.parametrize(
    "given", [{}, {"T_hot": 300.0}, {"alpha_n": 0.4, "sigma_t": 1.3}, {"alpha_n": 1, "sigma_t": 1}]
)
def test_its_figures(given):
    figure = run("thermal-transpiration", length_over_radius=2.0, batches=2, **given).plot()
    assert len(figure.axes) == (2 if "alpha_n" in given else 3)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"T_hot": 200.0}, "T_hot: must be at least T_cold = 300.0, got 200.0"),
        ({"T_cold": 0.0}, "T_cold: must be at least 0.1, got 0.0"),
        ({"alpha": 1.5}, "alpha: must be at most 1, got 1.5"),
        ({"alpha_n": 1.5, "sigma_t": 0.5}, "alpha_n: must be at most 1, got 1.5"),
        ({"sigma_t": 2.0, "alpha_n": 1}, "sigma_t: must be at most 1.9, got 2.0"),
        ({"alpha_n": 0.5}, "alpha_n: needs sigma_t too, got 0.5 alone"),
        ({"sigma_t": 0.5}, "sigma_t: needs alpha_n too, got 0.5 alone"),
        (
            {"alpha": 0.5, "alpha_n": 0.5, "sigma_t": 0.5},
            "alpha: not together with alpha_n and sigma_t, got 0.5",
        ),
        ({"wall_profile": "steep"}, "wall_profile: must be 'linear' or 'step', got 'steep'"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_one_line(given, said):
    with pytest.raises(ParameterError) as error:
        validate(Params, given)
    assert str(error.value) == said


def test_a_wrong_rule_with_its_own_temperatures_says_so():
    with pytest.raises(ParameterError, match="T_hot, T_cold: this wall is at 1200 and 300 K"):
        run("thermal-transpiration", wrong_rule="cercignani-lampis", batches=2, T_hot=900.0)
