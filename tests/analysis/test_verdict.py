"""The judge: its false-alarm rate, its power, and what it may never say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analysis import Check, Estimate, Prediction, batch_mean, judge

LAW = Prediction("law", law=1.0, expected=1.0, rival_name="rival", rival=2.0)


def check(value, stderr=0.01, dof=63, prediction=LAW, **fields):
    return Check("q", Estimate(value, stderr, dof, "m"), prediction, scale=1.0, **fields)


def outcome(*args, **fields):
    return judge([check(*args, **fields)])[0].outcome


THRESHOLD = stats.t(63).isf(1e-3 / 2)


def test_outcomes_on_both_sides_of_every_limit():
    just_in, just_out = 1 + 0.01 * (THRESHOLD - 1e-6), 1 + 0.01 * (THRESHOLD + 1e-6)
    assert outcome(just_in) == outcome(2 - just_in) == "agrees"
    assert outcome(just_out) == outcome(2 - just_out) == "disagrees"
    # The rival must lie five standard errors off.
    near = replace(LAW, rival=1.0 + 0.05)
    assert outcome(1.0 - 1e-9, prediction=near) == "agrees"
    assert outcome(1.0 + 1e-9, prediction=near) == "undecided"


def test_a_law_s_own_tolerance_widens_both_limits():
    loose = replace(LAW, tolerance=0.1)
    assert outcome(1.1 + 0.01 * (THRESHOLD - 1e-6), prediction=loose) == "agrees"
    assert outcome(1.1 + 0.01 * (THRESHOLD + 1e-6), prediction=loose) == "disagrees"
    assert outcome(1.0, prediction=replace(loose, rival=1.149)) == "undecided"
    assert outcome(1.0, prediction=replace(loose, rival=1.151)) == "agrees"


def test_sixty_three_batches_decide_nothing():
    assert outcome(1.0, dof=62) == outcome(5.0, dof=62) == "undecided"
    assert "too few" in judge([check(1.0, dof=62)])[0].sentence


@pytest.mark.parametrize("rival", [None, 1.0])
def test_without_another_law_z_alone_decides(rival):
    verdict = judge([check(1.0, prediction=replace(LAW, rival=rival))])[0]
    assert verdict.outcome == "agrees"
    assert "z alone" in verdict.sentence
    assert outcome(1.2, prediction=replace(LAW, rival=rival)) == "disagrees"


def test_a_law_of_zero_that_is_rounded_has_no_rival_at_zero():
    rounded = Prediction("law", law=3e-16, expected=3e-16, rival_name="nothing", rival=0.0)
    assert outcome(0.01, prediction=rounded) == "agrees"
    assert judge([check(0.01, prediction=rounded)])[0].by_z_alone
    near = replace(rounded, law=1e-9, expected=1e-9)
    assert outcome(0.01, prediction=near) == "undecided"


def test_exact_checks_have_no_z_and_take_no_share_of_the_error_rate():
    none = Prediction("nothing is lost", law=0.0, expected=0.0)
    exact = check(0.0, stderr=0.0, prediction=none, exact=True)
    violated = check(1.0, stderr=0.0, prediction=none, exact=True)
    verdicts = judge([exact, violated, check(1.0)])
    assert [v.outcome for v in verdicts] == ["agrees", "disagrees", "agrees"]
    assert verdicts[0].z is None
    assert verdicts[2].detectable == judge([check(1.0)])[0].detectable


def test_numbers_without_error_must_lie_within_the_tolerance():
    bounded = Prediction("bound", law=0.0, expected=0.5, tolerance=0.1)
    values = (0.4, 0.6, 0.39, 0.61)
    verdicts = judge([check(v, stderr=0.0, prediction=bounded, exact=True) for v in values])
    assert [v.outcome for v in verdicts] == ["agrees"] * 2 + ["disagrees"] * 2
    assert verdicts[0].sentence == "q = 0.4 lies within 0.1 of 0.5: bound"
    assert "does not lie within" in verdicts[2].sentence
    assert (verdicts[0].z, verdicts[0].detectable) == (None, 0.1)


@pytest.mark.parametrize("scale", [0.0, -1.0, float("nan"), float("inf")])
def test_a_scale_must_be_a_size(scale):
    law = Prediction("none", law=0.0, expected=0.0)
    with pytest.raises(ValueError, match="flux: its scale must be positive"):
        Check("flux", Estimate(0.1, 0.1, 63), law, scale=scale)


def test_an_estimator_that_never_scatters_is_an_error():
    with pytest.raises(ValueError, match="scatter"):
        judge([check(1.0, stderr=0.0)])


def test_undecided_names_a_number_of_batches_that_would_decide():
    """With that many batches the worst estimate still within the threshold excludes the rival."""
    near = replace(LAW, rival=1.05)
    verdict = judge([check(1.03, prediction=near)])[0]
    assert verdict.outcome == "undecided"
    n_batches = int(verdict.sentence.split("about ")[1].split(" batches")[0])
    stderr = 0.01 * np.sqrt(64 / n_batches)
    assert outcome(1 + THRESHOLD * stderr * 0.999, stderr=stderr, prediction=near) == "agrees"
    fewer = 0.01 * np.sqrt(64 / (0.9 * n_batches))
    assert outcome(1 + THRESHOLD * fewer, stderr=fewer, prediction=near) != "agrees"


def test_no_batches_are_promised_where_the_tolerance_is_the_reason():
    loose = replace(LAW, tolerance=0.1, rival=1.101)
    (verdict,) = judge([check(1.0, prediction=loose)])
    assert verdict.outcome == "undecided"
    assert "tolerance, 99 % of the way to it, is the reason" in verdict.sentence
    assert "batches" not in verdict.sentence
    nearer = replace(loose, tolerance=0.02, rival=1.05)
    assert "batches (now 64)" in judge([check(1.0, prediction=nearer)])[0].sentence


def test_family_of_true_laws_is_flagged_as_rarely_as_promised():
    """At a rate of 0.2 over 20 checks, the flagged share of 3,000 families is below 0.2."""
    random = np.random.Generator(np.random.PCG64(9))
    samples = random.normal(1.0, 0.1, (3000, 20, 64))
    means, errors = samples.mean(axis=2), samples.std(axis=2, ddof=1) / 8.0
    families = [
        judge([check(m, e) for m, e in zip(ms, es, strict=True)], family_error_rate=0.2)
        for ms, es in zip(means[:500], errors[:500], strict=True)
    ]
    flagged = sum(any(v.outcome == "disagrees" for v in family) for family in families)
    # Independent checks: the rate is 1 − (1 − 0.01)²⁰ = 0.182.
    assert stats.binomtest(flagged, 500, 1 - 0.99**20).pvalue > 1e-4


def test_a_detectable_deviation_is_detected_99_times_in_100():
    random = np.random.Generator(np.random.PCG64(2))
    detectable = judge([check(1.0, 0.1 / 8.0)])[0].detectable
    samples = random.normal(1.0 + detectable, 0.1, (4000, 64))
    flagged = sum(outcome(s.mean(), s.std(ddof=1) / 8.0) == "disagrees" for s in samples)
    assert abs(flagged / 4000 - 0.99) < 0.01


@given(st.floats(-3, 3), st.floats(1e-6, 10), st.integers(63, 2000), st.floats(-3, 3))
def test_agreement_always_excludes_law_s_rival(value, stderr, dof, rival):
    prediction = replace(LAW, rival=rival)
    (verdict,) = judge([check(value, stderr, dof, prediction)])
    if verdict.outcome == "agrees" and rival != 1.0:
        assert abs(value - rival) > 5 * stderr
    assert verdict.sentence.startswith("q = ")


@pytest.mark.parametrize("n_batches", [64, 256])
def test_skewed_batches_agree_with_nothing_and_disagree_only_far_off(n_batches):
    """Half the 64 batches saw nothing, a few saw a lot: Student's t does not know such tails."""
    rare = stats.lognorm(2.0).ppf((np.arange(n_batches) + 0.5) / n_batches)
    estimate = batch_mean(rare)
    assert estimate.is_skewed
    near = replace(LAW, law=estimate.value, expected=estimate.value, rival=-9e9)
    far = replace(near, expected=-40.0 * estimate.stderr)
    verdicts = judge([Check("flow", estimate, law, 1.0) for law in (near, far)])
    assert [verdict.outcome for verdict in verdicts] == ["undecided", "disagrees"]
    assert "skewed" in verdicts[0].sentence


