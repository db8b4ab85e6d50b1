"""The command ``fluxwalk``: reads what was typed, runs scenarios, prints, and sets the status.

Commands return an ``Answer``; only ``main`` writes and decides how the process ends.
"""

from __future__ import annotations

import contextlib
import enum
import importlib.metadata
import os
import shlex
import sys
import tempfile
import traceback
from collections.abc import Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

import walkers
from analysis import TrajectoryError
from analysis.verdict import FAMILY_ERROR_RATE

from . import report
from ._inputs import (
    InputError,
    RunFile,
    checked_figure_path,
    read_number,
    read_run_file,
    read_settings,
)
from ._parameters import ParameterError
from ._progress import progress_bar
from ._result import Result
from ._run import judged
from ._scenario import Scenario, ScenarioError, load, names
from ._simulate import (
    MAXIMUM_SECONDS,
    NORMAL_PRECISION,
    Run,
    TooBigError,
    checked_batch,
    checked_jobs,
    simulate,
)

AGREES, DISAGREES, BAD_INPUT, UNDECIDED, INTERNAL_ERROR, INTERRUPTED = 0, 1, 2, 3, 4, 130
BROKEN_PIPE = 141
"""What a shell reports of a command whose reader went away."""

EFFORTS: dict[str, dict[str, Any]] = {
    "quick": {"n_batches": 64},
    "normal": {"precision": 0.003},
    "full": {"precision": 0.001},
}

_BAD_INPUT = (
    InputError,
    ParameterError,
    ScenarioError,
    TooBigError,
    TrajectoryError,
    walkers.StoreError,
)
_USAGE_ERROR: type[Exception] = typer.BadParameter.__mro__[2]
"""ClickException, wherever the installed typer keeps it."""


class Answer(NamedTuple):
    """What a command prints on stdout, its exit status, and what it says on stderr."""

    text: str
    status: int = AGREES
    remarks: Sequence[str] = ()


class Effort(enum.StrEnum):
    """How long ``validate`` takes."""

    quick = "quick"
    normal = "normal"
    full = "full"


class ExecutorKind(enum.StrEnum):
    """Who runs the batches."""

    threads = "threads"
    processes = "processes"


app = typer.Typer(
    name="fluxwalk",
    add_completion=False,
    pretty_exceptions_enable=False,
    no_args_is_help=False,
    rich_markup_mode=None,
)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")]
Seed = Annotated[
    str | None, typer.Option(metavar="N", help="Seed of the random numbers; by default 1.")
]
Jobs = Annotated[
    str | None,
    typer.Option(metavar="N", help="Batches at a time; by default one per core."),
]


Name = Annotated[str, typer.Argument(metavar="NAME", help="A scenario, or its .py file.")]


@app.callback(invoke_without_command=True)
def fluxwalk(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Say which version this is.")] = False,
) -> Answer | None:
    """Particles that move at random, and a verdict on every law that emerges from them."""
    if version:
        return Answer(f"fluxwalk {importlib.metadata.version('fluxwalk')}")
    if context.invoked_subcommand is None:
        context.fail("Missing command")
    return None


@app.command("list")
def list_command(as_json: Json = False) -> Answer:
    """Every scenario: its question and its law."""
    entries = [_listed(name) for name in names()]
    if as_json:
        return Answer(report.json_text(entries))
    rows = [
        (entry["name"], entry["question"], entry["law_name"])
        if "broken" not in entry
        else (entry["name"], "broken", entry["broken"])
        for entry in entries
    ]
    return Answer(report.coloured(report.scenarios(rows)))


def _listed(name: str) -> dict[str, Any]:
    try:
        scenario = load(name)
        law_name = scenario.law_name
    except ScenarioError as error:
        return {"name": name, "broken": str(error)}
    return {
        "name": name,
        "question": scenario.question,
        "law_name": law_name,
        "parameters": scenario.parameters(),
        "quantities": list(scenario.file.QUANTITIES),
        "wrong_rules": list(scenario.wrong_rules),
    }


