"""The same bits whoever runs the batches, and errors that lose nothing."""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import random
import subprocess
import sys
import threading
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, is_dataclass, replace
from pathlib import Path

import numpy as np
import pytest

import walkers
from tests.walkers.small_models import SMALL_MODELS
from walkers import InlineExecutor, KernelError, run
from walkers.engine import run as run_module

ROOT = Path(__file__).resolve().parents[2]
INLINE = InlineExecutor()


class ShufflingExecutor(Executor):
    """Finishes what it holds in random order, late, from a thread of its own."""

    _max_workers = 5

    def __init__(self):
        self._random = random.Random(3)
        self._waiting = []

    def submit(self, fn, /, *args, **kwargs):
        future = Future()
        self._waiting.append((future, fn, args))
        threading.Timer(0.002, self._finish_one).start()
        return future

    def _finish_one(self):
        future, fn, args = self._waiting.pop(self._random.randrange(len(self._waiting)))
        future.set_result(fn(*args))


@pytest.fixture(scope="module", params=SMALL_MODELS)
def model(request):
    return SMALL_MODELS[request.param]


@pytest.fixture(scope="module")
def sha256(model):
    return run(model, 99, 8, executor=INLINE).sha256()


@pytest.mark.parametrize("n_threads", [2, 3])
def test_threads_give_the_same_bits(model, sha256, n_threads):
    with ThreadPoolExecutor(n_threads) as pool:
        assert run(model, 99, 8, executor=pool).sha256() == sha256


def test_an_executor_that_finishes_in_random_order_gives_the_same_bits(model, sha256):
    assert run(model, 99, 8, executor=ShufflingExecutor()).sha256() == sha256


def test_extending_gives_the_bits_of_running_at_once(model, sha256, tmp_path):
    some = run(model, 99, 3, executor=INLINE, store=tmp_path)
    assert run(model, 99, 8, executor=INLINE, extend=some).sha256() == sha256
    assert run(model, 99, 8, executor=INLINE, store=tmp_path).sha256() == sha256
    assert run(model, 99, 8, executor=INLINE).first(3).sha256() == some.sha256()
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("block_size", [256, 1024])
def test_block_size_changes_no_bit(model, sha256, block_size, monkeypatch):
    monkeypatch.setattr("walkers.lattice.walk.BLOCK_SIZE", block_size)
    assert run(model, 99, 8, executor=INLINE).sha256() == sha256


def test_another_seed_or_batch_gives_other_bits(model, sha256):
    record = run(model, 100, 8, executor=INLINE)
    assert record.sha256() != sha256
    assert len({str(record.batch(b)) for b in range(8)}) == 8


def test_processes_and_uncompiled_kernels_give_the_same_bits():
    """Two interpreters without and two processes with compiled code, all kernels, 40 walkers."""
    forty = {name: model.resized(40) for name, model in SMALL_MODELS.items()}
    expected = {name: run(m, 5, 2, executor=INLINE).sha256() for name, m in forty.items()}
    with walkers.processes(2) as pool:
        spread = {name: run(m, 5, 2, executor=pool).sha256() for name, m in forty.items()}
    assert spread == expected
    program = (
        "import json; from walkers import InlineExecutor, run;"
        "from tests.walkers.small_models import SMALL_MODELS;"
        "print(json.dumps({n: run(m.resized(40), 5, 2, executor=InlineExecutor()).sha256()"
        " for n, m in SMALL_MODELS.items()}))"
    )
    output = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program], cwd=ROOT, check=True, text=True,
        capture_output=True, env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
    )  # fmt: skip
    assert json.loads(output.stdout) == expected


def test_models_are_equal_by_what_they_say():
    model = SMALL_MODELS["box"]
    assert model == replace(model)
    assert hash(model) == hash(replace(model))
    assert model != replace(model, n_steps=model.n_steps + 1)
    assert model != replace(model, stream=1)


def test_parts_of_a_run_have_their_own_random_numbers():
    one = SMALL_MODELS["box"]
    record = run(walkers.together(a=one, b=one), 4, 2, executor=INLINE)
    assert (record["a.final"] == run(one, 4, 2, executor=INLINE)["final"]).all()
    assert (record["a.final"] != record["b.final"]).any()


class FailingOnce(InlineExecutor):
    """Loses every batch a given number of times before it runs it."""

    def __init__(self, times, error):
        self.times, self.error, self.seen = times, error, {}

    def submit(self, fn, /, *args, **kwargs):
        batch = args[-1]
        self.seen[batch] = self.seen.get(batch, 0) + 1
        if self.seen[batch] <= self.times:
            future = Future()
            future.set_exception(self.error)
            return future
        return super().submit(fn, *args, **kwargs)


def test_a_lost_batch_is_tried_three_times():
    model = SMALL_MODELS["box"]
    record = run(model, 1, 4, executor=FailingOnce(2, OSError("lost worker")))
    assert record.sha256() == run(model, 1, 4, executor=INLINE).sha256()
    with pytest.raises(walkers.BatchError, match="batch 0 failed 3 times: lost worker"):
        run(model, 1, 4, executor=FailingOnce(3, OSError("lost worker")))


