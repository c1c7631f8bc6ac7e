"""The policy alone: what a decision with its relation costs, what a page of fifty rows costs, how long a matrix compiles.

Rules: the best of several rounds of CPU time, because a noisy machine only adds; the facts
are of the kind that a region's list shows (most in the region, some outside, a secret address, a colleague's dossier).
"""

import time
import timeit
from collections.abc import Callable
from datetime import UTC, date, datetime
from importlib.resources import files

from bench.subject import ROOT
from proxy.catalogue.load import load as load_catalogue
from proxy.facts.relation import Vantage, classed, relate
from proxy.facts.store import region_table
from proxy.model.call import Call, Format, Kind, Link
from proxy.model.person import Category, Field, PersonClass, PersonFacts, PersonId, Shown, Standing
from proxy.model.principal import Authorisation, Organisation, OrganisationKind, Principal, Role
from proxy.policy import staging, table
from proxy.policy.decide import judge_call, judge_person
from proxy.policy.invariant import keep_promises
from proxy.policy.matrix import Matrix, load

TARGETS = {
    "decision_us": 5.0,
    "page_us": 250.0,
    "compile_s": 1.0,
}
ROUNDS, ROWS = 7, 50
TODAY = date(2026, 11, 26)
AUTHORISATION = Authorisation(
    "AW-1", Role.AW, Organisation(OrganisationKind.UWV, "UWV-AM01"), frozenset({"AM01"}), date(2020, 1, 1), None
)
PRINCIPAL = Principal("AWE0421", (AUTHORISATION,), identity=b"e" * 32)
CALL = Call(Format.HTML, (Link("client.search"),), "client.search", Kind.SEARCH)
ON_A_ROW = frozenset({Category.ID, Category.CT})
FIELDS = tuple(Field(category, (((0, 1), b""),)) for category in sorted(ON_A_ROW))


def best(what: Callable[[], object], number: int) -> float:
    """Give the CPU seconds of one run, the best of several rounds."""
    return min(timeit.repeat(what, timer=time.process_time, number=number, repeat=ROUNDS)) / number


def persons() -> list[tuple[PersonFacts, Shown]]:
    """Fifty rows of a list: two thirds in the region, the rest outside it, some of them protected."""
    found = []
    for number in range(ROWS):
        held = {7: PersonClass.SECRET, 19: PersonClass.STAFF}.get(number, PersonClass.ORDINARY)
        municipality = "0106" if number % 3 else "0363"
        owner = "AWE0421" if number % 10 == 1 else "AWE0999"
        row = f"1-7AB{number}"
        facts = PersonFacts(row, PersonId(bytes([number]) * 32), municipality, None, owner, protection=held)
        shown = Shown(row, None, municipality, None, ON_A_ROW, ((0, 1),), deliberate=False, fields=FIELDS)
        found.append((facts, shown))
    return found


def measure() -> dict[str, float]:
    """Measure everything; microseconds and seconds."""
    catalogue = load_catalogue((files("proxy.catalogue") / "functions.yaml").read_text(encoding="utf-8"))
    text = (ROOT / "authorisation.yaml").read_text(encoding="utf-8")
    matrix = keep_promises(load(text, catalogue))
    reported = text.replace("mode: enforce", "mode: report")
    result = _decisions(matrix)
    result |= {f"staged_{name}": value for name, value in _decisions(load(reported, catalogue)).items()}
    result["call_us"] = best(lambda: judge_call(matrix, CALL, PRINCIPAL, TODAY), 2000) * 1e6
    result["compile_s"] = best(lambda: table.target(matrix.seats, matrix.rules), 1)
    staged = load(reported, catalogue)
    result["compile_staged_s"] = best(lambda: staging.enforced(staged.seats, staged.rules, staged.target), 1)
    result["load_s"] = best(lambda: keep_promises(load(text, catalogue)), 1)
    result["cells"] = float(sum(len(cell.outcomes) for cell in matrix.target.cells.values()))
    return result


def _decisions(matrix: Matrix) -> dict[str, float]:
    decision = judge_call(matrix, CALL, PRINCIPAL, TODAY)
    vantage = Vantage(AUTHORISATION, PRINCIPAL.user, region_table(), TODAY, datetime(2026, 11, 26, tzinfo=UTC))
    rows = persons()

    def one(facts: PersonFacts, shown: Shown) -> object:
        held = classed(facts, PRINCIPAL)
        standing = Standing(relate(vantage, held), held.protection)
        return judge_person(matrix, decision, shown, standing)

    def page() -> None:
        for facts, shown in rows:
            one(facts, shown)

    single = rows[2]
    return {"decision_us": best(lambda: one(*single), 2000) * 1e6, "page_us": best(page, 50) * 1e6}


def lines(result: dict[str, float]) -> list[str]:
    """Write the figures with their targets, as rows of the bench's page."""
    found = ["", "| policy | measured | target |", "|--|--|--|"]
    for name, value in result.items():
        aim = f"<= {TARGETS[name]:g}" if name in TARGETS else "-"
        found.append(f"|{name}|{value:.3g}|{aim}|" if name != "cells" else f"|{name}|{value:.0f}|-|")
    return found


if __name__ == "__main__":
    print("\n".join(lines(measure())))
