"""Speed of walkers in an image against pytrax 0.1.2, on the same image and the same steps.

python benchmarks/porous.py [python of an environment that has pytrax]

Such an environment: python -m venv peer && peer/bin/pip install pytrax==0.1.2 pyevtk tqdm
matplotlib pandas. Prints the ratio of rates on one core and on two, and both sides' mean square
displacement; exits with status 1 below the least ratio, and says so where pytrax is missing.
Repetitions are interleaved, so that a busy machine slows both sides alike.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np
from scipy.ndimage import gaussian_filter

from benchmarks.speed import seconds
from walkers import InlineExecutor, MirrorWalk, run, threads

LEAST = 20.0
REPETITIONS = 5
SIZE, POROSITY = 100, 0.5
N_WALKERS, N_STEPS = 10_240, 2400

PEER = """
import sys, time
import numpy, pytrax
image = numpy.load(sys.argv[1]).astype(int)
n_walkers, n_steps, n_processes = map(int, sys.argv[2:])
walk = pytrax.RandomWalk(image)
start = time.perf_counter()
walk.run(nt=n_steps, nw=n_walkers, stride=n_steps // 2, num_proc=n_processes)
elapsed = time.perf_counter() - start
moved = walk.real_coords[-1] - walk.real_coords[0]
print(elapsed, (moved**2).sum(axis=1).mean() / (n_steps // 2))
"""


def image() -> np.ndarray:
    """Void of blurred noise cut at its median."""
    noise = np.random.default_rng(0).standard_normal((SIZE,) * 3)
    blurred = gaussian_filter(noise, 3.0, mode="wrap")
    return (blurred > np.quantile(blurred, 1.0 - POROSITY)).astype(np.uint8)


def peer(python: str, file: Path, n_processes: int) -> tuple[float, float]:
    """Seconds of pytrax's own run, and its mean square displacement per step, half-way."""
    arguments = [python, "-c", PEER, str(file), *map(str, (N_WALKERS, N_STEPS, n_processes))]
    # It stores positions after step 1 and half of all later: a stride must divide the steps.
    done = subprocess.run(arguments, capture_output=True, text=True, check=True)
    elapsed, square = map(float, done.stdout.split()[-2:])
    return elapsed, square


def main() -> int:
    """Measure, print, judge."""
    python = sys.argv[1] if len(sys.argv) > 1 else sys.executable
    if subprocess.run([python, "-c", "import pytrax"], capture_output=True).returncode:
        print(f"skipped: {python} has no pytrax (see the first lines of benchmarks/porous.py)")
        return 0
    void = image()
    missed = False
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "image.npy"
        np.save(file, void)
        for n_cores in (1, 2):
            # As many walkers in all; on two cores each thread has half of them.
            walk = MirrorWalk(N_WALKERS // n_cores, void=void, stops=(N_STEPS // 2, N_STEPS))
            executor = InlineExecutor() if n_cores == 1 else threads(n_cores)
            run(walk, 1, n_cores, executor=executor)  # compiles, and fills the caches
            pairs, squares = [], []
            for seed in range(REPETITIONS):
                ours = seconds(partial(run, walk, seed, n_cores, executor=executor))
                theirs, square = peer(python, file, n_cores)
                pairs.append((ours, theirs))
                squares.append(square)
            record = run(walk, 1, 8)
            own = record["moments"][:, 0, 3:6].sum(axis=1).mean() / (walk.n_walkers * N_STEPS / 2)
            ratio = median(theirs / ours for ours, theirs in pairs)
            rates = [N_WALKERS * N_STEPS / min(times) / 1e6 for times in zip(*pairs, strict=True)]
            missed |= ratio < LEAST
            print(
                f"hops in a {SIZE}³ image, {n_cores} core(s) / pytrax: {ratio:6.1f}  (at least "
                f"{LEAST:g})   {rates[0]:.0f} / {rates[1]:.1f} million per second   ⟨r²⟩/n: "
                f"{own:.4f} / {np.mean(squares):.4f}"
            )
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
