# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # When equal pressure is not at rest
#
# Two rooms of air, one warm and one cold, with a door between them: the air rests when the
# pressures are equal. Everybody knows that, and in a good vacuum it is wrong.
#
# In a gas so thin that the molecules meet only walls, none of them pushes another. A molecule that
# happens to fly at the hole goes through, and that is all. Here two boxes, then two ends of a
# tube, are kept at different temperatures, and we see what they settle at.

# %%
import matplotlib.pyplot as plt
import numpy as np

import analysis
import scenarios
import walkers

# %% [markdown]
# ## How often a molecule finds the hole
#
# In a gas of $n$ molecules per volume with mean speed $\bar v$, an area of the wall, or a hole in
# it, is hit at the rate
#
# $$ \nu = \tfrac14 n \bar v , \qquad \bar v = \sqrt{\frac{8kT}{\pi m}} . $$
#
# Two boxes that share a hole are in balance when as many cross from one side as from the other,
# $n_1 \bar v_1 = n_2 \bar v_2$. With $P = nkT$ this is
#
# $$ \frac{P_1}{\sqrt{T_1}} = \frac{P_2}{\sqrt{T_2}} . $$
#
# The pressures differ: the hot box has the *higher* one, by $\sqrt{T_1/T_2}$.
#
# ## Two boxes and a hole
#
# The scenario `effusion-balance` lets molecules fly between a hot box and a cold one three times
# as deep. They leave every wall in a direction drawn by the cosine law, with a speed drawn from the
# wall's temperature, and know nothing else. The boxes start with the same density.

# %%
boxes = scenarios.run("effusion-balance", gas="N2", T_hot=1200, T_cold=300, batches=64)
boxes.plot()

# %% [markdown]
# The dots are the molecules in the hot box, counted as time goes by (one unit is what it takes the
# boxes to forget how they began). They settle at the law's balance, which nobody told them.
#
# Is the balance that of the pressures or of the flights?

# %%
pressure = boxes.frame.set_index("quantity").loc["pressure_ratio"]
expected = [("equal pressures", 1.0), (r"$\sqrt{T_1/T_2}$", 2.0), ("equal densities", 4.0)]

figure, axes = plt.subplots(figsize=(6.5, 2.4), layout="constrained")
for name, value in expected:
    axes.axvline(value, color="grey", lw=1, ls="--")
    axes.text(value + 0.05, 0.9, name, va="center", color="grey")
axes.errorbar(pressure.value, 0.4, xerr=4 * pressure.stderr, fmt="o", capsize=3)
axes.text(pressure.value + 0.1, 0.4, "molecules, ± 4 standard errors", va="center")
axes.set(xlabel="P(hot)/P(cold)", ylim=(0, 1.2), yticks=[], xlim=(0.5, 5))
axes.set_title("At rest");

# %% [markdown]
# Clearly that of the flights. The dot lies a little to the right of 2: the hole is not tiny
# compared with the wall around it, and the law for *this* hole, worked out exactly, gives 2.06.
# Verdicts count from that value, which the table below shows in parentheses.

# %%
boxes

# %% [markdown]
# Look at `energy_flux`: although no molecules flow on balance, heat does. Each molecule carries
# $2kT$ of the side it comes from (the energy of its flight, its rotation left out), so that
# $2k(T_1 - T_2)$ goes across with every pair that changes places. A balance, and no equilibrium.
#
# ## A tube instead of a hole: thermal transpiration
#
# Stretch the hole into a narrow tube whose wall is hot at one end and cold at the other. A
# molecule now meets the wall many times on its way. Does the balance survive? Reynolds found in
# 1879 that it does:
#
# $$ \frac{p_1}{p_2} = \left(\frac{T_1}{T_2}\right)^{\gamma}, \qquad \gamma = \tfrac12 , $$
#
# if the wall forgets where a molecule came from (a *diffuse* wall), whatever the temperature along
# it. The reason is pretty: a diffuse wall sends molecules along paths that do not depend on any
# temperature. So **one** set of paths answers for all temperatures, and we ask it nine times.

# %%
from scenarios import thermal_transpiration as tube

here = tube.Params(T_hot=400, T_cold=300)
record = walkers.run(tube.build(here), seed=1, n_batches=64)  # no temperature is in this

figure, axes = plt.subplots(figsize=(5.5, 3.6), layout="constrained")
for T_hot in np.geomspace(310, 2700, 9):
    p = tube.Params(T_hot=T_hot, T_cold=300)
    ratio = analysis.judge(tube.checks(record, p))[0]
    axes.errorbar(T_hot / 300, ratio.value, yerr=ratio.stderr, fmt="o", color="tab:blue", capsize=3)
fine = np.geomspace(1, 9, 100)
axes.plot(fine, np.sqrt(fine), "k", lw=1, label=r"$\sqrt{T_1/T_2}$")
axes.plot(fine, np.ones_like(fine), "k:", lw=1, label="equal pressures")
axes.set(
    xlabel=r"$T_1/T_2$",
    ylabel=r"$p_1/p_2$ at rest",
    ylim=(0.9, 3.2),
    title="Thermal transpiration in a tube, L/R = 10",
)
axes.legend();

# %% [markdown]
# The nine dots share one set of paths and therefore one fluctuation: if one of them lies a little
# high, so do all. They are one piece of evidence, not nine.
#
# ## Could it have come out otherwise?
#
# Everything hangs on how the wall sends molecules back: by the *cosine law*, more of them straight
# out than along the wall. Let the hot half of the wall send them out evenly in all directions, and
# the tube becomes a valve. The law fails, and the verdict says so:

# %%
wrong = scenarios.run("thermal-transpiration", wrong_rule="half-isotropic", batches=64)
wrong.frame[["quantity", "value", "stderr", "law", "z", "outcome"]]

# %% [markdown]
# ## The verdict
#
# With the right rule, at a hot end of 1200 K and a cold one of 300 K:

# %%
scenarios.run("thermal-transpiration", T_hot=1200, T_cold=300, precision=0.003)