@app.command("show")
def show_command(name: Name) -> Answer:
    """Parameters, rule, quantities and laws of a scenario."""
    scenario = load(name)
    return Answer(report.coloured(report.scenario(scenario, scenario.laws_at_defaults())))


@app.command("run")
def run_command(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME", help="A scenario, its .py file, or a .toml file that describes the run."
        ),
    ],
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Set a parameter; may be repeated."),
    ] = None,
    batches: Annotated[
        str | None, typer.Option(metavar="N", help="Number of batches, instead of --precision.")
    ] = None,
    precision: Annotated[
        str | None,
        typer.Option(
            metavar="X",
            help=f"Relative error of the first quantity that has one; by default "
            f"{NORMAL_PRECISION:g}.",
        ),
    ] = None,
    seed: Seed = None,
    jobs: Jobs = None,
    store: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder that keeps finished batches, to resume from."),
    ] = None,
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Save a figure, e.g. flux.png.")
    ] = None,
    wrong_rule: Annotated[
        str | None,
        typer.Option(metavar="RULE", help="Run a broken rule, which the law must refuse."),
    ] = None,
    executor: Annotated[
        ExecutorKind, typer.Option(metavar="KIND", help="Run batches in threads or processes.")
    ] = ExecutorKind.threads,
    yes: Annotated[
        bool,
        typer.Option(
            "--yes",
            help=f"Run even what would take more than {MAXIMUM_SECONDS / 3600:g} h, or more "
            "memory than is free.",
        ),
    ] = False,
    as_json: Json = False,
) -> Answer:
    """Run a scenario and judge it against its laws."""
    file = read_run_file(Path(name)) if name.endswith(".toml") else RunFile(scenario=name)
    values = {**file.parameters, **read_settings(settings or [])}
    extent = (read_number(batches), read_number(precision))
    n_batches, relative_error = extent if extent != (None, None) else (file.batches, file.precision)
    figure = None if plot is None else checked_figure_path(plot)
    if store is not None and store.exists() and not store.is_dir():
        raise InputError(f"--store: {store} is a file, not a folder")
    scenario = load(file.scenario)
    with _pool(executor, jobs) as pool, progress_bar(scenario.name) as bar:
        finished = simulate(
            scenario,
            values,
            seed=_first(read_number(seed), file.seed, 1),
            n_batches=n_batches,
            precision=relative_error,
            wrong_rule=wrong_rule,
            store=store,
            executor=pool,
            progress=bar,
            allow_long=yes,
        )
    (result,) = judged([finished])
    if figure is not None:
        _save(result, figure)
    text = (
        report.json_text(result.as_json())
        if as_json
        else report.coloured(report.verdicts([result]))
    )
    return Answer(text, _status([result]))


@app.command("validate")
def validate_command(
    scenarios: Annotated[
        list[str] | None, typer.Argument(metavar="NAME", help="Scenarios; by default all.")
    ] = None,
    effort: Annotated[
        Effort,
        typer.Option(metavar="EFFORT", help="How precise: quick, normal or full."),
    ] = Effort.normal,
    seed: Seed = None,
    jobs: Jobs = None,
    as_json: Json = False,
) -> Answer:
    """Judge every law of every scenario.

    All verdicts together raise a false alarm in one of a thousand calls.
    """
    loaded, broken = _loaded(scenarios or names(), skip_broken=not scenarios)
    runs: list[Run] = []
    number = _first(read_number(seed), 1)
    with _pool(ExecutorKind.threads, jobs) as pool:
        for scenario in loaded:
            with progress_bar(scenario.name) as bar:
                options = {"seed": number, "executor": pool, **EFFORTS[effort]}
                runs.append(simulate(scenario, {}, progress=bar, **options))
    results = judged(runs)
    if as_json:
        objects = [result.as_json() for result in results]
        text = report.json_text({"family_error_rate": FAMILY_ERROR_RATE, "results": objects})
    else:
        text = report.coloured(report.verdicts(results))
    return Answer(text, INTERNAL_ERROR if broken else _status(results), broken)


