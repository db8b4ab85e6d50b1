"""A matplotlib figure that a notebook shows as it is, without pyplot."""

from __future__ import annotations

import io

import matplotlib.figure


class Figure(matplotlib.figure.Figure):
    """Figure that a notebook shows as a picture; it needs no display and stays nowhere open."""

    def _repr_png_(self) -> bytes:
        buffer = io.BytesIO()
        self.savefig(buffer, format="png")
        return buffer.getvalue()
