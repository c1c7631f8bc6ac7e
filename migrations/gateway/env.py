"""Alembic's entry for the history of gateway."""

from migrations.environment import run

run()