def test_a_skewed_tail_raises_no_false_alarms():
    """4,000 seeds of 64 skewed batches: |z| > 4 far too often, and hardly ever a disagreement."""
    generator = np.random.default_rng(5)
    values = generator.gamma(0.3, size=(4000, 64))
    estimates = [batch_mean(row) for row in values]
    law = replace(LAW, law=0.3, expected=0.3, rival=-9e9)
    verdicts = [judge([Check("flow", estimate, law, 1.0)])[0] for estimate in estimates]
    beyond = sum(abs(verdict.z) > verdict.threshold for verdict in verdicts)
    flagged = sum(verdict.outcome == "disagrees" for verdict in verdicts)
    assert beyond > 40  # 4 are promised, 70 come
    assert flagged < 15


def test_a_little_skewness_raises_no_false_alarms_either():
    """20,000 seeds of 64 batches skewed by 1.2: at a rate of 10⁻³ about 20 disagree, not 50."""
    values = np.random.default_rng(6).gamma(2.8, size=(20_000, 64))
    errors = values.std(axis=1, ddof=1) / 8.0
    far = np.abs(values.mean(axis=1) - 2.8) > THRESHOLD * errors
    law = replace(LAW, law=2.8, expected=2.8, rival=-9e9)
    verdicts = [judge([Check("flow", batch_mean(row), law, 1.0)])[0] for row in values[far]]
    flagged = [verdict for verdict in verdicts if verdict.outcome == "disagrees"]
    assert far.sum() > 40
    assert len(flagged) < 32
    spared = [verdict for verdict in verdicts if verdict.outcome != "disagrees"]
    assert all("skewed by" in verdict.sentence for verdict in spared)
