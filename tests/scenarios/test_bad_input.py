"""Whatever is typed or damaged: one line, exit 2, nothing created, no wrong number."""

from __future__ import annotations

import json
import sqlite3

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import walkers
from scenarios import _job, _limits, load
from scenarios._inputs import InputError, read_run_file, read_settings
from scenarios._parameters import ParameterError, validate
from tests.scenarios.command import SMALL, assert_refused, fluxwalk
from tests.walkers.small_models import SMALL_MODELS
from walkers import InlineExecutor, Store, StoreError, run

RUN = ["run", "random-walk"]
DRIFT = ["run", "electro-drift", "--set"]
MODEL = SMALL_MODELS["together"]
SEED, N_BATCHES = 5, 6


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], ["Missing command"]),
        (["no-such"], ["no-such"]),
        (["run"], ["NAME"]),
        (["run", "no-such"], ["no-such", "random-walk"]),
        (["run", "no\nsuch\udcff"], ["no such\\udcff"]),
        (["run", "no-such.py"], ["no-such.py"]),
        (["run", "no-such.toml"], ["no-such.toml", "no such file"]),
        (["show", "no-such"], ["no-such"]),
        (["show", "knudsen_tub"], ["did you mean knudsen-tube?", "random-walk"]),
        (["validate", "no-such"], ["no-such"]),
        (["validate", "--effort", "slow"], ["--effort", "slow", "quick"]),
        ([*RUN, "--bogus"], ["--bogus", "see fluxwalk run --help"]),
        ([*RUN, "extra"], ["extra"]),
        ([*RUN, "--batches", "abc"], ["batches", "'abc'", "whole number"]),
        ([*RUN, "--batches", "1"], ["batches", "at least 2", "1"]),
        ([*RUN, "--batches", "1.5"], ["batches", "1.5"]),
        ([*RUN, "--batches", str(2**32)], ["batches", 2**32]),
        ([*RUN, "--batches", "9" * 5000], ["batches"]),
        ([*RUN, "--batches", "64", "--precision", "0.1"], ["precision", "batches"]),
        ([*RUN, "--precision", "nan"], ["precision", "nan"]),
        ([*RUN, "--precision", "inf"], ["precision", "inf"]),
        ([*RUN, "--precision", "0"], ["precision", "0"]),
        ([*RUN, "--precision", "-1e-3"], ["precision", "-0.001"]),
        ([*RUN, "--precision", "1e-9"], ["precision", "1e-09"]),
        ([*RUN, "--seed", "-1"], ["seed", "-1"]),
        ([*RUN, "--seed", str(2**64)], ["seed", 2**64]),
        ([*RUN, "--jobs", "0"], ["jobs", "0"]),
        ([*RUN, "--executor", "cloud"], ["--executor", "cloud", "dask:ADDRESS, mpi"]),
        ([*RUN, "--set", "steps"], ["--set", "'steps'"]),
        ([*RUN, "--set", "=3"], ["--set", "'=3'"]),
        ([*RUN, "--set", "steps=50", "--set", "steps=60"], ["steps", "twice"]),
        (["run", "knudsen-slit", "--set", "t_1=30"], ["t_2", "at least 2 times t_1", "50.0"]),
        ([*RUN, "--set", "stepz=50"], ["stepz", "dimension, steps"]),
        ([*RUN, "--set", "steps=nan"], ["steps", "nan"]),
        ([*RUN, "--set", "steps=1.5"], ["steps", "1.5"]),
        ([*RUN, "--set", "steps=true"], ["steps", "True"]),
        ([*RUN, "--set", "steps=fast"], ["steps", "'fast'"]),
        ([*RUN, "--set", "steps=[1, 2]"], ["steps", "[1, 2]"]),
        ([*RUN, "--set", "steps=0"], ["steps", "20", "0"]),
        ([*RUN, "--set", "steps=1e300"], ["steps"]),
        ([*RUN, "--set", "bias=inf"], ["bias", "inf"]),
        ([*RUN, "--set", "bias=-0.9"], ["bias", "-0.9", "0.333"]),
        ([*RUN, "--set", "st\nay=\udcff\x1b[31m"], ["st ay"]),
        ([*RUN, "--wrong-rule", "none"], ["wrong-rule", "'none'", "persistence"]),
        (["run", "advection", "--set", "peclet=500"], ["peclet", "5 kT", "500"]),
        ([*DRIFT, "field=1", "--set", "delta_phi=0"], ["field: not together", "1"]),
        ([*DRIFT, "field=1e11"], ["field", "10000000000", "100000000000.0"]),
        (["run", "fermi-effusion", "--set", "density=1e45"], ["density", "relativistic", "1e+45"]),
        (["run", "stream", "--set", "speed_ratio=1.6"], ["speed_ratio", "at most 1.5", "1.6"]),
        ([*DRIFT, "c_left=1e-40"], ["c_left", "1e-40"]),
        ([*DRIFT, "c_left=0", "--set", "c_right=0"], ["c_right", "0.0"]),
        ([*DRIFT, "delta_phi=0.4", "--set", "c_right=1e-9"], ["delta_phi", "pass", "0.4"]),
        (["run", "nernst-equilibrium", "--set", "z=0"], ["z: must not be 0"]),
        (["run", "nernst-equilibrium", "--set", "c_right=1e-6"], ["c_right", "pass", "1e-06"]),
        ([*RUN, "--plot", "/no/such/folder/a.png"], ["/no/such/folder/a.png"]),
        ([*RUN, "--plot", "/proc/a.png"], ["/proc/a.png"]),
        ([*RUN, "--plot", "a.txt"], ["a.txt", ".png"]),
        ([*RUN, "--plot", "a"], ["a", ".png"]),
        ([*RUN, "--store", __file__], ["--store", __file__, "is a file, not a folder"]),
        ([*RUN, "--store", "/dev/full"], ["/dev/full"]),
        (["run", "harmonic", "--set", "c_1=0"], ["c_1: must be at least 1e-06, got 0.0"]),
        (["run", "trajectories", "--set", "dt=0"], ["dt: must be above 0, got 0.0"]),
        (["run", "trajectories", "--set", "drift=-1e307"], ["at least -1e+300, got"]),
        (["run", "effusion", "--set", "gas=helium"], ["fluxwalk: gas: must be one of He"]),
        (["run", "short-tube", "--set", "longest=0.01"], ["longest", "0.01105 (lengths", "0.01"]),
        ([*RUN, "--store", "/proc/no"], ["/proc/no"]),
        ([*RUN, "--batches", "4e9"], ["hours", "--yes"]),
        ([*RUN, "--store", ""], ["--store", "must name a folder"]),
        ([*RUN, "--store", "n" * 300], ["--store", "too long"]),
        ([*RUN, "--precision", "1e-7"], ["hours", "--yes"]),
        (["drop-batch", "no-such.sqlite", "3"], ["no-such.sqlite"]),
        (["drop-batch", "/dev/null", "3"], ["/dev/null"]),
        (["drop-batch", "/dev/null", "x"], ["batch", "'x'"]),
    ],
)
def test_bad_input_is_refused_in_one_line(capsys, tmp_path, monkeypatch, arguments, words):
    monkeypatch.chdir(tmp_path)
    if "1e-7" in arguments:  # refused after its first round; make that a short one
        monkeypatch.setattr(_job, "FIRST_ROUND", 2)
    result = fluxwalk(capsys, *arguments)
    assert_refused(result, *words)
    assert result[2].count("got") <= 1
    assert list(tmp_path.iterdir()) == []


