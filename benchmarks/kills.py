"""Kill runs at random moments, resume them, and compare every bit: ``python -m benchmarks.kills``.

Batches are tiny, so that nearly all the time goes into commits: every kill has a good chance to
fall into one, and some of them wait for one. Runs are forked, so that a kill costs a fraction
of a second and needs no compiled kernel. Prints one JSON object with what was seen; whatever is
lost, damaged or counted twice ends it with an AssertionError.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from walkers import InlineExecutor, Model, Store, StoreError, read_run, run, threads
from walkers.engine.model import Arrays
from walkers.engine.record import batch_sha256

SEED, N_BATCHES = 11, 30
DONE, REFUSED = 0, 2


@dataclass(frozen=True, eq=False)
class Numbers(Model):
    """Random numbers from numpy: a model of no physics that compiles nothing."""

    def compute(self, seed: int, batch: int) -> Arrays:
        """Some integers and some floats."""
        generator = np.random.Generator(np.random.Philox(key=seed, counter=batch << 64))
        return {"counts": generator.integers(0, 9, self.n_walkers), "sums": generator.random(3)}

    @property
    def seconds_per_batch(self) -> float:
        """Next to nothing."""
        return 1e-5


MODEL = Numbers(50)
STRAIGHT = [batch_sha256(MODEL.compute(SEED, batch)) for batch in range(N_BATCHES)]


@dataclass
class Writer:
    """A run in a process of its own, which tells the batches that it was promised are safe."""

    pid: int
    pipe: int
    safe: set[int] = field(default_factory=set)
    status: int | None = None

    @classmethod
    def start(cls, folder: Path, n_threads: int) -> Writer:
        """Fork it."""
        ours, theirs = os.pipe()
        pid = os.fork()
        if pid:
            os.close(theirs)
            return cls(pid, ours)
        status = 1
        try:
            status = _write(folder, n_threads, lambda batch: os.write(theirs, bytes([batch])))
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)

    def wait(self, n_batches: int) -> None:
        """Wait until so many batches were told to be safe, or it ended."""
        while len(self.safe) < n_batches and (told := os.read(self.pipe, N_BATCHES)):
            self.safe |= set(told)

    def end(self, kill: bool) -> set[int]:
        """Wait for the end, killed or not; returns all batches that were told to be safe."""
        if kill:
            os.kill(self.pid, signal.SIGKILL)
        _, status = os.waitpid(self.pid, 0)
        self.status = os.waitstatus_to_exitcode(status)
        self.wait(N_BATCHES + 1)
        os.close(self.pipe)
        return self.safe

    def count(self, seen: Counter[str]) -> None:
        """Count when it was killed, if it was."""
        if self.status != -signal.SIGKILL:
            seen["had ended"] += 1
            return
        seen["killed"] += 1
        tenth = 10 * len(self.safe) // N_BATCHES
        seen[f"killed with {tenth}0 % of the batches safe or more"] += 1


def _write(folder: Path, n_threads: int, tell: Callable[[int], object]) -> int:
    told: set[int] = set()

    def progress(finished: dict[int, Arrays]) -> None:
        for batch in sorted(finished.keys() - told):
            tell(batch)
            told.add(batch)

    try:
        with threads(n_threads) if n_threads else InlineExecutor() as pool:
            run(MODEL, SEED, N_BATCHES, store=folder, executor=pool, progress=progress)
    except StoreError as error:
        if "another run is writing it (host " in str(error):
            return REFUSED
        raise
    return DONE


class Counting(InlineExecutor):
    """Counts the batches that it runs."""

    n_run = 0

    def submit(self, fn, /, *args, **kwargs):
        """Run one more."""
        self.n_run += 1
        return super().submit(fn, *args, **kwargs)


def examined(folder: Path, safe: set[int], seen: Counter[str]) -> int:
    """Batches that a kill left: all that were told to be safe, none damaged."""
    path = Store(folder).path(MODEL, SEED)
    journal = path.with_name(f"{path.name}-journal")
    seen["in a commit"] += journal.exists() and journal.stat().st_size > 0
    stored = read_run(path)
    if stored is None:
        assert not safe
        return 0
    assert safe <= stored.batches.keys() <= set(range(N_BATCHES)), (safe, stored.batches.keys())
    assert all(batch_sha256(arrays) == STRAIGHT[b] for b, arrays in stored.batches.items())
    return len(stored.batches)


def finished(folder: Path, n_kept: int) -> None:
    """Resume to the end: the bits of an uninterrupted run, and only what was missing is run."""
    executor = Counting()
    record = run(MODEL, SEED, N_BATCHES, store=folder, executor=executor)
    assert [batch_sha256(record.batch(b)) for b in range(N_BATCHES)] == STRAIGHT
    assert executor.n_run == N_BATCHES - n_kept
    file = Store(folder).path(MODEL, SEED)
    assert list(folder.iterdir()) == [file], list(folder.iterdir())
    assert len(read_run(file).batches) == N_BATCHES


def kill_one(folder: Path, moment: random.Random, seconds: float, seen: Counter[str]) -> int:
    """Kill a run: while it starts, after any of its batches, within a commit, or near its end."""
    writer = Writer.start(folder, moment.choice([0, 0, 2]))
    _wait(writer, moment, seconds)
    if moment.random() < 0.3:
        _wait_for_a_commit(folder)
        time.sleep(moment.uniform(0.0, seconds / N_BATCHES))
    safe = writer.end(kill=True)
    writer.count(seen)
    assert writer.status in (DONE, -signal.SIGKILL), writer.status
    return examined(folder, safe, seen)


def kill_one_of_two(folder: Path, moment: random.Random, seconds: float, seen: Counter[str]) -> int:
    """Start two runs of the same store, and kill either of them."""
    first = Writer.start(folder, 0)
    if moment.random() < 0.5:
        _wait(first, moment, seconds)
    second = Writer.start(folder, 0)
    _wait(moment.choice([first, second]), moment, seconds)
    killed, other = moment.sample([first, second], 2)
    safe = killed.end(kill=True)
    safe |= other.end(kill=False)
    statuses = {first.status, second.status}
    assert statuses <= {DONE, REFUSED, -signal.SIGKILL}, statuses
    killed.count(seen)
    seen["second writers refused"] += REFUSED in statuses
    seen["of two at once"] += 1
    return examined(folder, safe, seen)


def _wait(writer: Writer, moment: random.Random, seconds: float) -> None:
    """Wait for a batch, any of them or none, and then for up to two batches' time."""
    writer.wait(moment.choice([0, *[moment.randrange(N_BATCHES)] * 3]))
    time.sleep(moment.uniform(0.0, 2.0 * seconds / N_BATCHES))


