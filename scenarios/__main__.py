"""``python -m scenarios`` does what ``fluxwalk`` does."""

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
