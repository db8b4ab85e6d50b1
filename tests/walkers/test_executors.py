"""The same bits on any engine, a model that travels once, and losses that lose nothing."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import BrokenExecutor, Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

import walkers
from tests.walkers.small_models import SMALL_MODELS
from walkers import ExecutorError, InlineExecutor, Model, StoreError, run
from walkers.engine import courier, on_dask, packs
from walkers.engine import store as store_module
from walkers.engine.run import compute_batch

ROOT = Path(__file__).resolve().parents[2]
MODEL = SMALL_MODELS["together"]
INLINE = InlineExecutor()
pytestmark = pytest.mark.compiled


@dataclass(frozen=True, eq=False)
class Slow(Model):
    """A batch of 20 ms that says who ran it."""

    def compute(self, seed, batch):
        time.sleep(0.02)
        return {"sum": np.array(seed + batch)}

    @property
    def seconds_per_batch(self):
        return 0.02


@pytest.fixture(scope="module")
def dask():
    with walkers.dask(n_jobs=2) as pool:
        yield pool


@pytest.fixture(scope="module")
def processes():
    with walkers.processes(2) as pool:
        yield pool


@pytest.fixture(params=["dask", "processes"])
def pool(request):
    return request.getfixturevalue(request.param)


def process_ids(pool):
    if isinstance(pool, on_dask.DaskExecutor):
        return list(pool.client.run(os.getpid).values())
    return list(pool._pool._processes)


def test_engines_give_the_same_bits(pool):
    expected = run(MODEL, 5, 12, executor=INLINE).sha256()
    assert run(MODEL, 5, 12, executor=pool).sha256() == expected
    assert walkers.n_workers(pool) == 2


def test_a_killed_worker_changes_no_bit(pool):
    killed = []

    def kill(finished):
        if len(finished) >= 20 and not killed:
            killed.append(process_ids(pool)[0])
            os.kill(killed[0], signal.SIGKILL)

    record = run(Slow(1), 3, 60, executor=pool, progress=kill)
    assert killed
    assert list(record["sum"]) == list(range(3, 63))


def test_a_class_that_workers_cannot_import_travels_along(pool, tmp_path, monkeypatch):
    file = tmp_path / "only_here.py"
    file.write_text(
        "from dataclasses import dataclass\nimport numpy\nimport walkers\n\nSCALE = 3\n\n"
        "@dataclass(frozen=True, eq=False)\nclass Own(walkers.Model):\n"
        "    seconds_per_batch = 0.001\n"
        "    def compute(self, seed, batch):\n"
        "        return {'x': numpy.array(SCALE * batch)}\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    from only_here import Own

    file.unlink()
    together = walkers.together(a=Own(1), b=SMALL_MODELS["box"])
    assert list(run(together, 1, 4, executor=pool)["a.x"]) == [0, 3, 6, 9]


def test_complaints_and_failures_of_a_batch_arrive(pool):
    with pytest.raises(walkers.KernelError, match="molecule 3"):
        run(Complaining(1), 1, 4, executor=pool)
    with pytest.raises(walkers.BatchError, match="failed 3 times: disk on fire"):
        run(Burning(1), 1, 4, executor=pool)


@dataclass(frozen=True, eq=False)
class Complaining(Slow):
    def compute(self, seed, batch):
        raise walkers.KernelError("molecule 3 was lost")


@dataclass(frozen=True, eq=False)
class Burning(Slow):
    def compute(self, seed, batch):
        raise OSError("disk on fire")


class Workers(courier.Courier):
    """Workers in this process that share nothing: each keeps its own models."""

    def __init__(self, n):
        super().__init__()
        self._pool, self._stores, self.sent = ThreadPoolExecutor(n), [{} for _ in range(n)], 0

    @property
    def n_workers(self):
        return len(self._stores)

    def _send(self, function, *job):
        self.sent += job[1].content is not None
        return self._pool.submit(function, *job)


def test_a_model_travels_once_to_a_worker(monkeypatch):
    monkeypatch.setattr(courier, "_kept", courier.OrderedDict())
    pool = Workers(1)
    assert run(MODEL, 5, 12, executor=pool).sha256() == run(MODEL, 5, 12, executor=INLINE).sha256()
    run(MODEL, 6, 12, executor=pool)
    assert pool.sent == 1
    run(replace(SMALL_MODELS["box"]), 6, 2, executor=pool)
    assert pool.sent == 2


def test_a_job_that_was_called_back_brings_no_model(monkeypatch):
    """Others would wait for it, and ask again and again."""
    monkeypatch.setattr(courier, "_kept", courier.OrderedDict())
    pool = Workers(1)
    sends, held = pool._send, Future()
    pool._send = lambda *job: held if job[2].content else sends(*job)
    first = pool.submit(compute_batch, MODEL, 5, 0)
    while first.inner is not held:
        time.sleep(0.001)
    assert first.cancel()
    pool._send = sends
    assert set(pool.submit(compute_batch, MODEL, 5, 0).result(60)) == set(MODEL.compute(5, 0))


def test_workers_of_another_version_are_refused(dask, tmp_path, monkeypatch):
    for module in (courier, on_dask):
        monkeypatch.setattr(module, "code_version", lambda: "0.0.9 (0a1b2c3d)")
    words = r"a worker runs fluxwalk .*, this process fluxwalk 0\.0\.9 \(0a1b2c3d\)"
    with pytest.raises(ExecutorError, match=words):
        run(Slow(7), 1, 4, executor=dask, store=tmp_path)
    with walkers.processes(1) as pool, pytest.raises(ExecutorError, match=words):
        run(Slow(7), 1, 4, executor=pool, store=tmp_path)
    with pytest.raises(ExecutorError, match=words):
        walkers.dask(dask.client.scheduler.address)
    assert not walkers.read_run(next(tmp_path.iterdir())).batches


def test_the_version_of_the_code_is_that_of_all_that_a_batch_may_run(tmp_path):
    for package in ("walkers", "analysis", "scenarios"):
        shutil.copytree(ROOT / package, tmp_path / package)

    def version():
        asked = "from walkers.engine.sources import code_version; print(code_version())"
        return subprocess.check_output([sys.executable, "-c", asked], cwd=tmp_path, text=True)

    one = version()
    with (tmp_path / "analysis" / "trajectories.py").open("a") as file:
        file.write("# changed\n")
    assert version() != one


def test_engines_that_cannot_be_used_say_why(monkeypatch):
    with pytest.raises(ExecutorError, match="dask: no scheduler answers at nonsense"):
        walkers.dask("nonsense")
    monkeypatch.setattr(on_dask, "SECONDS_TO_CONNECT", 0.5)
    with pytest.raises(ExecutorError, match="dask: no scheduler answers at tcp://127"):
        walkers.dask("tcp://127.0.0.1:1")
    for extra, make in (("distributed", walkers.dask), ("mpi4py", walkers.mpi)):
        monkeypatch.setitem(sys.modules, extra, None)
        with pytest.raises(ExecutorError, match=r"pip install 'fluxwalk\[(dask|mpi)\]'"):
            make()


def test_a_cluster_without_workers_ends_the_run(monkeypatch, tmp_path):
    from distributed import LocalCluster

    monkeypatch.setattr(on_dask, "SECONDS_WITHOUT_WORKERS", 2.0)
    with (
        LocalCluster(n_workers=1, processes=False, dashboard_address=":0") as cluster,
        walkers.dask(cluster) as pool,
    ):
        run(MODEL, 5, 2, executor=pool, store=tmp_path)
        cluster.scale(0)
        with pytest.raises(walkers.BatchError, match="cannot be run: no Dask worker for 2 s"):
            run(MODEL, 5, 400, executor=pool, store=tmp_path)
    assert run(MODEL, 5, 2, executor=Nobody(), store=tmp_path).n_batches == 2


class Nobody(InlineExecutor):
    def submit(self, fn, /, *args, **kwargs):
        raise AssertionError("nothing is left to compute")


@pytest.mark.skipif(shutil.which("mpiexec") is None, reason="needs mpiexec")
def test_ranks_give_the_same_bits_and_end_with_an_error():
    program = (
        "import walkers; from tests.walkers.small_models import SMALL_MODELS as M\n"
        "from tests.walkers.test_executors import Complaining\n"
        "with walkers.mpi() as pool:\n"
        "    print(pool.n_workers, walkers.run(M['together'], 5, 12, executor=pool).sha256())\n"
        "    walkers.run(Complaining(1), 1, 4, executor=pool)"
    )
    mpiexec = ["mpiexec", "--oversubscribe", "-n", "3", sys.executable, "-m", "mpi4py.futures"]
    allowed = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
    ended = subprocess.run(
        [*mpiexec, "-c", program], cwd=ROOT, env={**os.environ, **allowed, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    expected = run(MODEL, 5, 12, executor=INLINE).sha256()
    assert ended.stdout == f"2 {expected}\n", ended.stderr
    assert ended.returncode == 1
    assert "KernelError: molecule 3 was lost" in ended.stderr


def shards(folder, n, model=MODEL, seed=5):
    folders = [folder / str(i) for i in range(1, n + 1)]
    for i, place in enumerate(folders, 1):
        walkers.run_shard(model, seed, 8, (i, n), place, executor=INLINE)
    return folders


def test_merged_shards_are_an_uninterrupted_run(tmp_path):
    folders = shards(tmp_path, 3)
    (merged,) = walkers.merge(folders, tmp_path / "all")
    assert (list(merged.batches), merged.missing) == (list(range(8)), [])
    record = run(MODEL, 5, 8, store=tmp_path / "all", executor=Nobody())
    assert record.sha256() == run(MODEL, 5, 8, executor=INLINE).sha256()
    (merged,) = walkers.merge([folders[0], folders[2]], tmp_path / "some")
    assert (list(merged.batches), merged.missing) == ([0, 2, 3, 5, 6], [1, 4])
    assert [path.name for path in (tmp_path / "some").iterdir()] == [merged.path.name]


def test_a_merged_run_names_the_versions_of_all_its_writers(tmp_path, monkeypatch):
    for i, numpy in enumerate(("2.0", "2.1", "2.0"), 1):
        monkeypatch.setattr(store_module, "writer", lambda n=numpy: {"numpy": n})
        walkers.run_shard(MODEL, 5, 8, (i, 3), tmp_path / str(i), executor=INLINE)
    (merged,) = walkers.merge([tmp_path / "1", tmp_path / "2", tmp_path / "3"], tmp_path / "all")
    assert walkers.read_run(merged.path).writers == [{"numpy": "2.0"}, {"numpy": "2.1"}]


def test_a_merge_refuses_what_does_not_belong_together(tmp_path):
    one, two = shards(tmp_path / "a", 2)
    other_seed = shards(tmp_path / "b", 2, seed=6)[1]
    other_model = shards(tmp_path / "c", 2, model=MODEL.resized(60))[1]
    overlapping = shards(tmp_path / "d", 3)[1]
    damaged = tmp_path / "damaged"
    shutil.copytree(two, damaged)
    with sqlite3.connect(next(damaged.iterdir())) as connection:
        connection.execute("UPDATE batches SET arrays = x'00' WHERE batch = 3")
    target = tmp_path / "all"
    for folder, words in (
        (other_seed, r"its seed is not that of .* \(6, expected 5\)"),
        (other_model, "its model is not that of"),
        (overlapping, r"batch 4 is in .* too"),
        (damaged, "batch 3 is damaged"),
        (one, "a folder is named twice"),
        (tmp_path / "none", "no such folder"),
        (tmp_path, "holds no stored run"),
    ):
        with pytest.raises(StoreError, match=words):
            walkers.merge([one, folder], target)
        assert not target.exists()
    walkers.merge([one, two], target)
    with pytest.raises(StoreError, match="is there already"):
        walkers.merge([one, two], target)


def test_a_pack_lasts_as_long_as_it_should_and_keeps_what_succeeded():
    good, bad = packs.carry_out_all([(divmod, 7, 2), (divmod, 7, 0)])
    assert (good.result, good.error) == ((3, 1), None)
    assert isinstance(bad.error, ZeroDivisionError)
    assert "In a worker: Traceback" in bad.error.__notes__[0]
    outcomes = [packs.Outcome(0.04), packs.Outcome(0.06)]
    assert [packs.size_for(outcomes, 9), packs.size_for([packs.Outcome(9.0)], 9)] == [4, 1]
    telling_nothing = [packs.Outcome(0.0, courier.Wanted("a")), packs.Outcome(0.0, error=OSError())]
    assert packs.size_for(telling_nothing, 9) == 9
    assert packs.size_for([*telling_nothing, *outcomes], 9) == 4
    waiting = list(range(10))
    assert [len(pack) for pack in packs.packed(waiting, 4, n_wanted=0)] == [4, 4, 2]
    assert [len(pack) for pack in packs.packed(waiting, 4, n_wanted=4)] == [3, 3, 3, 1]


def test_what_was_called_back_is_not_waited_for():
    pool = walkers.dask(n_jobs=1)
    assert pool.submit(divmod, 7, 2).result(60) == (3, 1)
    futures = [pool.submit(compute_batch, Slow(1), 1, batch) for batch in range(200)]
    assert any([future.cancel() for future in futures])
    closing = threading.Thread(target=pool.shutdown, daemon=True)
    closing.start()
    closing.join(60.0)
    assert not closing.is_alive()
    assert all(future.cancelled() or future.done() for future in futures)


def test_a_client_that_is_closed_loses_no_job(monkeypatch):
    with walkers.dask(n_jobs=1) as pool:
        assert pool.submit(divmod, 7, 2).result(60) == (3, 1)

        def closed(*job, **options):
            raise OSError("closed")

        monkeypatch.setattr(pool.client, "submit", closed)
        with pytest.raises(OSError, match="closed"):
            pool.submit(divmod, 7, 2).result(60)
        monkeypatch.undo()
        pool._give_up("no worker")
        late = Future()  # sent before it was given up, taken after
        pool.client.loop.add_callback(pool._take, late, (divmod, 7, 2))
        with pytest.raises(BrokenExecutor, match="no worker"):
            late.result(60)


def test_ctrl_c_while_a_cluster_starts_ends_it(monkeypatch):
    import distributed

    make, made = distributed.LocalCluster, []

    def interrupted(**options):
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        made.append(make(**options))
        return made[0]

    monkeypatch.setattr(distributed, "LocalCluster", interrupted)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt), walkers.dask(n_jobs=1) as pool:
            pool.submit(divmod, 7, 2)
    finally:
        signal.signal(signal.SIGINT, before)
    assert made[0].status == distributed.Status.closed


def test_results_of_plain_functions_pass_through(pool):
    future = pool.submit(divmod, 7, 2)
    assert isinstance(future, Future)
    assert future.result(60) == (3, 1)
