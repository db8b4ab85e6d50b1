"""Tables of pores given to the scenario: bad ones cost one line, many radii are put into groups."""

from __future__ import annotations

import numpy as np
import pytest

import walkers
from analysis.laws import pores as laws_of
from scenarios import InputError, pores, run
from scenarios._pores import MOST_CLASSES, read_pores
from tests.conftest import Z_LIMIT
from tests.scenarios.command import assert_refused, fluxwalk

SHORT = ["run", "pores", "--batches", "8", "--set"]
GOOD = "radius,count\n2e-6,30\n1e-6,5\n2e-6,70\n"


def save(folder, text):
    path = folder / "pores.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["radius and count", "nothing"]),
        ("radius,count\n\n", ["has no rows"]),
        ("radius,number\n1e-6,1\n", ["radius and count", "radius, number"]),
        ("radius,count,count\n1e-6,1,1\n", ["once each"]),
        ("radius,count\n1e-6,1\nwide,1\n", ["row 2: radius", "'wide'"]),
        ("radius,count\n1e-6,\n", ["row 1: count", "''"]),
        ("radius,count\n1e-6\n", ["row 1: count", "''"]),
        ("radius,count\n-1e-6,1\n", ["row 1: radius", "'-1e-6'"]),
        ("radius,count\nnan,1\n", ["row 1: radius", "'nan'"]),
        ("radius,count\n1e-6,0\n", ["row 1: count", "'0'"]),
        ("radius,count\n1e-6,1.5\n", ["row 1: count", "whole", "1.5"]),
        ("radius,count\n1e-6,1e300\n", ["row 1: count", "1e+300"]),
        ("radius,count\n1e-6,1\n1e-2,1\n", ["row 2: radii", "1e-08 to 0.001 m", "0.01 m"]),
        ("radius,count\n1e-6,1\n\n1e-9,1\n", ["row 3: radii", "1e-09 m"]),
        (b"radius,count\n\xff,1\n", ["CSV table", "utf-8"]),
        ("radius,count\n1e-6," + "1" * 200_000, ["CSV table", "field"]),
    ],
)
def test_a_bad_table_costs_one_line(tmp_path, capsys, text, words):
    path = save(tmp_path, text)
    assert_refused(fluxwalk(capsys, *SHORT, f"file={path}"), "file: ", path, *words)


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("file=no-such.csv", ["file: no-such.csv: no such file"]),
        ("file=/proc", ["file: /proc: cannot be read"]),
        ("thickness=1e-2", ["thickness: radii", "1e-05 to 1 m", "2e-07 m"]),
        ("thickness=0", ["thickness", "1e-09"]),
    ],
)
def test_other_bad_input_costs_one_line(capsys, setting, words):
    assert_refused(fluxwalk(capsys, *SHORT, setting), *words)


def test_a_vacuum_on_both_sides_does_not_flow(capsys):
    words = ["p_1: must be at least 1e-12", "0.0"]
    assert_refused(fluxwalk(capsys, *SHORT, "p_1=0", "--set", "p_2=0"), *words)


def test_a_table_is_read_by_its_columns(tmp_path):
    text = "\ufeffname, Count ,RADIUS\na,30,2e-6\n\nb,5,1e-6\nc,70,2e-6\n"
    read = read_pores(str(save(tmp_path, text)), 1e-5)
    assert read.radii.tolist() == [1e-6, 2e-6]
    assert read.counts.tolist() == [5.0, 100.0]
    assert read.rows.tolist() == [3, 1]
    assert read.mean_radius == pytest.approx(205e-6 / 105.0)
    assert read.classes is read


def test_many_radii_flow_nearly_as_their_groups(tmp_path):
    radii = np.geomspace(2e-8, 2e-6, 300)
    text = "radius,count\n" + "".join(f"{r!r},{i + 1}\n" for i, r in enumerate(radii.tolist()))
    file = str(save(tmp_path, text))
    read = read_pores(file, 1e-5)
    groups = read.classes
    assert len(groups.radii) == MOST_CLASSES
    for power in (2, 3):
        together = groups.counts @ groups.radii**power
        assert together == pytest.approx(read.counts @ read.radii**power, rel=1e-12)
    law = pores.laws(pores.Params(file=file, p_1=1e4))["flow"]
    assert law.expected == pytest.approx(law.law, rel=0.01)
    assert law.expected != law.law
    exact = laws_of.transmissions(1e-5 / radii[[0, 140, 299]])
    assert laws_of.transmissions(1e-5 / radii)[[0, 140, 299]] == pytest.approx(exact, rel=1e-6)
    result = run("pores", file=file, p_1=1e4, batches=8)
    assert all(abs(verdict.z) < Z_LIMIT for verdict in result.verdicts)
    assert any("300 radii in 12 groups" in said for said in result.notes)
    assert any("viscous" in said and "not simulated" in said for said in result.notes)


def test_a_table_that_changes_during_the_run_is_refused(tmp_path, monkeypatch):
    path = save(tmp_path, GOOD)
    p = pores.Params(file=str(path))
    record = walkers.run(pores.build(p).resized(500), seed=1, n_batches=4)
    assert len(pores.checks(record, p)) == 3
    save(tmp_path, GOOD + "5e-6,1\n")
    with pytest.raises(InputError, match="was changed"):
        pores.checks(record, p)
