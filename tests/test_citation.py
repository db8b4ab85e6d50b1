"""How to cite, what changed, and under which licence: all say the same version and name."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
CITATION = (ROOT / "CITATION.cff").read_text()


def test_the_citation_is_valid():
    cffconvert = pytest.importorskip("cffconvert")
    citation = cffconvert.Citation(CITATION, src=None)
    citation.validate()
    assert citation.cffversion == "1.2.0"


def test_citation_licence_and_project_agree():
    assert re.search(r"^version: (\S+)$", CITATION, re.MULTILINE)[1] == PROJECT["version"]
    assert re.search(r"^license: (\S+)$", CITATION, re.MULTILINE)[1] == PROJECT["license"]
    licence = (ROOT / "LICENSE").read_text()
    assert licence.startswith("MIT License")
    assert "The fluxwalk developers" in licence
    assert "name: The fluxwalk developers" in CITATION


def test_the_changelog_knows_this_version():
    changes = (ROOT / "CHANGELOG.md").read_text()
    assert PROJECT["version"] in changes
    assert re.search(r"^## \[(Unreleased|0\.1\.0)\]", changes, re.MULTILINE)
