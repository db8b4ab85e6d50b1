"""Every notebook runs from its first cell to its last, and ends in a verdict that agrees."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

jupytext = pytest.importorskip("jupytext")
nbclient = pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.py"))
SECONDS = 300
"""Limit of one cell, for machines that are busy; a whole notebook takes ten or twenty."""


def executed(path, folder):
    """Notebook with its outputs, run by a kernel of its own in ``folder``."""
    notebook = jupytext.read(path)
    client = nbclient.NotebookClient(
        notebook, timeout=SECONDS, kernel_name="python3", resources={"metadata": {"path": folder}}
    )
    client.execute(env={**os.environ, "PYTHONPATH": str(ROOT)})
    return notebook


def outcomes(cell):
    """Last word of every row of the verdict table that a cell shows."""
    text = "\n".join(
        output["data"].get("text/plain", "") if "data" in output else output.get("text", "")
        for output in cell.outputs
    )
    return re.findall(r"^\w.*\d ± \d.* (\w+)\*?$", text, re.MULTILINE)


def test_there_are_five_of_them():
    assert [path.name[:2] for path in NOTEBOOKS] == ["01", "02", "03", "04", "05"]


@pytest.mark.compiled
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_ends_in_a_verdict_that_agrees(path, tmp_path):
    notebook = executed(path, tmp_path)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    figures = [o for cell in code for o in cell.outputs if "image/png" in o.get("data", {})]
    assert len(figures) >= 1
    assert not [o for cell in code for o in cell.outputs if o.get("name") == "stderr"]
    verdicts = outcomes(code[-1])
    assert verdicts
    assert set(verdicts) == {"agrees"}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_says_in_words_what_every_cell_is_about(path):
    """Prose first; nothing private; an axis without a name is a figure nobody can read."""
    notebook = jupytext.read(path)
    assert notebook.cells[0].cell_type == "markdown"
    assert notebook.cells[0].source.startswith("# ")
    words = sum(len(c.source.split()) for c in notebook.cells if c.cell_type == "markdown")
    assert words >= 200
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    assert not re.findall(r"(?:import|from)[^\n]*\b_\w+|\w\._[a-z]\w*", code)
    assert code.count("subplots(") <= code.count("xlabel=")
