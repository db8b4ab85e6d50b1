"""Figures of matplotlib as SVG within a page: small, without ids that could meet another's."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LARGE = 250_000
"""Characters beyond which a figure keeps its points and faces as a picture, not one by one."""

_SVG, _LINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
_WITHOUT_DATE = {"Date": None, "Creator": None, "Format": None, "Type": None}


def inline_svg(draw: Callable[[], Figure], prefix: str) -> tuple[str, str]:
    """Draw a figure as one ``<svg>`` element whose ids begin with ``prefix``, and describe it.

    Parameters
    ----------
    draw : callable
        Makes the figure.
    prefix : str
        Unlike that of any other figure of the page.

    Returns
    -------
    svg, description : str
        The description names the panels and their axes, for who cannot see them.
    """
    import matplotlib

    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "fluxwalk"}):
        figure = draw()
        text = _saved(figure)
        if len(text) > LARGE:
            _rasterise(figure)
            text = _saved(figure)
    description = _described(figure)
    return _cleaned(text, prefix, description), description


def _saved(figure: Figure) -> str:
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", transparent=True, dpi=150, metadata=_WITHOUT_DATE)
    return buffer.getvalue()


def _rasterise(figure: Figure) -> None:
    """Draw what may be large as a picture; axes and text stay as they are."""
    from matplotlib.collections import Collection
    from matplotlib.lines import Line2D

    for axes in figure.axes:
        for artist in (*axes.collections, *axes.lines):
            is_large = isinstance(artist, Collection) or (
                isinstance(artist, Line2D) and np.size(artist.get_xydata()) > 200
            )
            artist.set_rasterized(is_large)


def _described(figure: Figure) -> str:
    panels = []
    for axes in figure.axes:
        names = [axes.get_xlabel(), axes.get_ylabel()]
        title = axes.get_title() or axes.get_title(loc="left")
        against = " against ".join(name for name in reversed(names) if name)
        panels.append(": ".join(part for part in (title, against) if part))
    return "; ".join(panel.replace("$", "") for panel in panels if panel) or "figure"


def _cleaned(text: str, prefix: str, description: str) -> str:
    """Keep the drawing alone, with a title, and only the ids that something refers to."""
    ElementTree.register_namespace("", _SVG)
    ElementTree.register_namespace("xlink", _LINK)
    root = ElementTree.fromstring(text)
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in (f"{{{_SVG}}}metadata", f"{{{_SVG}}}style"):
                parent.remove(child)
    used = set(re.findall(r'(?:url\(|href=")#([^)"]+)', text))
    for element in root.iter():
        _rename(element, used, prefix)
    width, height = root.attrib.pop("width"), root.attrib.pop("height")
    root.attrib.update({"role": "img", "style": f"--width: {width}; --height: {height}"})
    title = ElementTree.Element(f"{{{_SVG}}}title")
    title.text = description
    root.insert(0, title)
    return ElementTree.tostring(root, encoding="unicode")


def _rename(element: ElementTree.Element, used: set[str], prefix: str) -> None:
    attributes = element.attrib
    if attributes.get("id", "") in used:
        attributes["id"] = f"{prefix}-{attributes['id']}"
    else:
        attributes.pop("id", None)
    for name, value in list(attributes.items()):
        if name == f"{{{_LINK}}}href" and value.startswith("#"):
            attributes[name] = f"#{prefix}-{value[1:]}"
        elif "url(#" in value:
            attributes[name] = value.replace("url(#", f"url(#{prefix}-")
        elif name == "d":
            attributes[name] = re.sub(r"(\.\d\d)\d+", r"\1", value)
        elif name == "style":  # the page's own letters
            attributes[name] = re.sub(r"font-family: [^;]*;? ?", "", value)