def test_a_kernel_s_complaint_is_not_tried_again():
    executor = FailingOnce(1, KernelError("molecule 3 was lost"))
    with pytest.raises(KernelError, match="molecule 3"):
        run(SMALL_MODELS["box"], 1, 4, executor=executor)
    assert executor.seen == {0: 1}


def test_an_executor_without_workers_is_reported_and_loses_nothing(tmp_path):
    class Broken(InlineExecutor):
        n_left = 3

        def submit(self, fn, /, *args, **kwargs):
            if self.n_left == 0:
                raise BrokenExecutor("a worker was killed")
            self.n_left -= 1
            return super().submit(fn, *args, **kwargs)

    model = SMALL_MODELS["box"]
    with pytest.raises(walkers.BatchError, match="batch 3 cannot be run: a worker was killed"):
        run(model, 1, 8, executor=Broken(), store=tmp_path)
    executor = FailingOnce(0, None)
    run(model, 1, 8, executor=executor, store=tmp_path)
    assert list(executor.seen) == [3, 4, 5, 6, 7]


def test_numpy_s_integers_are_seeds_too(tmp_path):
    model, expected = SMALL_MODELS["box"], run(SMALL_MODELS["box"], 7, 2, executor=INLINE)
    record = run(model, np.uint64(7), np.int64(2), executor=INLINE, store=tmp_path)
    assert record.sha256() == expected.sha256()
    assert type(record.seed) is int


@pytest.mark.parametrize(
    ("seed", "n_batches"),
    [(-1, 4), (2**64, 4), (1, 0), (1, 2**32), (1.5, 4), ("3", 4), (1, 4.0)],
)
def test_fields_of_the_counter_are_not_exceeded(seed, n_batches):
    with pytest.raises(ValueError, match=r"seed|n_batches"):
        run(SMALL_MODELS["box"], seed, n_batches)


def test_a_record_of_another_run_cannot_be_extended():
    model = SMALL_MODELS["box"]
    record = run(model, 1, 2, executor=INLINE)
    with pytest.raises(ValueError, match="same model and seed"):
        run(model, 2, 4, extend=record)
    with pytest.raises(ValueError, match="same model and seed"):
        run(model.resized(7), 1, 4, extend=record)


@pytest.mark.compiled
def test_memory_of_the_window_is_bounded(monkeypatch):
    """However many batches are asked for, few are in flight."""
    in_flight, most = 0, 0

    class Counting(ThreadPoolExecutor):
        def submit(self, fn, /, *args, **kwargs):
            nonlocal in_flight, most
            in_flight += 1
            most = max(most, in_flight)
            future = super().submit(fn, *args, **kwargs)
            future.add_done_callback(lambda _: finished())
            return future

    def finished():
        nonlocal in_flight
        in_flight -= 1

    with Counting(2) as pool:
        run(SMALL_MODELS["box"], 1, 200, executor=pool)
    assert 1 < most <= 4 * run_module.WIDEST
    assert run_module.ATTEMPTS == 3


class Holding(Executor):
    """Finishes everything it holds at once, when as many batches wait as it has room for."""

    _max_workers = 4

    def __init__(self):
        self._waiting, self.rounds = [], []

    def submit(self, fn, /, *args, **kwargs):
        self._waiting.append((Future(), fn, args))
        if len(self._waiting) == 1:
            threading.Timer(0.05, self._finish_all).start()
        return self._waiting[-1][0]

    def _finish_all(self):
        held, self._waiting = self._waiting, []
        self.rounds.append(len(held))
        for future, fn, args in held:
            future.set_result(fn(*args))


def test_the_window_is_full_again_after_batches_that_end_together():
    """Refilled by one a time it would shrink until the batches ran one after the other."""
    executor = Holding()
    run(SMALL_MODELS["box"].resized(1), 1, 32, executor=executor)
    assert len(executor.rounds) <= 8, executor.rounds


def test_records_cannot_be_changed():
    record = run(SMALL_MODELS["box"], 1, 2, executor=INLINE)
    with pytest.raises(ValueError, match="read-only"):
        record["final"][0] = 0
    with pytest.raises(KeyError, match="there are: "):
        record["nonsense"]
    profile = np.ones(6)
    slab = SMALL_MODELS["slab over time"]
    kept = replace(slab, profile=profile)
    profile[0] = 7.0
    assert kept.profile[0] == 1.0


def test_models_of_one_name_from_two_modules_are_two():
    def made(module):
        kind = dataclass(frozen=True, eq=False)(
            type("Mine", (walkers.Model,), {"compute": None, "seconds_per_batch": 1.0})
        )
        kind.__module__ = module
        return kind(5)

    assert made("one") == made("one")
    assert made("one") != made("two")
    assert '"type":"Hop"' in SMALL_MODELS["box"].canonical_json()  # ours keep their digests


def test_no_two_parts_of_models_have_one_name():
    """A digest names our own classes without their modules."""
    found = {}
    for module in pkgutil.walk_packages(walkers.__path__, "walkers."):
        for name, kind in vars(importlib.import_module(module.name)).items():
            if isinstance(kind, type) and is_dataclass(kind) and kind.__module__ == module.name:
                assert found.setdefault(name, kind) is kind, (name, kind, found[name])
    assert len(found) > 40
