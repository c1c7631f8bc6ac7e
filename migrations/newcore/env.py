"""Alembic's entry for the history of newcore."""

from migrations.environment import run

run()
