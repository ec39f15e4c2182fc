"""What may go wrong around a call, done on purpose: each must end as docs/faults.md says.

`make test` runs each a few times; `make soak` as often as FAULTS says.
"""

import os
import subprocess
import sys
from pathlib import Path

TIMES = int(os.environ.get("FAULTS", "1"))
"""How many times as long as usual the tests run that try instants at random."""


def run_alone(module: str, scene: str, *urls: str) -> subprocess.CompletedProcess[str]:
    """Run a function of a module of this package in a new process."""
    run = [sys.executable, "-W", "error::ResourceWarning", "-m", f"tests.faults.{module}", scene, *urls]
    root = Path(__file__).parents[2]
    return subprocess.run(run, cwd=root, capture_output=True, text=True, timeout=600 * TIMES, check=False)
