"""The authorisation matrix as a command sees it: the file that is set, a file that is named, and versions of the archive."""

from importlib.resources import files
from pathlib import Path

import psycopg

from proxy.catalogue import Catalogue
from proxy.catalogue.load import load as load_catalogue
from proxy.database import Cluster, Role
from proxy.errors import OperatorError
from proxy.policy import matrix
from proxy.policy.difference import rules_told
from proxy.policy.document import Version
from proxy.settings import Settings


def catalogue() -> Catalogue:
    """Read the catalogue of this release."""
    return load_catalogue((files("proxy.catalogue") / "functions.yaml").read_text(encoding="utf-8"))


def names(known: Catalogue) -> dict[str, str]:
    """Give the functions as people know them."""
    return {each.id: each.name for each in known.functions}


def in_force(settings: Settings, known: Catalogue) -> matrix.Matrix:
    """Load the matrix that the settings name."""
    return of_file(settings.authorisation_file, known, "; POORT_AUTHORISATION_FILE names the matrix")


def of_file(file: Path, known: Catalogue, hint: str = "") -> matrix.Matrix:
    """Load a matrix; raises OperatorError with file and line."""
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as fault:
        raise OperatorError(f"{file}: {fault.strerror}{hint}") from None
    except UnicodeDecodeError as fault:
        raise OperatorError(f"{file}:1: found bytes that are no UTF-8 at {fault.start}; save it as UTF-8") from None
    return matrix.load(text, known, file.name)


def archived(cluster: Cluster, digest: str, known: Catalogue) -> matrix.Matrix | None:
    """Load the version that a record names; None: the archive has it not, or it does not fit this release's catalogue."""
    with psycopg.connect(cluster.dsn(Role.CONSOLE)) as connection:
        found = connection.execute("SELECT body FROM archive WHERE kind = 'policy' AND hash = %s", [digest]).fetchone()
    return None if found is None else _fitting(found[0], known, digest)


def _fitting(text: str, known: Catalogue, digest: str) -> matrix.Matrix | None:
    try:
        return matrix.load(text, known, digest[:12])
    except OperatorError:
        return None


def history(cluster: Cluster, known: Catalogue) -> list[Version]:
    """List the versions that were in force, newest first, with what each changed in the rules."""
    with psycopg.connect(cluster.dsn(Role.CONSOLE)) as connection:
        found = connection.execute(
            "SELECT hash, body, first_used_at FROM archive WHERE kind = 'policy' ORDER BY first_used_at"
        ).fetchall()
    versions, before = [], None
    for digest, text, since in found:
        loaded = _fitting(text, known, digest)
        told = tuple(rules_told(before, loaded)) if before and loaded else ()
        versions.append(Version(f"{since:%Y-%m-%d %H:%M}", digest, told))
        before = loaded or before
    return versions[::-1]
