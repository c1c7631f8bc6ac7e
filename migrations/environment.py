"""What alembic runs for both histories. The connection comes from `migrations.apply`, which holds the lock.

Rules: one transaction a revision, so that a failed one leaves the revisions before it; no offline mode, since grants are
declared as rows.
"""

from alembic import context


def run() -> None:
    """Run the revisions on the connection that was handed over; refuses to open one of its own."""
    connection = context.config.attributes.get("connection")
    if connection is None:
        raise RuntimeError("found no connection; migrations run by `poort db upgrade`, which holds the lock")
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
