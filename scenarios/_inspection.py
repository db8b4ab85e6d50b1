"""What a stored run is, whether it is whole, and whether today's kernels give its bits again."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import walkers
from walkers.engine.model import STREAM_VERSION
from walkers.engine.provenance import writer
from walkers.engine.record import batch_sha256
from walkers.engine.run import compute_batch
from walkers.engine.stored import examine_run

from ._parameters import ParameterError
from ._questions import Question
from ._scenario import ScenarioError
from ._stored import job_of
from ._words import listed_versions


@dataclass
class Inspection:
    """One file of a store.

    ``stored`` is what could be read of it, ``problems`` what is wrong; ``questions`` come with
    the number of batches of each answer; ``recomputed`` are the batches that were computed again,
    ``different`` those that came out with other bits.
    """

    path: Path
    stored: walkers.StoredRun | None
    problems: list[str]
    recomputed: list[int] = field(default_factory=list)
    different: list[int] = field(default_factory=list)
    questions: list[tuple[Question, int | None]] = field(default_factory=list)

    def record_sha256(self) -> str | None:
        """Checksum of the batches that are complete in order, as ``Record.sha256`` gives it."""
        if self.stored is None or self.stored.n_in_order == 0:
            return None
        digest = hashlib.sha256()
        for batch in range(self.stored.n_in_order):
            digest.update(batch_sha256(self.stored.batches[batch]))
        return digest.hexdigest()

    def as_json(self) -> dict[str, Any]:
        """Everything, as plain values."""
        entry: dict[str, Any] = {"file": str(self.path), "problems": self.problems}
        if self.stored is None:
            return entry
        identity = self.stored.identity
        return entry | {
            "bytes": self.path.stat().st_size,
            "format_version": self.stored.format_version,
            "stream_version": identity.get("stream_version"),
            "seed": identity.get("seed"),
            "run_digest": identity.get("run_digest"),
            "batches": len(self.stored.batches),
            "batches_in_order": self.stored.n_in_order,
            "record_sha256": self.record_sha256(),
            "writers": self.stored.writers,
            "questions": [
                {
                    "scenario": question.scenario,
                    "parameters": question.parameters,
                    "wrong_rule": question.wrong_rule,
                    "answered_from": n_batches,
                }
                for question, n_batches in self.questions
            ],
            "recomputed": self.recomputed,
            "different": self.different,
        }


def inspected(path: Path, n_recomputed: int = 0) -> Inspection:
    """Look at one file; compute some of its batches again."""
    try:
        stored, problems = examine_run(path)
    except walkers.StoreError as error:
        return Inspection(path, None, [str(error)])
    if stored is None:
        return Inspection(path, None, [f"{path}: empty, its run was ended before it began"])
    found = Inspection(path, stored, [*problems, *_wrong_identity(stored)])
    for text, n_batches in stored.questions.items():
        try:
            found.questions.append((Question.from_text(text), n_batches))
        except (ValueError, TypeError):
            found.problems.append(f"{path}: asked what this fluxwalk cannot read: {text[:40]!r}")
    if n_recomputed and not found.problems:
        try:
            _recompute(found, stored, n_recomputed)
        except (walkers.StoreError, ParameterError, ScenarioError) as error:
            found.problems.append(_named(path, str(error)))
    return found


def _wrong_identity(stored: walkers.StoredRun) -> list[str]:
    """Check the digest of model, seed and stream version, which stands in the file's name too."""
    identity = stored.identity
    try:
        model = hashlib.sha256(identity["model"].encode()).hexdigest()
        text = json.dumps([model, int(identity["seed"]), int(identity["stream_version"])])
    except (LookupError, ValueError):
        return [f"{stored.path}: damaged store (its seed or versions cannot be read)"]
    digest = hashlib.sha256(text.encode()).hexdigest()
    if digest != identity.get("run_digest"):
        return [f"{stored.path}: damaged store (model, seed and versions do not match its digest)"]
    if not stored.path.stem.endswith(digest[:12]):
        return [f"{stored.path}: renamed, it is the run {digest[:12]}: nobody will find it"]
    return []


def _recompute(found: Inspection, stored: walkers.StoredRun, n_batches: int) -> None:
    if stored.identity["stream_version"] != str(STREAM_VERSION):
        raise walkers.StoreError(
            f"stream version {stored.identity['stream_version']} cannot be recomputed by this "
            f"fluxwalk, which has {STREAM_VERSION}"
        )
    if not found.questions:
        raise walkers.StoreError("holds no question, so nobody knows what to recompute")
    job = job_of(stored, found.questions[0][0])
    batches = chosen(stored, n_batches)
    with walkers.threads() as pool:  # in the main thread numba could swallow a Ctrl-C
        tried = [(b, pool.submit(compute_batch, job.model, job.seed, b)) for b in batches]
        try:
            for batch, future in tried:
                if batch_sha256(future.result()) != batch_sha256(stored.batches[batch]):
                    found.different.append(batch)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)  # Ctrl-C: not all that wait
    found.recomputed = batches


def chosen(stored: walkers.StoredRun, n_batches: int) -> list[int]:
    """Batches to recompute: those with the smallest sha256 of "<run digest>:<batch>".

    As good as random, but the same ones whenever the same store is asked.
    """

    def lot(batch: int) -> bytes:
        return hashlib.sha256(f"{stored.identity['run_digest']}:{batch}".encode()).digest()

    return sorted(sorted(stored.batches, key=lot)[:n_batches])


def differences(found: Inspection) -> list[str]:
    """Say which batches came out otherwise, and who had written them."""
    if not found.different or found.stored is None:
        return []
    batches = ", ".join(map(str, found.different))
    return [
        f"{found.path}: recomputed with other bits: batch {batches} (written by "
        f"{'; '.join(map(listed_versions, found.stored.writers))}; now {listed_versions(writer())})"
    ]


def _named(path: Path, message: str) -> str:
    return message if str(path) in message else f"{path}: {message}"
