"""Look at the machine: ``doctor``."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from .. import _tables
from .._health import findings
from ._answer import AGREES, DISAGREES, Answer
from ._options import Json


def doctor_command(as_json: Json = False) -> Answer:
    """Check this machine, and that its bits are the published ones.

    What is wrong comes with what to do about it; the last lines compare small runs with the
    published ones. Exit status 0 if all is well, 1 if something is wrong.
    """
    found = list(findings())
    status = AGREES if all(one.is_right for one in found) else DISAGREES
    if as_json:
        entries = [
            {"name": one.name, "ok": one.is_right, "found": one.found,
             "advice": None if one.is_right else one.advice}
            for one in found
        ]  # fmt: skip
        return Answer(_tables.json_text({"ok": status == AGREES, "findings": entries}), status)
    rows = Table.grid(padding=(0, 2, 0, 0))
    rows.add_column(no_wrap=True)
    rows.add_column(no_wrap=True)
    rows.add_column(overflow="fold")
    for one in found:
        mark = Text("ok", style="green") if one.is_right else Text("wrong", style="bold red")
        said = one.found if one.is_right else f"{one.found}: {one.advice}"
        rows.add_row(Text(one.name), mark, Text(said))
    return Answer(_tables.coloured(rows), status)
