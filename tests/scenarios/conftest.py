"""Tests of one scenario run one after the other, so that they share its run."""

from __future__ import annotations


def pytest_collection_modifyitems(items):
    """Sort the tests of each file by the scenario that they are about, if they name one."""
    items.sort(key=lambda item: (item.path.name != "test_scenarios.py", _scenario(item)))


def _scenario(item):
    named = getattr(item, "callspec", None) if item.path.name == "test_scenarios.py" else None
    return named.params.get("name", "") if named else ""
