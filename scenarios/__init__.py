"""Scenarios: one file each, from a microscopic rule to a verdict."""

from . import _start as _start  # isort: skip  (before anything that takes time)
from ._guard import refuse_strangers

refuse_strangers()  # before anything below imports walkers or analysis

from walkers import BatchError, ExecutorError, KernelError, StoreError  # noqa: E402

from ._define import define  # noqa: E402
from ._inputs import InputError  # noqa: E402
from ._job import Stage  # noqa: E402
from ._limits import TooBigError  # noqa: E402
from ._pages.report import report  # noqa: E402
from ._parameters import Count, Gas, ParameterError, Parameters, Real, parameter  # noqa: E402
from ._result import Result  # noqa: E402
from ._run import run  # noqa: E402
from ._scenario import Quantity, ScenarioError, WrongRule, load, names  # noqa: E402
from ._sweeps.dry_run import DryRun, dry_run  # noqa: E402
from ._sweeps.result import Sweep  # noqa: E402
from ._sweeps.sweep import sweep  # noqa: E402

__all__ = [
    "BatchError",
    "Count",
    "DryRun",
    "ExecutorError",
    "Gas",
    "InputError",
    "KernelError",
    "ParameterError",
    "Parameters",
    "Quantity",
    "Real",
    "Result",
    "ScenarioError",
    "Stage",
    "StoreError",
    "Sweep",
    "TooBigError",
    "WrongRule",
    "define",
    "dry_run",
    "load",
    "names",
    "parameter",
    "report",
    "run",
    "sweep",
]
