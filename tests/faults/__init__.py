"""What may go wrong around a call, done on purpose: each must end as docs/faults.md says.

`make test` runs each a few times; `make soak` as often as FAULTS says.
"""

import os

TIMES = int(os.environ.get("FAULTS", "1"))
"""How many times as long as usual the tests run that try instants at random."""