def _wait_for_a_commit(folder: Path) -> None:
    path = Store(folder).path(MODEL, SEED)
    journal = path.with_name(f"{path.name}-journal")
    end = time.monotonic() + 0.1
    while not journal.exists() and time.monotonic() < end:
        pass


def kills(n_kills: int, seed: int) -> dict[str, int]:
    """Kill so many runs, most stores once and some several times; returns what was seen."""
    moment, seen = random.Random(seed), Counter[str]()
    seconds = min(_seconds_of_a_run() for _ in range(3))
    while seen["killed"] < n_kills:
        folder, n_kept = Path(tempfile.mkdtemp(prefix="fluxwalk-kills-")), 0
        while True:
            n_kept = moment.choice([kill_one, kill_one, kill_one_of_two])(
                folder, moment, seconds, seen
            )
            if seen["killed"] == n_kills or moment.random() < 0.7:
                break
        finished(folder, n_kept)
        seen["stores resumed"] += 1
        shutil.rmtree(folder)
    return dict(seen)


def _seconds_of_a_run() -> float:
    folder = Path(tempfile.mkdtemp(prefix="fluxwalk-kills-"))
    started = time.perf_counter()
    assert Writer.start(folder, 0).end(kill=False) == set(range(N_BATCHES))
    seconds = time.perf_counter() - started
    finished(folder, N_BATCHES)
    shutil.rmtree(folder)
    return seconds


def main() -> None:
    """Kill as often as is asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("n_kills", type=int, nargs="?", default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    json.dump(kills(options.n_kills, options.seed), sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
