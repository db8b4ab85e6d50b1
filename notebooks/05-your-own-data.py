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
# # Data of your own: trajectories and a porous image
#
# Two things that people bring along: positions of tracked particles, from a microscope or from
# another simulation, and an image of a porous material. Here we make both ourselves, with a few
# lines of numpy that know nothing of this program, so that we know the answer.

# %%
import matplotlib.pyplot as plt
import numpy as np

import analysis
import scenarios

# %% [markdown]
# ## Trajectories
#
# Three hundred particles, seen 200 times at intervals of 0.1 s through a camera. They diffuse with
# $D = 0.8\ \mu\mathrm{m}^2/\mathrm{s}$, drift to the right with $v = 0.5\ \mu\mathrm{m/s}$, and
# each position is misread by 0.1 µm or so.

# %%
D, v, dt = 0.8, 0.5, 0.1
rng = np.random.default_rng(11)
steps = rng.normal(0.0, np.sqrt(2 * D * dt), size=(300, 199, 2)) + np.array([v * dt, 0.0])
true_positions = np.concatenate([np.zeros((300, 1, 2)), np.cumsum(steps, axis=1)], axis=1)
positions = true_positions + rng.normal(0.0, 0.1, size=true_positions.shape)

figure, axes = plt.subplots(figsize=(5, 4), layout="constrained")
for path in positions[:12]:
    axes.plot(path[:, 0], path[:, 1], lw=0.7)
axes.set(xlabel="x [µm]", ylabel="y [µm]", title="Twelve of the particles", aspect="equal");

# %% [markdown]
# An array of the shape (particles, times, axes) is all that `analyse` wants, and the time between
# two positions. Drift and camera error are not yours to correct: both are fitted.

# %%
report = analysis.analyse(positions, dt=dt)
print(report)

# %% [markdown]
# The mean square displacement, drift removed, with the fitted line. It does not start at zero: that
# is the camera's error.

# %%
report.plot()

# %% [markdown]
# If you claim a value, the scenario `trajectories` judges the claim. It reads a file (`.npy`,
# `.csv` or `.parquet`). Quantities about which nothing is claimed are *measured*, not judged.
# Its units are called ℓ and τ; here they are µm and s.

# %%
np.save("positions.npy", positions)
scenarios.run("trajectories", file="positions.npy", dt=dt, D=D, drift=v)

# %% [markdown]
# And a wrong claim, $D$ a fifth too large?

# %%
claimed = scenarios.run("trajectories", file="positions.npy", dt=dt, D=1.2 * D, drift=v)
claimed.frame.loc[:2, ["quantity", "value", "stderr", "law", "z", "outcome"]]

# %% [markdown]
# ## A porous image
#
# How fast do molecules spread in the pores of a rock, a membrane, a battery's electrode? An image
# knows: voxels of void and of solid. We make one of random noise, smoothed and cut at a level.
# Yours may be a `.npy`, a TIFF or a raw file from a scanner.

# %%
from scipy.ndimage import gaussian_filter

noise = rng.normal(size=(32, 32, 32))
smooth = gaussian_filter(noise, sigma=2.0, mode="wrap")
image = (smooth > np.quantile(smooth, 0.4)).astype(np.uint8)  # 1: void, 60 % of all; 0: solid
np.save("rock.npy", image)

figure, axes = plt.subplots(figsize=(3.6, 3.6), layout="constrained")
axes.imshow(image[:, :, 16].T, cmap="Greys_r", origin="lower")
axes.set(xlabel="x [voxels]", ylabel="y [voxels]", title="A slice: void white, solid black");

# %% [markdown]
# Walkers start in the void and hop from voxel to voxel; the solid refuses them. They spread more
# slowly than in the open, by the *tortuosity* $\tau$, and only the share $\varphi$ of the volume
# (the porosity) is theirs:
#
# $$ D_\text{effective} = \frac{\varphi}{\tau}\,D_0 . $$
#
# The law that judges them is of another kind altogether: Laplace's equation, solved on the same
# voxels. The scenario measures $D_\text{effective}$ a second time, as a flux from face to face.

# %%
rock = scenarios.run("porous", image="rock.npy", void_label=1, batches=64, seed=2)
rock.plot()

# %% [markdown]
# ## The verdict
#
# The law of endless walks stands in the column `law`; in parentheses below it the value for walks
# of finite length, from which `z` is counted. Quote the law for the sample: walkers and law agree.

# %%
rock
