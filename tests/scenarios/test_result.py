"""A Result says the same as text, HTML, table, figure and JSON."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest

import scenarios
from scenarios import _tables, knudsen_tube
from scenarios._scenario import load

KEYS = ["scenario", "parameters", "seed", "batches", "seconds", "record_sha256", "verdicts"]
VERDICT_KEYS = [
    "quantity", "unit", "value", "stderr", "dof", "law_name", "law", "expected", "z",
    "rival_name", "rival", "detectable", "outcome", "sentence",
]  # fmt: skip


@pytest.fixture(scope="module")
def result():
    return scenarios.run("random-walk", steps=20, batches=64, seed=3, jobs=1)


def test_result_is_the_same_from_its_parts(result):
    from scenarios import random_walk

    by_module = scenarios.run(random_walk, steps=20, batches=64, seed=3, jobs=2)
    assert by_module.record.sha256() == result.record.sha256()
    assert by_module.verdicts == result.verdicts


def test_json_has_exactly_the_promised_keys_in_order(result):
    content = result.as_json()
    assert list(content) == KEYS
    assert [list(verdict) for verdict in content["verdicts"]] == [VERDICT_KEYS] * 4
    assert content["parameters"] == {"dimension": 3, "steps": 20, "bias": 0.0, "stay": 0.0}
    assert json.loads(json.dumps(content, allow_nan=False)) == content


def test_json_has_null_where_a_number_is_not_finite(result):
    odd = [replace(result.verdicts[0], z=None, rival=math.inf, detectable=math.nan)]
    (verdict,) = replace(result, verdicts=odd).as_json()["verdicts"]
    assert verdict["z"] is verdict["rival"] is verdict["detectable"] is None


def test_text_fits_80_columns_and_explains_what_does_not_agree(result, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    wrong = [
        replace(
            result.verdicts[0],
            quantity="diffusivity_green_kubo",
            value=2.88e20,
            stderr=3.2e18,
            unit="1/(m² s)",
            law=2.8741e20,
            expected=-2.8741e20,
            z=-93.7,
            outcome="disagrees",
            sentence="it is [red] wrong",
        )
    ]
    text = str(replace(result, verdicts=[*wrong, *result.verdicts[1:]]))
    assert max(map(len, text.splitlines())) <= 80
    assert "\ndiffusivity_green_kubo (2.880 ± 0.032)e+20" in text
    assert "\n  1/(m² s) " in text
    assert "agrees*" in text
    assert "random-walk: it is [red] wrong" in text
    outcomes = [line.rstrip("*").rsplit(maxsplit=1)[-1] for line in text.splitlines() if line]
    assert outcomes.count("agrees") == 3
    assert outcomes.count("disagrees") == 1
    monkeypatch.setenv("COLUMNS", "20")  # a terminal wraps lines; no digit is cut off
    assert "diffusivity_green_kubo (2.880 ± 0.032)e+20" in str(replace(result, verdicts=wrong))
    assert "\x1b" not in text
    assert repr(result) == str(result)


def test_legend_explains_only_what_is_shown(result):
    def said(**changes):
        return "\n".join(_tables.legend([replace(result.verdicts[0], **changes)]))

    shown = {"expected": 1.0, "law": 1.0, "z": 0.5, "by_z_alone": True}
    assert "*:" in said(**shown, outcome="agrees")
    assert "*:" not in said(**shown, outcome="undecided")
    assert "(…)" not in said(**shown)
    assert "(…)" in said(**{**shown, "law": 2.0})
    assert "approximation: diffusivity_msd 5 %" in said(
        **shown, tolerance=0.05, scale=1.0, detectable=0.06
    )
    exact = {**shown, "z": None, "by_z_alone": False}
    assert said(**exact, tolerance=0.0, outcome="agrees") == ""
    assert said(**exact, tolerance=0.06, outcome="agrees").startswith("± …")
    assert said(**exact, tolerance=math.nan, outcome="measured") == ""


def test_a_number_without_error_shows_what_is_allowed(result):
    rows = [
        replace(result.verdicts[0], z=None, tolerance=tolerance, outcome="agrees")
        for tolerance in (0.0, 0.064)
    ]
    identity, within = str(replace(result, verdicts=rows)).splitlines()[2:4]
    assert identity.endswith("exact  agrees")
    assert within.endswith("± 0.064  agrees")


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.00123, "0.12 %"), (0.996, "100 %"), (1.56, "160 %"), (10.0, "1000 %"),
        (55.0, "> 1000 %"), (math.inf, "> 1000 %"),
    ],
)  # fmt: skip
def test_percent_has_no_powers_of_ten(share, text):
    assert _tables.percent(share) == text


def test_html_is_escaped(result):
    wrong = replace(result.verdicts[0], unit="<b>", outcome="disagrees", sentence="a < b & c")
    html = replace(result, verdicts=[wrong])._repr_html_()
    assert "&lt;b&gt;" in html
    assert "a &lt; b &amp; c" in html
    assert "<b>" not in html


def test_frame_has_one_row_per_verdict(result):
    frame = result.frame
    assert list(frame["quantity"]) == [v.quantity for v in result.verdicts]
    assert frame["z"].tolist() == [v.z for v in result.verdicts]


def test_plot_is_a_figure_and_a_scenario_may_draw_its_own(result, tmp_path, monkeypatch):
    file = load("random-walk").file
    monkeypatch.delattr(file, "plot", raising=False)
    figure = result.plot(tmp_path / "a.svg")
    assert (tmp_path / "a.svg").stat().st_size > 1000
    near, far = figure.axes
    assert near.get_xlabel() == far.get_xlabel() == "(value − expected)/scale  [%]"
    labels = [tick.get_text() for tick in near.get_yticklabels()]
    assert labels[2] == "drift\nscale 1 ℓ/τ"
    first = result.verdicts[0]
    drawn = near.containers[0].lines[0].get_xdata()[0]
    assert drawn == pytest.approx(100 * (first.value - first.expected) / first.scale)
    own = figure.__class__()
    monkeypatch.setattr(file, "plot", lambda result: own, raising=False)
    assert result.plot() is own


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (0.1667087, 3.65e-5, "0.16671 ± 0.00004"),
        (0.1667087, 3.5e-5, "0.166709 ± 0.000035"),
        (6.11e-6, 3.38e-5, "(0.6 ± 3.4)e-05"),
        (2.5e20, 1.2e18, "(2.500 ± 0.012)e+20"),
        (-1234.5, 30.0, "-1234 ± 30"),
        (99999.9, 0.9999, "99999.9 ± 1.0"),
        (1.9999999999999996, 3e-15, "2 ± 3e-15"),
        (0.0, 0.0, "0"),
        (1.5, math.nan, "1.5"),
    ],
)
def test_value_and_error_have_the_digits_that_matter(value, error, text):
    assert _tables.with_error(value, error) == text


def test_too_few_batches_for_an_estimate_are_bad_input(monkeypatch):
    """Of twenty molecules in a very long tube none passes: nothing scatters."""
    build = knudsen_tube.build
    monkeypatch.setattr(knudsen_tube, "build", lambda p: build(p).resized(20))
    with pytest.raises(scenarios.ParameterError, match="batches: 2 are too few for an estimate"):
        scenarios.run("knudsen-tube", length_over_radius=1000, batches=2, jobs=1)


def test_bad_options_are_parameter_errors():
    for options in (
        {"seed": 1.5},
        {"seed": True},
        {"batches": 64, "precision": 0.1},
        {"batches": "64"},
        {"precision": math.nan},
        {"jobs": 0},
        {"wrong_rule": "nope"},
        {"steps": math.inf},
        {"stepz": 3},
    ):
        with pytest.raises(scenarios.ParameterError) as caught:
            scenarios.run("random-walk", **options)
        assert str(caught.value).replace("-", "_").startswith(tuple(options))


def test_a_scenario_made_of_parts_is_the_one_that_stands_in_a_file(result, tmp_path):
    from scenarios import random_walk as file

    parts = {
        name: getattr(file, name) for name in ("Params", "QUANTITIES", "build", "laws", "checks")
    }
    made = scenarios.define("walk-here", "Does it?", WRONG_RULES=file.WRONG_RULES, **parts)
    here = scenarios.run(made, steps=20, batches=64, seed=3, jobs=1, store=tmp_path)
    assert here.record.sha256() == result.record.sha256()
    assert here.title.startswith("walk-here: 64 batches")
    assert "walk-here" in here._repr_html_()  # a page without a file to carry
    wrong = scenarios.run(made, steps=20, batches=64, wrong_rule="persistence", jobs=1)
    assert wrong.verdicts[0].outcome == "disagrees"
    with pytest.raises(scenarios.ScenarioError, match=r"^walk.here: .*lacks QUANTITIES"):
        scenarios.define("walk-here", "Does it?", **{**parts, "QUANTITIES": {}})


@pytest.mark.parametrize("run", [scenarios.run, scenarios.sweep, scenarios.dry_run])
def test_an_executor_is_no_name(run):
    with pytest.raises(scenarios.ParameterError, match=r"executor: .*walkers.dask\(\), got 'dask'"):
        run("random-walk", steps=[20] if run is not scenarios.run else 20, executor="dask")