def test_a_job_that_does_not_fit_into_memory_is_refused(capsys, monkeypatch):
    monkeypatch.setattr(_limits, "free_memory", lambda: 1_000_000)
    assert_refused(
        fluxwalk(capsys, *SMALL, "--batches", "2"), "MiB of memory, 977 KiB are free", "--yes"
    )
    status, _, _ = fluxwalk(capsys, *SMALL, "--batches", "2", "--yes")
    assert status == 3


def test_more_batches_than_memory_holds_are_refused_once_one_is_known(
    capsys, tmp_path, monkeypatch
):
    """The model itself needs little: it is the tallies that are collected."""
    one = run(MODEL, SEED, 1)
    n_bytes = sum(array.nbytes for array in one.tallies.values())
    monkeypatch.setattr(_limits, "free_memory", lambda: 1000 * n_bytes)
    monkeypatch.setattr(walkers.Together, "bytes_per_batch", 0)
    for more in ([], ["--shard", "1/2", "--store", tmp_path]):
        result = fluxwalk(capsys, *SMALL, "--batches", "100000", *more)
        assert_refused(result, " batches of", "of memory", "are free", "--yes")
    assert fluxwalk(capsys, *SMALL, "--batches", "2")[0] == 3


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'scenario = "random-walk"\nseed == 1\n', ["line 2"]),
        (b'scenario = "random-walk"\nsteps = 5\n', ["steps", "parameters"]),
        (b'scenario = "random-walk"\nparameters = 5\n', ["parameters", "5"]),
        (b'scenario = "random-walk"\n[parameters]\nsteps = 5\n', ["steps", "5"]),
        (b'scenario = "random-walk"\nbatches = true\n', ["batches", "True"]),
        (b'scenario = "random-walk"\nseed = 1.5\n', ["seed", "1.5"]),
        (b'scenario = "random-walk"\nbatches = 64\nprecision = 0.1\n', ["precision", "batches"]),
        (b"seed = 1\n", ["scenario", "None"]),
        (b"scenario = 3\n", ["scenario", "3"]),
        (b"scenario = '\xff'\n", ["UTF-8"]),
        (b"", ["scenario"]),
    ],
)
def test_bad_files_are_refused_in_one_line(capsys, tmp_path, content, words):
    file = tmp_path / "a.toml"
    file.write_bytes(content)
    assert_refused(fluxwalk(capsys, "run", file), *words)


