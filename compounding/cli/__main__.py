"""`python -m compounding.cli` is the `compounding` command."""

import sys

from compounding.cli import main

if __name__ == "__main__":
    sys.exit(main())
