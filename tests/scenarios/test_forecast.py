"""What a run will take is said before it starts, and only if it is long."""

from __future__ import annotations

import io
from contextlib import nullcontext

import pytest
from rich.console import Console

import walkers
from scenarios import TooBigError
from scenarios._job import Forecast, Stage, prepared
from scenarios._progress import ProgressBar
from scenarios._scenario import load
from scenarios._simulate import refuse_too_much, simulate
from walkers import InlineExecutor


def said_of(*forecasts, is_terminal=False):
    written = io.StringIO()
    console = Console(file=written, force_terminal=is_terminal, width=60)
    with ProgressBar(console, "tube") as bar:
        for forecast in forecasts:
            bar(Stage("tube", 64, forecast.n_batches, 0.01, lambda: None, forecast))
    return written.getvalue()


def test_only_a_long_run_is_foretold_in_one_line():
    assert said_of(Forecast(64, 19.0, False)) == ""
    assert said_of(Forecast(512, 300.0, False)) == (
        "fluxwalk: tube: 512 batches, about 5:00 min to go\n"
    )
    twice = said_of(Forecast(512, 300.0, False), Forecast(512, 200.0, False))
    assert twice.count("\n") == 1
    assert said_of(Forecast(64, 40.0, True)) == (
        "fluxwalk: tube: 64 batches, about 40 s to go, then as many as the precision needs\n"
    )
    on_a_terminal = said_of(Forecast(512, 300.0, False), is_terminal=True)
    assert "512 batches, about 5:00 min to go" in on_a_terminal


@pytest.mark.parametrize(("batch", "said"), [(0.02, ""), (1.0, "64 batches, about 59 s to go")])
def test_the_first_round_is_foretold_from_its_measured_rate(batch, said, monkeypatch):
    now = [100.0]
    monkeypatch.setattr("scenarios._progress.time.perf_counter", lambda: now[0])
    written = io.StringIO()
    with ProgressBar(Console(file=written, width=60), "tube") as bar:
        bar(Stage("tube", 0, 64, 0.01, lambda: None, Forecast(64, 1e4, True)))
        now[0] += 30.0  # the first batch compiles
        for n_done in range(1, 65):
            bar(Stage("tube", n_done, 64, 0.01, lambda: None))
            now[0] += batch
    assert written.getvalue().count("\n") == bool(said)
    assert said in written.getvalue()


def test_the_forecast_of_a_tube_is_what_it_then_takes():
    stages = []
    goal = 0.005
    run = simulate(
        load("knudsen-tube"), {"length_over_radius": 30.0}, seed=4, precision=goal,
        executor=InlineExecutor(), progress=stages.append,
    )  # fmt: skip
    first = stages[0]
    assert (first.n_done, first.forecast.is_round) == (0, False)
    assert first.forecast.n_batches == run.record.n_batches
    assert sum(stage.forecast is None for stage in stages) == run.record.n_batches
    error = load("knudsen-tube").batch_error(run.params)
    assert run.checks[0].precision == pytest.approx(error / run.record.n_batches**0.5, rel=0.3)


def test_what_cannot_end_within_a_day_is_refused_before_it_starts():
    stages = []
    with pytest.raises(TooBigError, match="hours"):
        simulate(
            load("knudsen-tube"), {"length_over_radius": 1000.0}, precision=1e-4,
            progress=stages.append,
        )  # fmt: skip
    assert stages == []


def test_where_the_error_is_not_known_beforehand_the_first_round_is_foretold():
    stages = []
    values = {"steps": 20}
    simulate(load("random-walk"), values, precision=0.5, progress=stages.append)
    assert stages[0].forecast.is_round
    assert stages[0].forecast.n_batches == 64
    assert load("random-walk").batch_error(None) is None


@pytest.mark.parametrize(("estimated", "is_refused"), [(9.0, False), (11.0, True)])
def test_a_rough_estimate_refuses_no_run_whose_batch_is_quick(monkeypatch, estimated, is_refused):
    """A batch that is said to be short is timed before a run is refused."""
    monkeypatch.setattr(walkers.Together, "seconds_per_batch", estimated)
    job = prepared(load("random-walk"), {"steps": 20}, 1, 20_000, None, None)
    told = []
    with pytest.raises(TooBigError, match="hours") if is_refused else nullcontext():
        refuse_too_much(job, InlineExecutor(), told.append, False)
    assert [stage.forecast.seconds < 86400.0 for stage in told] == ([] if is_refused else [True])
