"""Finished batches of a store, asked again what they were asked before: nothing is simulated."""

from __future__ import annotations

from pathlib import Path

import walkers
from walkers.engine.record import make_record

from ._job import Job, prepared
from ._questions import Question
from ._scenario import load
from ._simulate import Run


def stored_runs(path: Path) -> list[Run]:
    """Every question of one file with its answer from the batches that are there, not yet judged.

    A question that was not answered is put to the batches that are complete in order.

    Raises
    ------
    StoreError
        If the file is damaged, or holds no question or other batches than its questions ask for.
    ParameterError, ScenarioError
        If a question can no longer be put, or there are too few batches.
    """
    stored = walkers.read_run(path)
    if stored is None or not stored.questions:
        raise walkers.StoreError(f"{path}: holds no question; run it again with --store")
    return [answered(stored, text, n_batches) for text, n_batches in stored.questions.items()]


def job_of(stored: walkers.StoredRun, question: Question) -> Job:
    """Job that a question stands for, its model checked against the stored one."""
    job = prepared(
        load(question.scenario),
        question.parameters,
        question.seed,
        n_batches=None,
        precision=None,
        wrong_rule=question.wrong_rule,
    )
    if job.model.canonical_json() != stored.identity["model"]:
        raise walkers.StoreError(
            f"{stored.path}: {question.scenario} builds another model today than when it was stored"
        )
    return job


def answered(stored: walkers.StoredRun, question: str, n_batches: int | None) -> Run:
    """One question of a file with its answer, from as many batches as then.

    Raises
    ------
    StoreError, ParameterError, ScenarioError
        As for ``stored_runs``.
    """
    job = job_of(stored, Question.from_text(question))
    n_used = stored.n_in_order if n_batches is None else min(n_batches, stored.n_in_order)
    if n_used < 2 and len(stored.batches) > n_used:
        raise walkers.StoreError(
            f"{stored.path}: holds {len(stored.batches)} batches, but not the first ones in order; "
            "a shard is judged once it is merged with the others: fluxwalk merge"
        )
    if n_used == 0:
        raise walkers.StoreError(f"{stored.path}: its first batch is not finished")
    record = make_record(job.model, job.seed, [stored.batches[b] for b in range(n_used)])
    return Run(job.scenario, job.params, record, job.enough_checks(record), 0.0, job.wrong_rule)