def test_a_folder_is_no_file(capsys, tmp_path):
    for name in ("a.toml", "a.py"):
        (tmp_path / name).mkdir()
        assert_refused(fluxwalk(capsys, "run", tmp_path / name), tmp_path / name)


@pytest.mark.parametrize("source", ["1/0", "import sys; sys.exit(0)", "x = ", "'doc'", "\xff"])
def test_broken_scenario_files_are_refused_in_one_line(capsys, tmp_path, source):
    file = tmp_path / "mine.py"
    file.write_text(source, encoding="latin-1")
    assert_refused(fluxwalk(capsys, "run", file), "mine", "broken")


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=3,
)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_parameters_are_valid_or_refused_in_one_line(data):
    params = load(data.draw(st.sampled_from(["random-walk", "fick-slab"]))).file.Params
    keys = st.sampled_from([*params.model_fields, "self", "no such"])
    given_values = data.draw(st.dictionaries(keys, values, max_size=3))
    try:
        valid = validate(params, given_values)
    except ParameterError as error:
        assert len(str(error)) < 300
    else:
        assert validate(params, valid.model_dump()) == valid


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@example("[" * 5000)
@example("scenario = " + "9" * 5000)
@given(st.text() | st.text(st.sampled_from('scenario="x"\n=[]{}.,1e#')))
def test_random_toml_is_read_or_refused_in_one_line(tmp_path, text):
    file = tmp_path / "a.toml"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        read_run_file(file)
    except InputError as error:
        assert str(file) in str(error)
    try:
        read_settings([text])
    except InputError as error:
        assert str(error).startswith("--set")


# Stores ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """File of a finished run, its bytes, and its checksum."""
    folder = tmp_path_factory.mktemp("store")
    record = run(MODEL, SEED, N_BATCHES, store=folder, executor=InlineExecutor())
    file = Store(folder).path(MODEL, SEED)
    return file, file.read_bytes(), record.sha256()


def assert_harmless_or_refused(stored, damaged):
    """Return whether the damage was refused; it never changes a number or the file."""
    file, _, sha256 = stored
    file.write_bytes(damaged)
    try:
        record = run(MODEL, SEED, N_BATCHES, store=file.parent, executor=InlineExecutor())
    except StoreError as error:
        assert str(file) in str(error)
        assert len(str(error).splitlines()) == 1
        refused = True
    else:
        assert record.sha256() == sha256
        refused = False
    assert file.read_bytes() == damaged
    assert list(file.parent.iterdir()) == [file]
    return refused


