"""From an estimate and a law to a verdict: agrees, disagrees or undecided.

Where no law is claimed, a value is only measured.

The rules (one family-wise false-alarm rate over all checks of a call, a rival that the
data must exclude before they may agree) are described in the README, "How far to trust
the numbers".
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from .estimate import Estimate

FAMILY_ERROR_RATE = 1e-3
"""Chance that any of the judged checks of one call is flagged although every law holds."""

MINIMUM_BATCHES = 64
"""With fewer batches a standard error is too rough to judge by: the outcome is undecided."""

RIVAL_SIGMAS = 5.0
"""A law agrees only if its rival lies at least this many standard errors off."""

SAME = 1e-12
"""A rival no farther from the law than this share of it, or of the scale, coincides with it."""

DETECTION_POWER = 0.99
"""Probability with which a deviation of the size ``detectable`` would have been flagged."""

Outcome = Literal["agrees", "disagrees", "undecided", "measured"]


@dataclass(frozen=True)
class Prediction:
    """What a law says, what it says at this resolution, and what its rival would say.

    ``law`` is the continuum, infinite-system value; ``expected`` the exact value in the
    simulated finite system; ``tolerance`` the law's own approximation, in the same unit.
    ``rival`` is None where no other law gives a different value for these parameters.
    A law that is NaN claims nothing: the quantity is measured, not judged.
    """

    law_name: str
    law: float
    expected: float
    rival_name: str = ""
    rival: float | None = None
    tolerance: float = 0.0
    source: str = ""

    @property
    def is_claim(self) -> bool:
        """Whether there is a value to judge by."""
        return not math.isnan(self.expected)


def unclaimed(reason: str) -> Prediction:
    """Say of a quantity why it is measured and not judged.

    Parameters
    ----------
    reason : str
        What stands in place of the law's name.

    Returns
    -------
    Prediction
        Whose values are NaN.
    """
    return Prediction(reason, math.nan, math.nan)


@dataclass(frozen=True)
class Check:
    """A question put to the data: does this estimate obey this law?

    ``scale`` is what "relative" refers to: |law|, or the natural size where the law is zero.
    An ``exact`` check has no statistical error: its value must lie within the prediction's
    tolerance of what is expected. One that counts violations of an identity must find none.
    The batches of a ``recorded`` check are all there are: pieces of a recording.
    """

    quantity: str
    estimate: Estimate
    prediction: Prediction
    scale: float
    exact: bool = False
    recorded: bool = False

    def __post_init__(self) -> None:
        """Refuse a scale that nothing can be relative to."""
        if not (math.isfinite(self.scale) and self.scale > 0.0):
            raise ValueError(
                f"{self.quantity}: its scale must be positive, got {self.scale:g}; where the law "
                "is zero, name a natural one"
            )

    @property
    def precision(self) -> float:
        """Standard error relative to the scale."""
        return self.estimate.stderr / self.scale


@dataclass(frozen=True)
class Verdict:
    """A judged check, in numbers and in one sentence a person can read.

    ``threshold`` is the |z| beyond which it would disagree (beyond the law's tolerance);
    ``by_z_alone`` says that no rival law differs at these parameters. ``interval`` is the 95 %
    interval of a value that is only measured.
    """

    quantity: str
    unit: str
    value: float
    stderr: float
    dof: int
    law_name: str
    law: float
    expected: float
    z: float | None
    rival_name: str
    rival: float | None
    detectable: float
    outcome: Outcome
    sentence: str
    tolerance: float
    scale: float
    threshold: float
    by_z_alone: bool
    interval: tuple[float, float] | None = None


def checks_of(
    estimates: Mapping[str, Estimate],
    predictions: Mapping[str, Prediction],
    scales: Mapping[str, float] | None = None,
    exact: Collection[str] = (),
) -> list[Check]:
    """Put every estimate to the law of its name.

    Parameters
    ----------
    estimates, predictions : mapping of str
        By quantity; the checks come in the order of the estimates.
    scales : mapping of str to float, optional
        What "relative" refers to, in the quantity's unit; |law| for those left out.
    exact : collection of str
        Quantities that carry no statistical error.

    Raises
    ------
    ValueError
        For a scale that is not positive: a law that is zero needs one.
    """
    given = scales or {}
    return [
        Check(
            quantity,
            estimate,
            predictions[quantity],
            scale=given.get(quantity, abs(predictions[quantity].law)),
            exact=quantity in exact,
        )
        for quantity, estimate in estimates.items()
    ]


def judge(checks: Iterable[Check], family_error_rate: float = FAMILY_ERROR_RATE) -> list[Verdict]:
    """Judge all checks of one call as one family (Bonferroni over the non-exact ones).

    Parameters
    ----------
    checks : iterable of Check
        Every check of the call, of all scenarios in it.
    family_error_rate : float
        Chance of any false alarm in the whole call.

    Raises
    ------
    ValueError
        If an estimate that is not exact has no scatter at all: its estimator is wrong.
    """
    checks = list(checks)
    n_judged = sum(not check.exact and check.prediction.is_claim for check in checks)

    def judged(check: Check) -> Verdict:
        if not check.prediction.is_claim:
            return _measured(check)
        if check.exact:
            return _judge_exact(check)
        return _judge(check, family_error_rate / n_judged)

    return [judged(check) for check in checks]


def _measured(check: Check) -> Verdict:
    """Report a value for which no law is claimed, or say why there is none."""
    estimate = check.estimate
    if math.isnan(estimate.value):
        said = f"{check.quantity}: {check.prediction.law_name}"
        return _verdict(check, None, math.nan, "measured", math.nan, said)
    low, high = estimate.interval()
    said = (
        f"{check.quantity} = {estimate.value:.6g} ± {estimate.stderr:.2g} {estimate.unit}".rstrip()
        + f", 95 % interval {low:.6g} … {high:.6g}: {check.prediction.law_name}"
    )
    verdict = _verdict(check, None, math.nan, "measured", math.nan, said)
    return replace(verdict, interval=(low, high))


def _judge(check: Check, error_rate: float) -> Verdict:
    """Judge one statistical check at its own share of the family's error rate."""
    from scipy.special import stdtrit  # scipy.stats takes 0.5 s to import; this is the same t

    estimate, prediction = check.estimate, check.prediction
    if not estimate.stderr > 0.0:
        raise ValueError(f"{check.quantity}: the batches do not scatter; its estimator is wrong")
    threshold = float(stdtrit(estimate.dof, 1.0 - error_rate / 2.0))
    power = float(stdtrit(estimate.dof, DETECTION_POWER))
    z = (estimate.value - prediction.expected) / estimate.stderr
    if estimate.n_batches < MINIMUM_BATCHES:
        outcome: Outcome = "undecided"
    elif _is_beyond(check, threshold):
        outcome = "disagrees"
    elif _rival_is_excluded(check, threshold):
        outcome = "agrees"
    else:
        outcome = "undecided"
    if not _stands(check, outcome, error_rate):
        outcome = "undecided"
    low, high = estimate.interval(1.0 - error_rate)
    farthest = max(threshold * estimate.stderr, estimate.value - low, high - estimate.value)
    detectable = prediction.tolerance + farthest + power * estimate.stderr
    return _verdict(
        check, z, detectable, outcome, threshold,
        _sentence(check, z, detectable, outcome, threshold),
    )  # fmt: skip


def _is_beyond(check: Check, threshold: float) -> bool:
    """Whether an estimate is more errors off the law's tolerance than the threshold."""
    off = abs(check.estimate.value - check.prediction.expected) - check.prediction.tolerance
    return max(0.0, off) > threshold * check.estimate.stderr


def _stands(check: Check, outcome: Outcome, error_rate: float) -> bool:
    """Whether an outcome by Student's t outlasts the skewness of its batches.

    Skewed batches agree with nothing; no law is refused within an interval that knows of the skew.
    """
    estimate, prediction = check.estimate, check.prediction
    if outcome != "disagrees":
        return not estimate.is_skewed
    low, high = estimate.interval(1.0 - error_rate)
    expected, tolerance = prediction.expected, prediction.tolerance
    return expected + tolerance < low or expected - tolerance > high


def _rival_of(check: Check) -> float | None:
    """Value of the rival, or None where it coincides with the law, but for rounding."""
    rival, law = check.prediction.rival, check.prediction.law
    # A law that is zero may come out as the rounding error of terms as large as the scale.
    rounding = SAME * abs(check.scale)
    if rival is None or math.isclose(rival, law, rel_tol=SAME, abs_tol=rounding):
        return None
    return rival


def _rival_is_excluded(check: Check, threshold: float) -> bool:
    rival = _rival_of(check)
    if rival is None:
        return True
    distance = abs(check.estimate.value - rival)
    needed = max(RIVAL_SIGMAS, threshold) * check.estimate.stderr
    return distance > check.prediction.tolerance + needed


def _judge_exact(check: Check) -> Verdict:
    """Judge a number without statistical error, or an identity that nothing may violate."""
    value, prediction = check.estimate.value, check.prediction
    holds = abs(value - prediction.expected) <= prediction.tolerance
    if prediction.tolerance > 0.0:
        relation = "lies within" if holds else "does not lie within"
        sentence = (
            f"{check.quantity} = {value:.6g} {relation} {prediction.tolerance:.2g} of "
            f"{prediction.expected:.6g}: {prediction.law_name}"
        )
    elif holds:
        sentence = f"{check.quantity}: {prediction.law_name} holds exactly"
    else:
        sentence = f"{check.quantity}: {prediction.law_name} is violated by {value:g}"
    outcome: Outcome = "agrees" if holds else "disagrees"
    return _verdict(check, None, prediction.tolerance, outcome, 0.0, sentence)


def _verdict(
    check: Check,
    z: float | None,
    detectable: float,
    outcome: Outcome,
    threshold: float,
    sentence: str,
) -> Verdict:
    estimate, prediction = check.estimate, check.prediction
    return Verdict(
        quantity=check.quantity,
        unit=estimate.unit,
        value=estimate.value,
        stderr=estimate.stderr,
        dof=estimate.dof,
        law_name=prediction.law_name,
        law=prediction.law,
        expected=prediction.expected,
        z=z,
        rival_name=prediction.rival_name,
        rival=prediction.rival,
        detectable=detectable,
        outcome=outcome,
        sentence=sentence,
        tolerance=prediction.tolerance,
        scale=check.scale,
        threshold=threshold,
        by_z_alone=z is not None and _rival_of(check) is None,
    )


def _sentence(check: Check, z: float, detectable: float, outcome: Outcome, threshold: float) -> str:
    """Say the verdict in words, with what the data would have shown."""
    estimate, prediction = check.estimate, check.prediction
    measured = (
        f"{check.quantity} = {estimate.value:.6g} ± {estimate.stderr:.2g} {estimate.unit}".rstrip()
    )
    against = f"{prediction.law_name} ({prediction.expected:.6g} expected, z = {z:+.1f})"
    if outcome == "disagrees":
        return f"{measured} disagrees with {against}"
    if outcome == "undecided":
        return f"{measured} cannot judge {against}: {_what_is_missing(check, threshold)}"
    if _rival_of(check) is None:
        excluded = "no rival law differs for these parameters, so z alone decides"
    else:
        excluded = f"{prediction.rival_name} ({prediction.rival:.6g}) is excluded"
    return (
        f"{measured} agrees with {against}; a deviation of {detectable / check.scale:.2g} "
        f"of its scale would have shown; {excluded}"
    )


def _what_is_missing(check: Check, threshold: float) -> str:
    """Say how many batches, or how long a recording, would be enough to decide."""
    estimate, prediction = check.estimate, check.prediction
    n_batches = MINIMUM_BATCHES
    rival = _rival_of(check)
    skewed = estimate.is_skewed or _is_beyond(check, threshold)  # else it would have disagreed
    if estimate.n_batches >= MINIMUM_BATCHES and skewed:
        return (
            f"its batches are skewed by {estimate.skewness():.2g}; more of them, or larger, would"
        )
    if rival is not None:
        # The estimate may lie up to `threshold` errors off the expected value, on the rival's side.
        distance = abs(prediction.expected - rival)
        room = distance - prediction.tolerance
        if room <= 0.0:
            return f"{prediction.rival_name} ({rival:.6g}) lies within the law's own tolerance"
        if prediction.tolerance > room:
            return (
                f"{prediction.rival_name} ({rival:.6g}) is not excluded; the law's own tolerance, "
                f"{100.0 * prediction.tolerance / distance:.3g} % of the way to it, is the reason"
            )
        enough = room / (threshold + max(RIVAL_SIGMAS, threshold))
        n_batches = max(n_batches, math.ceil(estimate.n_batches * (estimate.stderr / enough) ** 2))
    times = float(f"{n_batches / estimate.n_batches:.2g}")
    longer = f"a recording about {times:g} times as long, or of as many times more walkers,"
    if estimate.n_batches < MINIMUM_BATCHES and n_batches == MINIMUM_BATCHES:
        if check.recorded:
            return f"{estimate.n_batches} pieces are too few; {longer} would be enough"
        return f"{estimate.n_batches} batches are too few, at least {MINIMUM_BATCHES} are needed"
    more = longer if check.recorded else f"about {n_batches} batches (now {estimate.n_batches})"
    return f"{prediction.rival_name} ({rival:.6g}) is not excluded; {more} would"