def _loaded(wanted: Sequence[str], skip_broken: bool) -> tuple[list[Scenario], list[str]]:
    """Load scenarios; where nobody named them, the broken ones are left out and reported."""
    loaded, broken = [], []
    for name in wanted:
        try:
            loaded.append(load(name))
        except ScenarioError as error:
            if not skip_broken:
                raise
            broken.append(str(error))
    return loaded, broken


@app.command("drop-batch")
def drop_batch_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="File of a store.")],
    batch: Annotated[str, typer.Argument(metavar="BATCH", help="Number of the batch.")],
) -> Answer:
    """Delete one damaged batch from a store.

    The next run computes it again.
    """
    walkers.drop_batch(file, checked_batch(read_number(batch)))
    return Answer(f"{file}: batch {batch} dropped")


def _first(*values: Any) -> Any:
    """First value that was given."""
    return next(value for value in values if value is not None)


def _status(results: Sequence[Result]) -> int:
    outcomes = {verdict.outcome for result in results for verdict in result.verdicts}
    if "disagrees" in outcomes:
        return DISAGREES
    return UNDECIDED if "undecided" in outcomes else AGREES


def _pool(kind: ExecutorKind, jobs: str | None) -> Executor:
    n_jobs = checked_jobs(read_number(jobs))
    return walkers.processes(n_jobs) if kind is ExecutorKind.processes else walkers.threads(n_jobs)


def _save(result: Result, path: Path) -> None:
    try:
        result.plot(path)
    except OSError as error:
        raise InputError(f"--plot: {path} cannot be written ({error.strerror})") from error


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    try:
        status = _answered(arguments)
    except _USAGE_ERROR as error:
        message = error.format_message()  # type: ignore[attr-defined]
        command = getattr(getattr(error, "ctx", None), "command_path", "fluxwalk")
        _say(f"{message.replace('Value error, ', '').rstrip('.')}; see {command} --help")
        status = BAD_INPUT
    except _BAD_INPUT as error:
        _say(str(error))
        status = BAD_INPUT
    except (KeyboardInterrupt, typer.Abort):
        status = INTERRUPTED
    except Exception as error:
        _say(f"{type(error).__name__}: {error}; the traceback is in {_saved_traceback()}")
        status = INTERNAL_ERROR
    if status == INTERRUPTED:
        _say(_how_to_resume(arguments))
    return status


def _answered(arguments: list[str]) -> int:
    """Let a command answer, and print what it says."""
    command = typer.main.get_command(app)
    answer = command.main(arguments, prog_name="fluxwalk", standalone_mode=False)
    try:
        if isinstance(answer, Answer):
            for remark in answer.remarks:
                _say(remark)
            print(answer.text)
        sys.stdout.flush()
    except BrokenPipeError:
        _forget_stdout()
        return BROKEN_PIPE
    return answer.status if isinstance(answer, Answer) else int(answer or 0)


def _forget_stdout() -> None:
    """Keep Python from flushing into the broken pipe again when it ends."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say(message: str) -> None:
    """One line on stderr, whatever the message holds."""
    line = " ".join(f"fluxwalk: {message}".split())
    printable = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in line)
    print(printable, file=sys.stderr)


def _saved_traceback() -> str:
    with tempfile.NamedTemporaryFile(
        "w", prefix="fluxwalk-", suffix=".txt", delete=False, encoding="utf-8", errors="replace"
    ) as file:
        file.write(traceback.format_exc())
    return file.name


def _how_to_resume(arguments: Sequence[str]) -> str:
    command = shlex.join(["fluxwalk", *arguments])
    if any(argument.startswith("--store") for argument in arguments):
        return f"interrupted; finished batches are kept, resume with: {command}"
    if arguments[:1] == ["run"]:
        return f"interrupted; nothing is kept without a store: {command} --store DIR"
    return f"interrupted; start again with: {command}"
