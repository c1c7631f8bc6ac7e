"""${message}

Why: (the reason in a sentence; what reads or writes these tables).

Rules of every revision - delete none, they are read at review:
1. The previous release keeps running on the new schema: add columns as nullable or with a constant default; never rename
   or drop a thing that the previous release uses. What falls out of use is dropped one release later.
2. Locks are short: `lock_timeout` is set for you; build an index on a filled table CONCURRENTLY in a revision of its own
   (`with op.get_context().autocommit_block():`); add a constraint NOT VALID and validate it in the next revision.
3. No data is rewritten here: a backfill is a job of the worker, in batches, that can be stopped and gone on with.
4. Grants stand in the revision that makes the table, by `migrations.grants.grant`; log tables get `append_only`.
5. A log, journal or session row is never changed or deleted by a revision.
6. A file is NNNN_what.py; `revision` is NNNN and `down_revision` the number before it. Downgrades do not exist: going back
   is running the previous release on this schema (rule 1).
"""

from alembic import op
${imports if imports else ""}
from migrations.grants import grant

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    ${upgrades if upgrades else "raise NotImplementedError"}
