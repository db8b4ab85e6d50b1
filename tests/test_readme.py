"""Everything the README tells a reader to type is typed here."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from scenarios._scenario import names
from scenarios.cli import main
from tests.scenarios.test_scenarios import CONTRACT

README = (Path(__file__).resolve().parents[1] / "README.md").read_text()
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", README, re.DOTALL)
PYTHON = [text for language, text in BLOCKS if language == "python"]
COMMANDS = [
    line.split("  #")[0].strip()
    for language, text in BLOCKS
    if language == "sh"
    for line in text.splitlines()
    if line.startswith("fluxwalk ")
]


def test_the_readme_says_something_to_type():
    assert len(PYTHON) == 3
    assert len(COMMANDS) >= 6
    assert README.count(".venv/bin/fluxwalk validate") == 1
    assert README.count(".venv/bin/pytest") == 1


def test_the_readme_s_table_names_scenarios_that_exist():
    """A new one needs no line there: ``fluxwalk list`` documents it."""
    rows = re.findall(r"^\| `([\w-]+)` \|", README, re.MULTILINE)
    assert set(CONTRACT) <= set(rows) <= set(names())


@pytest.mark.parametrize("command", COMMANDS)
def test_command_does_what_its_comment_says(command, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    expected = {1} if "--wrong-rule" in command else {3, 0} if "quick" in command else {0}
    assert main(shlex.split(command)[1:]) in expected, capsys.readouterr().out
    if "--plot" in command:
        assert (tmp_path / "slab.png").stat().st_size > 1000
        assert len(list((tmp_path / "runs").iterdir())) == 1


def test_a_run_from_the_file_shown(tmp_path, monkeypatch):
    (toml,) = [text for language, text in BLOCKS if language == "toml"]
    (tmp_path / "tube.toml").write_text(toml)
    monkeypatch.chdir(tmp_path)
    assert main(["run", "tube.toml"]) == 0


def test_python_from_the_readme(capsys):
    for block in PYTHON[:2]:
        exec(compile(block, "README.md", "exec"), {})
    assert "diffusivity_msd = 0.16" in capsys.readouterr().out


def test_the_new_scenario_of_the_readme_agrees(tmp_path):
    (tmp_path / "mine.py").write_text(PYTHON[2])
    assert main(["run", str(tmp_path / "mine.py")]) == 0
    assert main(["run", str(tmp_path / "mine.py"), "--set", "stay=0.8"]) == 0
