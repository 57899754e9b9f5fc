"""What is kept about whom, and for how long: every field of every model is in this table (tests/guards/test_privacy.py).

plain      says nothing about a person by itself, or only in what capacity somebody worked here
personal   names a person or leads to one; masked by default
sensitive  health, identity numbers, what would hurt if it were known; never in the audit trail, messages or logs

`days` is how long rows are kept after the day or moment in `since`; portal/erasure.py deletes them by it. Without
`days` a row is kept while it is in use: the operator and the secretary end it.
"""

from portal.privacy import accounts, checkpoints, deployments, reports, residents
from portal.privacy.kept import Kept

TABLE: dict[str, Kept] = accounts.TABLE | residents.TABLE | deployments.TABLE | checkpoints.TABLE | reports.TABLE
