"""The table of the seeded bugs: `PYTHONPATH=tests:examples python -m seeded`."""

from seeded.bugs import BUGS
from seeded.hunt import rows

for row in rows(BUGS):
    print(row, flush=True)
