"""python3 grading ...: as the package that it is."""

import os
import sys

here = os.path.dirname(os.path.abspath(__file__))
sys.path[0] = os.path.dirname(here)

from grading.main import main  # noqa: E402 (the path had to be set first)

sys.exit(main(sys.argv[1:], os.path.dirname(os.path.dirname(
    os.path.dirname(here)))))