def test_flipped_bits_are_refused_or_mean_nothing(stored):
    _, good, _ = stored
    header = range(0, 100 * 8, 7)
    pages = range(100 * 8, len(good) * 8, 499)
    n_refused = 0
    for bit in [*header, *pages]:
        damaged = bytearray(good)
        damaged[bit // 8] ^= 1 << bit % 8
        n_refused += assert_harmless_or_refused(stored, bytes(damaged))
    assert n_refused > 100


def test_every_flipped_bit_of_a_row_is_refused_with_the_way_out(stored):
    file, good, sha256 = stored
    file.write_bytes(good)
    with sqlite3.connect(file) as connection:
        blob = connection.execute("SELECT arrays FROM batches WHERE batch = 3").fetchone()[0]
    connection.close()
    start = good.find(blob[:64])  # the part of the row that stands on its first page
    for byte in range(start, start + 64, 5):
        damaged = bytearray(good)
        damaged[byte] ^= 16
        assert assert_harmless_or_refused(stored, bytes(damaged))
    with pytest.raises(StoreError, match=r"batch 3 .* fluxwalk drop-batch .* 3$"):
        run(MODEL, SEED, N_BATCHES, store=file.parent)
    walkers.drop_batch(file, 3)
    assert run(MODEL, SEED, N_BATCHES, store=file.parent).sha256() == sha256


@pytest.mark.parametrize("fraction", [0.00005, 0.004, 0.02, 0.143, 0.3, 0.5, 0.8, 0.99999])
def test_truncated_stores_are_refused(stored, fraction):
    _, good, _ = stored
    assert assert_harmless_or_refused(stored, good[: int(fraction * len(good))])


def test_an_empty_store_is_begun_again(stored):
    """A writer killed before its first commit leaves one."""
    file, _, sha256 = stored
    file.write_bytes(b"")
    assert run(MODEL, SEED, N_BATCHES, store=file.parent).sha256() == sha256


def test_the_command_refuses_a_damaged_store_and_drops_its_batch(capsys, tmp_path):
    arguments = [*SMALL, "--batches", "3", "--store", tmp_path, "--json"]
    _, out, _ = fluxwalk(capsys, *arguments)
    (file,) = tmp_path.iterdir()
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE batches SET sha256 = 'no' WHERE batch = 1")
    connection.close()
    damaged = file.read_bytes()
    assert_refused(fluxwalk(capsys, *arguments), f"fluxwalk drop-batch {file} 1")
    assert file.read_bytes() == damaged
    assert fluxwalk(capsys, "drop-batch", file, "1")[0] == 0
    _, again, _ = fluxwalk(capsys, *arguments)
    assert json.loads(again)["record_sha256"] == json.loads(out)["record_sha256"]
    assert_refused(fluxwalk(capsys, "drop-batch", file, "77"), file, "77")


def test_a_store_of_another_run_is_refused(stored, tmp_path):
    _, good, _ = stored
    other = Store(tmp_path).path(MODEL, SEED + 1)
    other.write_bytes(good)
    with pytest.raises(StoreError, match="seed"):
        run(MODEL, SEED + 1, N_BATCHES, store=tmp_path)
    assert other.read_bytes() == good


def test_a_full_disk_is_one_line_and_keeps_what_was_saved(capsys, tmp_path, monkeypatch):
    """SQLite itself says "disk is full" when a file may not grow beyond its pages."""
    real = walkers.engine.store.RunFile._open_for_writing

    def small_disk(self, is_current):
        connection = real(self, is_current)
        connection.execute("PRAGMA max_page_count = 60")
        return connection

    arguments = [*SMALL, "--batches", "500", "--store", tmp_path]
    with monkeypatch.context() as patch:
        patch.setattr(walkers.engine.store.RunFile, "_open_for_writing", small_disk)
        assert_refused(fluxwalk(capsys, *arguments), tmp_path, "full")
    (file,) = tmp_path.iterdir()
    with sqlite3.connect(file) as connection:
        n_kept = connection.execute("SELECT count(*) FROM batches").fetchone()[0]
    connection.close()
    assert 0 < n_kept < 500
