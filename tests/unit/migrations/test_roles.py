"""What must hold of the table of roles and of the histories' rules."""

import re
from pathlib import Path

import migrations
from migrations.roles import DATABASES, NEWCORE, READER, ROLES

HOME = Path(migrations.__file__).parent
# What a revision runs itself; inside the body of a function (`EXECUTE format`) a statement runs later, under its own rules.
FORBIDDEN = re.compile(
    r"\bDROP (TABLE|COLUMN|INDEX|CONSTRAINT|VIEW|TYPE|SCHEMA)\b|\bRENAME\b|\bTRUNCATE TABLE\b"
    r"|execute\(\s*f?\"+\s*(UPDATE|DELETE)\b|op\.drop|drop_column|alter_column",
    re.IGNORECASE,
)


def test_every_role_has_a_purpose_and_a_database() -> None:
    """A role that nobody connects as, or that nobody can explain, is not made."""
    connecting = {role for database in DATABASES for role in database.roles}
    assert {role.name for role in ROLES} == connecting
    assert all(role.purpose for role in ROLES)


def test_only_the_reader_reaches_both_databases() -> None:
    """No process of the gateway reaches the new core's tables, and the other way round."""
    both = set(DATABASES[0].roles) & set(DATABASES[1].roles)
    assert both == {READER}
    assert NEWCORE not in DATABASES[0].roles


def test_revisions_are_numbered_in_one_line() -> None:
    """Each history is a row without a fork: file, revision and the one before it agree."""
    for database in DATABASES:
        files = sorted((HOME / database.history / "versions").glob("*.py"))
        for number, path in enumerate(files, start=1):
            text = path.read_text(encoding="utf-8")
            before = "None" if number == 1 else f'"{number - 1:04d}"'
            assert path.name.startswith(f"{number:04d}_"), path.name
            assert f'revision = "{number:04d}"' in text, path.name
            assert f"down_revision = {before}" in text, path.name


def test_no_revision_takes_away_what_the_previous_release_uses() -> None:
    """The previous release keeps running: nothing is dropped, renamed or rewritten in these revisions."""
    for database in DATABASES:
        for path in (HOME / database.history / "versions").glob("*.py"):
            code = re.sub(r'"""[\s\S]*?"""', "", path.read_text(encoding="utf-8"), count=1)
            run = "\n".join(line for line in code.splitlines() if "EXECUTE format" not in line)
            found = [each[0] for each in FORBIDDEN.finditer(run)]
            assert not found, f"{path.name}: {found}"


def test_the_template_carries_the_rules() -> None:
    """Who writes a revision reads the rules in the file that is made for it."""
    for database in DATABASES:
        text = (HOME / database.history / "script.py.mako").read_text(encoding="utf-8")
        for rule in (
            "previous release keeps running",
            "lock_timeout",
            "CONCURRENTLY",
            "migrations.grants",
            "append_only",
        ):
            assert rule in text


def test_the_seeded_violation_of_a_drop_is_seen() -> None:
    """The search for what may not be in a revision finds it."""
    seeded = (
        'op.execute("DROP TABLE x")',
        'op.drop_column("a", "b")',
        'op.execute("ALTER TABLE a RENAME b TO c")',
        'op.execute(\n    """\n    UPDATE a SET b = 1"""\n)',
    )
    assert all(FORBIDDEN.search(each) for each in seeded)
