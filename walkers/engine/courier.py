"""Executors in other processes: a model travels once to each of them, and the code must agree.

A job names its model by a checksum. A worker that does not know it says so, and the same job is
sent again with the model; every worker keeps the last few that it was sent.
"""

from __future__ import annotations

import dataclasses
import hashlib
import os
import pickle
import socket
import sys
import threading
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from typing import Any

from .model import Model
from .sources import code_version

N_KEPT = 4
"""Models that a worker keeps; those of a sweep are run one after the other."""

_INSTALLED_ALIKE = {"walkers", "analysis", "scenarios", "numpy", "builtins"}
"""Packages that every worker imports; classes from elsewhere travel with the model."""


class ExecutorError(RuntimeError):
    """An executor that cannot be used: one line that says why and what to do."""


@dataclass(frozen=True)
class Parcel:
    """A pickled model under its checksum, from a certain version of the code."""

    sha256: str
    code: str
    content: bytes | None = dataclasses.field(repr=False)

    @classmethod
    def of(cls, model: Model) -> Parcel:
        """Pickle a model, with the code of classes that only this process knows."""
        try:
            content = _pickled(model)
        except Exception as error:
            raise ExecutorError(f"the model cannot be sent to a worker ({error})") from error
        return cls(hashlib.sha256(content).hexdigest(), code_version(), content)

    def opened(self) -> Model | None:
        """Model of this parcel; None where the content is needed and did not come along."""
        with _lock:
            if self.sha256 not in _kept:
                if self.content is None:
                    return None
                _kept[self.sha256] = _unpickled(self.content)
            _kept.move_to_end(self.sha256)
            while len(_kept) > N_KEPT:
                _kept.popitem(last=False)
            return _kept[self.sha256]


_kept: OrderedDict[str, Model] = OrderedDict()
_lock = threading.Lock()


@dataclass(frozen=True)
class Wanted:
    """What a worker answers that does not know the model."""

    worker: str


def carry_out(function: Callable[..., Any], parcel: Parcel, *arguments: Any) -> Any:
    """Call a function with a model, in a worker."""
    refuse_another_version(parcel.code)
    model = parcel.opened()
    if model is None:
        return Wanted(f"{socket.gethostname()}:{os.getpid()}")
    return function(model, *arguments)


def receive(parcel: Parcel) -> None:
    """Keep a model for the jobs to come, in a worker."""
    parcel.opened()


def refuse_another_version(coordinator: str, worker: str | None = None) -> None:
    """Raise where a worker's code is not the coordinator's."""
    worker = worker or code_version()
    if worker != coordinator:
        raise ExecutorError(
            f"a worker runs fluxwalk {worker}, this process fluxwalk {coordinator}: "
            "install the same one on both, and start the workers again"
        )


class Errand(Future[Any]):
    """A job on its way, perhaps for the second time because the worker wanted the model."""

    def __init__(self, call_back: Callable[[Errand], bool], job: tuple[Any, ...]) -> None:
        super().__init__()
        self.job = job
        self.inner: Future[Any] | None = None
        self.brings: tuple[str, str] | None = None
        self._call_back = call_back

    def cancel(self) -> bool:
        """Call the job back; False where it has begun."""
        return self._call_back(self) and super().cancel()


class Courier(Executor, ABC):
    """Runs what it is given in other processes, through an executor of the concrete kind."""

    is_here = True
    """Whether its workers take their memory from this machine."""

    def __init__(self) -> None:
        self._parcels: OrderedDict[int, tuple[Model, Parcel]] = OrderedDict()
        self._brought: set[tuple[str, str]] = set()

    @property
    @abstractmethod
    def n_workers(self) -> int:
        """Batches that it runs at a time."""

    @abstractmethod
    def _send(self, *job: Any) -> Future[Any]:
        """Hand a function and its arguments to the workers."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have ``fn(*args)`` called by a worker; a model comes first, if there is one."""
        if not args or not isinstance(args[0], Model):
            return self._send(fn, *args, **kwargs)
        errand = Errand(self._call_back, (fn, self._parcel(args[0]), *args[1:]))
        self._start(errand, with_content=False)
        return errand

    def _parcel(self, model: Model) -> Parcel:
        """Pickle each model once, as long as it is among the last few."""
        if id(model) not in self._parcels:
            self._parcels[id(model)] = model, Parcel.of(model)
            if len(self._parcels) > N_KEPT:
                self._parcels.popitem(last=False)
        return self._parcels[id(model)][1]

    def _start(self, errand: Errand, with_content: bool) -> None:
        fn, parcel, *rest = errand.job
        carried = parcel if with_content else dataclasses.replace(parcel, content=None)
        errand.inner = self._send(carry_out, fn, carried, *rest)
        errand.inner.add_done_callback(lambda inner: self._land(errand, inner))

    def _land(self, errand: Errand, inner: Future[Any]) -> None:
        """Pass a result on, or send the job again with what the worker wanted."""
        if errand.brings is not None:
            self._brought.discard(errand.brings)
            errand.brings = None
        if inner.cancelled():  # by Errand.cancel, or by the executor's own means
            if Future.cancel(errand):
                errand.set_running_or_notify_cancel()
            return
        error = inner.exception()
        if error is not None:
            errand.set_exception(_readable(error))
        elif not isinstance(wanted := inner.result(), Wanted):
            errand.set_result(wanted)
        else:
            key = wanted.worker, errand.job[1].sha256
            if is_first := key not in self._brought:  # one parcel per worker is enough
                self._brought.add(key)
                errand.brings = key
            try:
                self._start(errand, with_content=is_first)
            except Exception as refused:
                errand.set_exception(refused)

    def _call_back(self, errand: Errand) -> bool:
        return errand.inner is not None and errand.inner.cancel()


def _readable(error: BaseException) -> BaseException:
    """Say in one line what a worker without fluxwalk says in its own way."""
    if "No module named 'walkers" in str(error):
        return ExecutorError("a worker has no fluxwalk: install it there")
    return error


def _pickled(model: Model) -> bytes:
    import cloudpickle

    modules = {sys.modules[name] for name in _own_modules(model)}
    with _lock:
        added = [
            m for m in modules if m.__name__ not in cloudpickle.list_registry_pickle_by_value()
        ]
        for module in added:
            cloudpickle.register_pickle_by_value(module)
        try:
            pickled: bytes = cloudpickle.dumps(model, protocol=pickle.HIGHEST_PROTOCOL)
        finally:
            for module in added:
                cloudpickle.unregister_pickle_by_value(module)
    return pickled


def _unpickled(content: bytes) -> Model:
    try:
        model: Model = pickle.loads(content)
    except Exception as error:
        raise ExecutorError(
            f"a worker cannot read the model ({type(error).__name__}: {error})"
        ) from None
    return model


def _own_modules(value: Any) -> Iterator[str]:
    """Modules of the model's classes that a worker may not be able to import."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        for base in type(value).__mro__:
            if base.__module__.split(".")[0] not in _INSTALLED_ALIKE | sys.stdlib_module_names:
                yield base.__module__
        for entry in dataclasses.fields(value):
            yield from _own_modules(getattr(value, entry.name))
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _own_modules(item)
    elif isinstance(value, tuple | list):
        for item in value:
            yield from _own_modules(item)
