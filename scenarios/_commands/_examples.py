"""What stands at the end of every help: examples to type, and what the exit status says."""

from __future__ import annotations

RUNS = (
    "Exit status: 0 all agree, 1 something disagrees, 2 bad input, 3 undecided,",
    "4 internal error, 130 interrupted.",
)
READS = ("Exit status: 0, or 2 for bad input.",)

EXAMPLES: dict[str, tuple[str, ...]] = {
    "": (
        "fluxwalk list",
        "fluxwalk show knudsen-tube",
        "fluxwalk run knudsen-tube --set length_over_radius=5",
        "fluxwalk run --help",
        "fluxwalk validate --effort quick",
    ),
    "list": ("fluxwalk list", "fluxwalk list --json"),
    "show": ("fluxwalk show fick-slab", "fluxwalk show ./mine.py"),
    "run": (
        "fluxwalk run effusion --set gas=He --set T=77",
        "fluxwalk run knudsen-tube --precision 0.001 --store runs",
        "fluxwalk run knudsen-tube --wrong-rule isotropic",
        "fluxwalk run fick-slab --plot slab.png --json",
        "fluxwalk run ./mine.py --batches 256 --seed 7",
    ),
    "sweep": (
        "fluxwalk sweep membrane partition=0.1:10:5:log --plot curve.png",
        "fluxwalk sweep knudsen-tube length_over_radius=1,2,5 --store runs",
        "fluxwalk sweep membrane partition=0.5,2 c1=1:5:3 --dry-run",
    ),
    "validate": (
        "fluxwalk validate --effort quick",
        "fluxwalk validate effusion graham --store runs",
        "fluxwalk validate --json",
    ),
    "report": ("fluxwalk report runs -o report.html",),
    "inspect": ("fluxwalk inspect runs", "fluxwalk inspect runs --recompute 5"),
    "merge": ("fluxwalk merge part1 part2 -o whole",),
    "doctor": ("fluxwalk doctor",),
    "drop-batch": ("fluxwalk drop-batch runs/fick-slab-0123456789ab.sqlite 17",),
}

STATUSES = {
    **dict.fromkeys(("", "run", "sweep", "validate", "report"), RUNS),
    **dict.fromkeys(("list", "show", "merge", "drop-batch"), READS),
}


def epilog(name: str) -> str:
    """Return the end of the help of a command; '' for that of fluxwalk itself."""
    examples = [f"  {line}" for line in EXAMPLES.get(name, ())]
    paragraphs = [["Examples:", *examples], STATUSES.get(name, ())]
    # A \b at the head of a paragraph keeps its lines as they are.
    return "\n\n".join("\n".join(["\b", *lines]) for lines in paragraphs if lines)
