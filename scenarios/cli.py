"""The command ``fluxwalk``: knows its commands, prints what they answer, and sets the status.

Commands return an ``Answer``; only ``main`` writes and decides how the process ends.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import os
import shlex
import signal
import sys
import tempfile
import traceback
import warnings
from collections.abc import Sequence
from concurrent.futures import BrokenExecutor
from typing import Annotated, Any

import typer

import walkers
from analysis import TrajectoryError
from walkers.engine.on_mpi import how_it_was_started

from ._commands._answer import (
    BAD_INPUT,
    BROKEN_PIPE,
    INTERNAL_ERROR,
    INTERRUPTED,
    TERMINATED,
    Answer,
)
from ._commands._examples import epilog
from ._commands.doctor import doctor_command
from ._commands.inspect import inspect_command
from ._commands.look import list_command, show_command
from ._commands.merge import merge_command
from ._commands.report import report_command
from ._commands.run import run_command
from ._commands.stores import drop_batch_command
from ._commands.sweep import sweep_command
from ._commands.validate import validate_command
from ._inputs import InputError
from ._limits import TooBigError
from ._parameters import ParameterError
from ._scenario import ScenarioError
from ._signals import ending_in_order

_BAD_INPUT = (
    InputError,
    ParameterError,
    ScenarioError,
    TooBigError,
    TrajectoryError,
    walkers.ExecutorError,
    walkers.StoreError,
)
_USAGE_ERROR: type[Exception] = typer.BadParameter.__mro__[2]
"""ClickException, wherever the installed typer keeps it."""

app = typer.Typer(
    name="fluxwalk",
    add_completion=False,
    pretty_exceptions_enable=False,
    no_args_is_help=False,
    rich_markup_mode=None,
    epilog=epilog(""),
)


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


for name, command in (
    ("list", list_command),
    ("show", show_command),
    ("run", run_command),
    ("sweep", sweep_command),
    ("validate", validate_command),
    ("report", report_command),
    ("inspect", inspect_command),
    ("merge", merge_command),
    ("drop-batch", drop_batch_command),
    ("doctor", doctor_command),
):
    app.command(name, epilog=epilog(name))(command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    restore = arguments is not None
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    with ending_in_order(restore) as first_signal, warnings.catch_warnings():
        warnings.showwarning = _say_warning  # type: ignore[assignment]
        status = _status(arguments)
        if status == INTERRUPTED:
            _say(f"interrupted; {_how_to_resume(arguments)}")
            status = TERMINATED if first_signal.number == signal.SIGTERM else INTERRUPTED
        return status


def _status(arguments: list[str]) -> int:
    try:
        status = _answered(arguments)
    except _USAGE_ERROR as error:
        message = error.format_message()  # type: ignore[attr-defined]
        command = getattr(getattr(error, "ctx", None), "command_path", "fluxwalk")
        message = message.replace("Value error, ", "").rstrip(".")
        _say(f"{message}{' See' if message.endswith('?') else '; see'} {command} --help")
        status = BAD_INPUT
    except _BAD_INPUT as error:
        _say(str(error))
        status = BAD_INPUT
    except (KeyboardInterrupt, typer.Abort):
        status = INTERRUPTED
    except Exception as error:
        status = INTERNAL_ERROR
        if isinstance(error.__cause__, BrokenExecutor):  # workers are lost: no fault of the code
            _say(f"{error}; {_how_to_resume(arguments)}")
            return status
        _say(f"{type(error).__name__}: {error}; the traceback is in {_saved_traceback()}")
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


def _say_warning(message: Warning | str, *place: Any) -> None:
    """Say what fluxwalk warns of in one line; the place in the code helps nobody."""
    if str(message).startswith("fluxwalk: "):
        _say(str(message).removeprefix("fluxwalk: "))


def _saved_traceback() -> str:
    with tempfile.NamedTemporaryFile(
        "w", prefix="fluxwalk-", suffix=".txt", delete=False, encoding="utf-8", errors="replace"
    ) as file:
        file.write(traceback.format_exc())
    return file.name


def _how_to_resume(arguments: Sequence[str]) -> str:
    command = shlex.join([*(how_it_was_started() or ["fluxwalk"]), *arguments])
    if any(argument.startswith("--store") for argument in arguments):
        return f"finished batches are kept, resume with: {command}"
    if arguments[:1] in (["run"], ["validate"], ["sweep"]):
        return f"nothing is kept without a store: {command} --store DIR"
    return f"start again with: {command}"
