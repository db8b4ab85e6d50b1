"""What Dask costs: 10,000 batches of 50 ms on two workers, against the sum of the batches.

``python -m benchmarks.distributed [--quick]``. Overhead is wall × workers / compute − 1, where
compute is the sum of the times that the batches took themselves. Batches that sleep measure it
whatever else the machine does; batches that compute share their cores with the coordinator and
the scheduler. Memory is that of the collecting process, in which the scheduler lives too.
"""

from __future__ import annotations

import argparse
import os
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import walkers
from walkers.engine.model import Arrays

N_WORKERS = 2


@dataclass(frozen=True, eq=False)
class Busy(walkers.Model):
    """A batch that lasts a given time, asleep or at work, and says how long it did."""

    seconds: float = 0.05
    sleeps: bool = True

    def compute(self, seed: int, batch: int) -> Arrays:
        started = time.perf_counter()
        random = np.random.default_rng([seed, batch])
        heads = 0
        if self.sleeps:
            time.sleep(self.seconds)
        while time.perf_counter() - started < self.seconds:
            heads += int((random.random(1000) < 0.5).sum())
        return {"seconds": np.array(time.perf_counter() - started)}

    @property
    def seconds_per_batch(self) -> float:
        return self.seconds


def resident_mib() -> float:
    """Memory of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def measure(sleeps: bool, n_batches: int) -> None:
    """Run on a fresh cluster, and print one line."""
    shares, resident = [0.1, 0.5, 1.0], []

    def watch(finished: dict[int, Arrays]) -> None:
        if len(finished) >= shares[len(resident)] * n_batches:
            resident.append(resident_mib())

    model = Busy(1, sleeps=sleeps)
    with walkers.dask(n_jobs=N_WORKERS) as pool:
        walkers.run(model, 1, 4 * N_WORKERS, executor=pool)  # starts the workers
        started = time.perf_counter()
        record = walkers.run(model, 2, n_batches, executor=pool, progress=watch)
        wall = time.perf_counter() - started
    compute = float(record["seconds"].sum())
    memory = ", ".join(f"{mib:.0f}" for mib in resident)
    overhead = 100.0 * (wall * N_WORKERS / compute - 1.0)
    kind = "asleep" if sleeps else "at work"
    print(f"{kind}: {n_batches} batches of {1e3 * model.seconds:.0f} ms in {wall:.1f} s,")
    print(f"  compute {compute:.1f} s on {N_WORKERS} workers: overhead {overhead:.1f} %,")
    print(f"  memory after 10, 50, 100 % of them: {memory} MiB", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="1,000 batches instead of 10,000")
    n_batches = 1_000 if parser.parse_args().quick else 10_000
    measure(True, n_batches)
    measure(False, n_batches)
