"""Every help ends in examples that can be typed, and says what the exit status means."""

from __future__ import annotations

import re
import shlex

import pytest

from scenarios import names
from scenarios._commands._examples import EXAMPLES
from tests.pages import commands, takes

from .command import assert_refused, fluxwalk

NAMES = ["", *commands()]


@pytest.mark.parametrize("name", NAMES)
def test_help_fits_80_columns_and_ends_in_examples(name, capsys):
    status, out, err = fluxwalk(capsys, *filter(None, [name]), "--help")
    assert (status, err) == (0, "")
    assert all(len(line) <= 80 for line in out.splitlines())
    assert EXAMPLES[name]
    for example in EXAMPLES[name]:
        assert f"\n    {example}\n" in out
    if name in ("", "run", "validate"):
        assert "130 interrupted" in out


def test_the_list_of_commands_cuts_no_sentence_short(capsys):
    _, out, _ = fluxwalk(capsys, "--help")
    listed = re.findall(r"^  ([a-z][a-z-]*)  +(\S.*)$", out, re.MULTILINE)
    assert [name for name, _ in listed] == list(commands())
    for name, said in listed:
        assert commands()[name].help.splitlines()[0] == said


@pytest.mark.parametrize("line", [line for lines in EXAMPLES.values() for line in lines])
def test_examples_name_what_there_is(line):
    program, *arguments = shlex.split(line)
    assert program == "fluxwalk"
    assert takes(arguments)
    if arguments[0] in ("run", "show", "sweep") and arguments[1][0] not in "-.":
        assert arguments[1] in names()


def test_a_misspelt_command_is_met_with_the_near_one(capsys):
    assert_refused(fluxwalk(capsys, "vaildate"), "Did you mean 'validate'? See fluxwalk --help")
    assert_refused(fluxwalk(capsys, "run", "effusion", "--sed", 3), "--seed", "run --help")
