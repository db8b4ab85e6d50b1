"""Faults planted by hand, each of which must turn a test red: are the tests worth having?"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ["walkers", "analysis", "scenarios", "tests", "benchmarks"]


class Fault(NamedTuple):
    """An edit of one file, and the test that must notice it."""

    what: str
    file: str
    right: str
    wrong: str
    test: str
    compiled: bool = False


STREAMS, LATTICE = "tests/walkers/test_streams.py", "tests/walkers/test_lattice.py"
ENGINE, VERDICT = "tests/walkers/test_engine.py", "tests/analysis/test_verdict.py"
SITES, SHAPES = "tests/walkers/test_sites.py", "tests/walkers/test_molecular_shapes.py"
STORE = "tests/walkers/test_store.py"
ESTIMATE, DIFFUSION = "tests/analysis/test_estimate.py", "tests/analysis/test_diffusion.py"

FAULTS = [
    Fault("nine rounds of Philox instead of ten", "walkers/engine/streams.py",
          "for _ in range(10):", "for _ in range(9):", f"{STREAMS}::test_philox_gives"),
    Fault("a draw used for two walkers", "walkers/engine/streams.py",
          "walkers[lane], draws[lane])", "walkers[lane & -2], draws[lane])",
          f"{STREAMS}::test_filling_a_block"),
    Fault("the logarithm of 0 can be asked for", "walkers/engine/streams.py",
          "(np.float64(word) + 0.5)", "(np.float64(word) + 0.0)",
          f"{STREAMS}::test_uniform_numbers_stay"),
    Fault("Poisson: n + 1 for n", "walkers/engine/streams.py",
          "if clock > mean:\n                return n_arrivals",
          "if clock > mean:\n                return n_arrivals + 1",
          f"{STREAMS}::test_poisson_counts"),
    Fault("digits of a word not separated", "walkers/lattice/hop.py",
          "fraction = (fraction & MASK32) * n_directions\n            directions",
          "fraction = fraction * n_directions\n            directions",
          f"{STREAMS}::test_three_hops_of_a_word"),
    Fault("backward crossings counted one bond off", "walkers/lattice/hop.py",
          "backward += (coordinate[lane] == above)", "backward += (coordinate[lane] == below)",
          f"{LATTICE}::test_net_crossings"),
    Fault("a reflecting wall one site too far", "walkers/lattice/walk.py",
          "self.size + (1 if self.absorbs(1) else 0)", "self.size + 1",
          f"{LATTICE}::test_closed_walk_follows"),
    Fault("stay and threshold exchanged", "walkers/lattice/hop.py",
          "np.int64(words[lane] >= thresholds[code])", "np.int64(words[lane] < thresholds[code])",
          f"{LATTICE}::test_closed_walk_follows"),
    Fault("a walker lost at every edge of a block", "walkers/lattice/closed.py",
          "n_lanes = min(block_size, n_walkers - first)",
          "n_lanes = min(block_size, n_walkers - first) - (first > 0)",
          f"{ENGINE}::test_block_size_changes_no_bit"),
    Fault("correlation one lag off", "walkers/lattice/closed.py",
          "(step - lag) % n_kept", "(step - lag - 1) % n_kept",
          f"{LATTICE}::test_correlations_are_sums"),
    Fault("an absorber one site too near", "walkers/lattice/open.py",
          "x_trap_high = x_high if", "x_trap_high = x_high - 1 if",
          f"{LATTICE}::test_walls_beside_an_open_axis"),
    Fault("departures noted for the wrong direction", "walkers/lattice/open.py",
          "return PLUS_X if direction == 1 else ELSE", "return MINUS_X if direction == 1 else ELSE",
          f"{LATTICE}::test_every_bond_passes"),
    Fault("all parts of a run share their random numbers", "walkers/engine/streams.py",
          "np.uint64(part * PURPOSES_PER_STREAM)", "np.uint64(0)",
          f"{ENGINE}::test_parts_of_a_run"),
    Fault("a run extended with the wrong batches", "walkers/engine/run.py",
          "finished.update(batches)\n", "finished.update(zip(sorted(batches), batches.values()))\n",
          f"{ENGINE}::test_an_executor_that_finishes"),
    Fault("a second writer is let in", "walkers/engine/lock.py",
          "fcntl.LOCK_EX | fcntl.LOCK_NB", "fcntl.LOCK_SH | fcntl.LOCK_NB",
          f"{STORE}::test_a_second_writer"),
    Fault("a killed holder's lock file is taken for a lock", "walkers/engine/lock.py",
          "if not self._is_still_there(descriptor)", "if os.path.getsize(self.path)",
          f"{STORE}::test_a_second_writer"),
    Fault("no more in flight for a slow disk", "walkers/engine/run.py",
          "min(WIDEST, 4 * self._widened)", "min(1, 4 * self._widened)",
          f"{STORE}::test_a_slow_disk"),
    Fault("n for n − 1 in the standard error", "analysis/estimate.py",
          "x.std(ddof=1)", "x.std(ddof=0)", f"{ESTIMATE}::test_mean_error"),
    Fault("jackknife with n for n − 1", "analysis/estimate.py",
          "- (n - 1) * left_out", "- n * left_out", f"{ESTIMATE}::test_jackknife_of_the_identity"),
    Fault("a one-sided threshold", "analysis/verdict.py",
          "1.0 - error_rate / 2.0", "1.0 - error_rate", f"{VERDICT}::test_outcomes_on_both_sides"),
    Fault("no share of the error rate among the checks", "analysis/verdict.py",
          "family_error_rate / n_judged", "family_error_rate",
          f"{VERDICT}::test_family_of_true_laws"),
    Fault("a rival that need not be excluded", "analysis/verdict.py",
          "elif _rival_is_excluded(check, threshold):", "elif True:",
          f"{VERDICT}::test_outcomes_on_both_sides"),
    Fault("displacements not taken about the drift", "analysis/diffusion.py",
          "u = drift - centre", "u = 0.0 * (drift - centre)",
          f"{DIFFUSION}::test_moments_about_the_drift"),
    Fault("Green–Kubo that counts C₀ whole", "analysis/diffusion.py",
          "C[:, 0] / 2.0", "C[:, 0]", f"{DIFFUSION}::test_green_kubo"),
    Fault("kurtosis of a Gaussian in one dimension only", "analysis/laws/fick.py",
          "1.0 + 2.0 * (variance**2).sum() / trace**2", "3.0",
          f"{DIFFUSION}::test_laws_of_the_walk"),
    Fault("normal of a tube's wall mirrored", "walkers/molecular/tables.py",
          "row[10] = -1.0 / shape.radius", "row[10] = 1.0 / shape.radius",
          "tests/test_reference.py::test_molecules_in_a_tube", True),
    Fault("hits credited to the wrong source", "walkers/molecular/trace.py",
          "tallies.hits[label, surface]", "tallies.hits[0, surface]",
          "tests/test_reference.py::test_molecules_in_a_tube", True),
    Fault("cosine law squared", "walkers/molecular/emit.py",
          "return x, y, np.sqrt(1.0 - (x * x + y * y))", "return x, y, 1.0 - (x * x + y * y)",
          "tests/walkers/test_molecular_emit.py::test_directions_follow", True),
    Fault("speed from one exponential instead of two", "walkers/molecular/emit.py",
          "logarithm(uniform_open(word_2) * uniform_open(word_3))",
          "logarithm(uniform_open(word_2))",
          "tests/walkers/test_molecular_emit.py::test_speeds_follow", True),
    Fault("a hole a twentieth too wide", "walkers/molecular/tables.py",
          "(shape.radius + skin) * (shape.radius + skin)", "(1.1 * shape.radius * shape.radius)",
          "tests/walkers/test_molecular_gas.py::test_walls_and_holes", True),
    Fault("flights not cut at the end of the time", "walkers/molecular/tallies.py",
          "until = min(arrival, options.t_end)", "until = arrival",
          "tests/walkers/test_molecular_gas.py::test_two_diffuse_rooms", True),
    Fault("hops counted on the bond beside the middle one", "scenarios/fick_slab.py",
          "steady.hops_right[:, middle - 1]", "steady.hops_right[:, middle]",
          "tests/scenarios/test_scenarios.py::test_laws_hold_at_other_parameters"
          "[fick-slab-parameters3]", True),
    Fault("the other outcome of a column never taken", "walkers/lattice/hop_sites.py",
          "else entry & OTHER_MASK", "else column", f"{SITES}::test_departures_follow"),
    Fault("hops noted where they end", "walkers/lattice/hop_sites.py",
          "tags[np.uint64(here)]", "tags[np.uint64(here + rates.offsets[direction])]",
          f"{SITES}::test_departures_follow"),
    Fault("leaps a hop too long", "walkers/lattice/leaps.py",
          "clearance >= n_hops", "clearance + 1 >= n_hops",
          f"{SITES}::test_tagged_sites_forbid"),
    Fault("a potential that pushes uphill", "walkers/lattice/chain.py",
          "free * bernoulli(rises), free * bernoulli(-rises)",
          "free * bernoulli(-rises), free * bernoulli(rises)",
          f"{SITES}::test_a_closed_chain_goes"),
    Fault("entrances of the first source for all", "walkers/lattice/hop_sites.py",
          "first = first_entrance[source]", "first = first_entrance[0]",
          f"{SITES}::test_walkers_end_where"),
    Fault("the flux back taken from the wrong walkers", "analysis/flux.py",
          "flux_left=weights[:, 1] * ended[:, 1, 0]", "flux_left=weights[:, 1] * ended[:, 0, 0]",
          "tests/scenarios/test_scenarios.py::test_scenario_keeps_its_law[advection]", True),
    Fault("a crossing entered for the wrong bond", "walkers/lattice/ledger.py",
          "crossings[step, cell, 0] += 1", "crossings[step, 0, 0] += 1",
          "tests/walkers/test_ledger.py::test_the_ledger_closes"),
    Fault("mirror images that do not turn round", "walkers/lattice/hop_mirror.py",
          "boxes[1, lane] += -passed_y if boxes[1, lane] & 1 else passed_y",
          "boxes[1, lane] += passed_y",
          "tests/walkers/test_mirror.py::test_free_walkers_spread", True),
    Fault("a hop to a solid neighbour", "walkers/lattice/image.py",
          "(sites[there] != SOLID)", "(sites[there] != OPEN)",
          "tests/walkers/test_image.py::test_walkers_hop_to_every"),
    Fault("a cone's normal without its tilt", "walkers/molecular/hit_rare.py",
          "lift = -sign * p[i, 10] * p[i, 6]", "lift = 0.0",
          f"{SHAPES}::test_a_flight_ends_where_marching_leaves_the_gas[cone]"),
    Fault("a sphere's hits that drift off it", "walkers/molecular/hit.py",
          "scale = 1.0 / np.sqrt(u * u + v * v + w * w)", "scale = 1.0 / p[i, 7]",
          f"{SHAPES}::test_molecules_stay_in_the_gas_for_thousands_of_hits[1e-09-0.0-sphere]"),
    Fault("starts even along the axis of a cone", "walkers/molecular/points.py",
          "radius = np.sqrt(first * first + u * (last - first) * (last + first))",
          "radius = first + u * (last - first)",
          f"{SHAPES}::test_starts_are_uniform_over_any_surface[cone]"),
    Fault("molecules that start in a hole of their wall", "walkers/molecular/points.py",
          "if behind < distance and in_flat", "if behind < 0.0 and in_flat",
          f"{SHAPES}::test_no_molecule_starts_in"),
    Fault("walls seen through the rod of an annular tube", "analysis/laws/ducts.py",
          "((0, 2.0 * free), (1, free))", "((0, math.pi), (1, free))",
          "tests/analysis/test_ducts.py::test_annular_tubes"),
    Fault("noise of localisation counted as motion", "analysis/motion.py",
          "columns = _columns(own.n, exponent, own.has_noise)",
          "columns = _columns(own.n, exponent, False)",
          "tests/analysis/test_trajectories.py::test_intervals_cover"),
]  # fmt: skip


def plant(fault: Fault, folder: Path) -> subprocess.CompletedProcess[str]:
    """Copy the project, plant the fault, and run the test that must notice it."""
    for package in PACKAGES:  # a copy: the tests of the project itself go on meanwhile
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__py*"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    path = folder / fault.file
    text = path.read_text()
    assert text.count(fault.right) >= 1, f"{fault.what}: {fault.file} has no such line any more"
    path.write_text(text.replace(fault.right, fault.wrong, 1))
    name, _, test = fault.test.partition("::")
    chosen = [fault.test] if "[" in test else [name, "-k", test]
    environment = {**os.environ, "PYTEST_ADDOPTS": "", "XDG_CACHE_HOME": str(folder / "cache")}
    if not fault.compiled:
        environment["NUMBA_DISABLE_JIT"] = "1"
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-x", "-n", "0", "-p", "no:cacheprovider", *chosen],
        cwd=folder, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.what)
def test_planted_fault_turns_a_test_red(fault, tmp_path):
    outcome = plant(fault, tmp_path)
    # 1: tests ran and failed; anything else (nothing collected, an import error) proves nothing.
    assert outcome.returncode == 1, outcome.stdout[-2000:] + outcome.stderr[-2000:]
    assert "failed" in outcome.stdout, outcome.stdout[-2000:]
    assert "ImportError" not in outcome.stdout
