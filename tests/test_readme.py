"""Everything that the README and the pages of docs/ tell a reader to type is typed here."""

from __future__ import annotations

import importlib.util
import re
import shlex

import pytest

from scenarios._scenario import names
from scenarios.cli import main

from .pages import PAGES, ROOT, blocks, commands, make_file

README = (ROOT / "README.md").read_text()
TEXTS = {page.name: page.read_text() for page in PAGES}
SHELL, PYTHON = blocks("sh"), blocks("python")
MADE_FILES = r"[\w]+\.(?:npy|csv|stl)"

NOT_TYPED = {
    # The two that install: CI types the second word for word, and installs a wheel for the first.
    "python3 -m venv .venv && .venv/bin/pip install -q . && .venv/bin/fluxwalk validate",
    "python3 -m venv .venv && .venv/bin/pip install -q -e '.[test]' && .venv/bin/pytest",
    # These need a scheduler, or an MPI: the tests of the executors start them.
    "fluxwalk run random-walk --executor dask:tcp://10.0.0.1:8786",
    "mpiexec -n 3 python -m mpi4py.futures -m scenarios run random-walk --executor mpi",
}


def test_the_pages_say_something_to_type():
    assert len(SHELL) >= 15
    assert len(PYTHON) >= 5
    assert {line for block in SHELL for line in block.lines} >= NOT_TYPED
    ci = (ROOT / ".ci" / "run").read_text()
    assert "grep -F '.venv/bin/pytest' README.md" in ci
    assert '/bin/fluxwalk" validate --effort quick' in ci  # a minute that no test repeats


@pytest.mark.parametrize("block", SHELL, ids=lambda block: f"{block.page}: {block.lines[0][:60]}")
def test_what_is_to_be_typed_works(block, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for line in block.lines:
        if line in NOT_TYPED:
            continue
        program, *arguments = shlex.split(line)
        assert program == "fluxwalk", line
        written = [word for word in ("--plot", "--save", "-o") if word in arguments]
        results = {arguments[arguments.index(word) + 1] for word in written}
        for file in set(re.findall(MADE_FILES, line)) - results:
            make_file(file)
        expected = 1 if "--wrong-rule" in arguments else 0
        assert main(arguments) == expected, (line, capsys.readouterr())
        assert all((tmp_path / file).exists() for file in results), line


@pytest.mark.parametrize(
    "block", PYTHON, ids=lambda block: f"{block.page}: {block.text.splitlines()[0][:40]}"
)
def test_python_of_the_pages_works(block, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for file in re.findall(MADE_FILES, block.text):
        make_file(file)
    if block.text.startswith('"""'):  # a scenario's file
        (tmp_path / "mine.py").write_text(block.text)
        assert main(["run", "mine.py"]) == 0
        assert main(["run", "mine.py", "--set", "stay=0.8"]) == 0
    else:
        exec(compile(block.text, block.page, "exec"), {})
    assert capsys.readouterr().out.strip()


def test_a_run_from_the_file_shown(tmp_path, monkeypatch):
    (block,) = blocks("toml")
    (tmp_path / "tube.toml").write_text(block.text)
    monkeypatch.chdir(tmp_path)
    assert main(["run", "tube.toml"]) == 0


def test_the_table_of_verdicts_is_what_the_command_prints(monkeypatch, capsys):
    (block,) = [block for block in blocks("text") if block.page == "README.md"]
    monkeypatch.setenv("COLUMNS", "80")
    assert main(["run", "knudsen-tube"]) == 0
    assert block.text.strip() in capsys.readouterr().out


def test_the_figure_is_what_its_script_draws(tmp_path):
    spec = importlib.util.spec_from_file_location("figure", ROOT / "docs" / "figure.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.main(str(tmp_path / "figure.svg"))
    drawn, kept = (
        re.search(r"record_sha256 \w{64} \w{64}", (folder / "figure.svg").read_text())
        for folder in (tmp_path, ROOT / "docs")
    )
    assert drawn[0] == kept[0], "python docs/figure.py docs/figure.svg draws it again"


def test_every_scenario_is_in_the_readme_and_no_other():
    rows = re.findall(r"^\| `([\w-]+)` \|", README, re.MULTILINE)
    assert sorted(rows) == names()


def test_every_command_is_on_the_pages_and_in_the_help(capsys):
    named = {
        word
        for text in TEXTS.values()
        for word in re.findall(r"(?<![\w/`'-])`?fluxwalk ([a-z][\w-]*)", _code(text))
    }
    assert set(commands()) <= named
    assert named <= set(commands())
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    for name, command in commands().items():
        assert re.search(rf"^  {name} ", shown, re.MULTILINE), name
        assert command.help, name


def test_links_lead_somewhere():
    for page in PAGES:
        for target in re.findall(r"\]\(\s*([^)\s]+)\s*\)", page.read_text()):
            if target.startswith("#"):
                headings = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
                assert target[1:] in {h.lower().replace(" ", "-") for h in headings}, target
            elif "://" not in target:
                assert (page.parent / target).exists(), (page.name, target)


def _code(text):
    """What is set as code on a page: blocks and spans."""
    spans = re.findall(r"```.*?```|`[^`]+`", text, re.DOTALL)
    return "\n".join(" ".join(span.split()) if span[:3] != "```" else span for span in spans)
