"""The command as a function: exit status, stdout and stderr."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from scenarios import cli

ROOT = Path(__file__).resolve().parents[2]
SMALL = ["run", "random-walk", "--set", "steps=20", "--jobs", "1"]


def fluxwalk(capsys, *arguments):
    status = cli.main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    return status, out, err


def process(*arguments, cwd=None, **options):
    """The same in a process of its own, where imports, signals and pipes are real."""
    return subprocess.Popen(
        [sys.executable, "-m", "scenarios", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        # A shell's background jobs, CI's perhaps, ignore Ctrl-C, and so would their children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        **options,
    )


def assert_refused(result, *words):
    status, out, err = result
    assert (status, out) == (2, ""), err
    assert err.startswith("fluxwalk: ")
    assert err.endswith("\n")
    assert len(err.splitlines()) == 1
    assert "Traceback" not in err
    for word in words:
        assert str(word) in err
