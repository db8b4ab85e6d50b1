"""Files of positions: the same numbers from every format, and one line for each way to fail."""

from __future__ import annotations

import pickle

import numpy as np
import pandas
import pytest

from analysis import TrajectoryError, analyse, read_positions

N_WALKERS, N_TIMES = 20, 9


@pytest.fixture
def positions():
    return np.random.default_rng(1).normal(size=(N_WALKERS, N_TIMES, 2)).cumsum(axis=1)


@pytest.fixture
def table(positions):
    """Long table in a random order of rows, walkers starting at different frames."""
    walker, frame = np.mgrid[:N_WALKERS, :N_TIMES].reshape(2, -1)
    columns = {"walker": walker, "frame": frame + 3 * walker}
    columns |= {axis: positions[..., i].ravel() for i, axis in enumerate("xy")}
    return pandas.DataFrame(columns).sample(frac=1.0, random_state=1)


def test_every_format_holds_the_same_numbers(positions, table, tmp_path):
    np.save(tmp_path / "a.npy", positions)
    table.to_csv(tmp_path / "a.csv", index=False)
    table.to_parquet(tmp_path / "a.parquet")
    for name in ("a.npy", "a.csv", "a.parquet"):
        read = read_positions(tmp_path / name, 0.5)
        assert read.dt == 0.5
        assert np.array_equal(read.positions, positions)
    assert isinstance(read_positions(tmp_path / "a.npy").positions, np.memmap)
    assert str(analyse(tmp_path / "a.csv", 0.5)) == str(analyse(positions, 0.5))


def test_a_column_of_times_gives_the_time_step(positions, table, tmp_path):
    table = table.assign(time=0.1 * table.frame, walker=table.walker.map("w{:03d}".format))
    table.drop(columns="frame").to_csv(tmp_path / "a.csv", index=False)
    assert read_positions(tmp_path / "a.csv").dt == pytest.approx(0.1)
    assert np.array_equal(read_positions(tmp_path / "a.csv", 0.1).positions, positions)
    with pytest.raises(TrajectoryError, match=r"times are 0.1 apart, but dt is 0.2"):
        read_positions(tmp_path / "a.csv", 0.2)


def changed(column, value):
    def change(table):
        new = table.astype({column: object})
        new.iloc[5, new.columns.get_loc(column)] = value
        return new

    return change


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda t: t.drop(columns="walker"), "needs the columns walker, time or frame, x"),
        (lambda t: t.drop(columns="frame"), "needs the columns"),
        (lambda t: t.drop(columns="x"), "found: walker, frame, y"),
        (lambda t: t[:0], "no rows"),
        (lambda t: t[(t.walker != 4) | (t.frame != 20)], "walker 4 has 8 positions, walker 0"),
        (lambda t: t[t.frame - 3 * t.walker != 4], "walker 0: from frame 3 to 5 is not one step"),
        (lambda t: pandas.concat([t, t[t.walker == 2][:1]]), "walker 2 is there twice at frame"),
        (lambda t: t.assign(y=t.y.where(t.frame != 1)), "walker 0, frame 1: y is nan"),
        (changed("x", "abc"), "row 6: x is no number, 'abc'"),
        (changed("frame", ""), "frame is nan"),
        (changed("walker", None), "row 6: walker is missing"),
        (lambda t: t.assign(x=True), "x: must be numbers, got true and false"),
        (lambda t: t[t.frame == 3 * t.walker], "walker 0 has a single position"),
    ],
)  # fmt: skip
def test_a_bad_table_is_one_line(table, tmp_path, change, words):
    change(table).to_csv(tmp_path / "bad.csv", index=False)
    assert_refused(tmp_path / "bad.csv", words)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.npy", b"", "the file is empty"),
        ("a.csv", b"", "the file is empty"),
        ("a.csv", b"\n\n", "the file is empty"),
        ("a.csv", b"walker,frame,x\n1,2,3\n1,2,3,4,5\n", "is not a CSV table"),
        ("a.csv", b"\x93\xff\x00", "is not a CSV table"),
        ("a.parquet", b"hello", "is not a Parquet table"),
        ("a.npy", b"hello world, hello world", "is not a .npy file"),
        ("a.npy", pickle.dumps([1.0]), "is not a .npy file"),
        ("a.npy", b"\x93NUMPY\x01\x00", "cut off"),
        ("a.pkl", pickle.dumps([1.0]), "must end with .npy, .csv, .parquet"),
    ],
)
def test_a_damaged_file_is_one_line(tmp_path, name, content, words):
    (tmp_path / name).write_bytes(content)
    assert_refused(tmp_path / name, words)


def test_a_cut_off_array_and_python_objects_are_refused(positions, tmp_path):
    np.save(tmp_path / "whole.npy", positions)
    whole = (tmp_path / "whole.npy").read_bytes()
    for n_bytes in (20, 200, len(whole) - 1):
        (tmp_path / "cut.npy").write_bytes(whole[:n_bytes])
        assert_refused(tmp_path / "cut.npy", "cut off")
    np.save(tmp_path / "objects.npy", np.array([{1: 2}]), allow_pickle=True)
    assert_refused(tmp_path / "objects.npy", "Python objects")
    positions[3, 7, 1] = np.nan
    np.save(tmp_path / "nan.npy", positions)
    assert_refused(tmp_path / "nan.npy", "walker 3, time number 7: y is nan")
    assert_refused(tmp_path / "none.npy", "no such file")
    (tmp_path / "folder.npy").mkdir()
    assert_refused(tmp_path / "folder.npy", "no such file")


def assert_refused(path, words):
    with pytest.raises(TrajectoryError) as caught:
        read_positions(path)
    said = str(caught.value)
    assert said.startswith(str(path)) and words in said and "\n" not in said, said
