"""python -m cpool: the same as the command cpool."""

import sys

from cpool._cli import main

if __name__ == "__main__":
    sys.exit(main())
