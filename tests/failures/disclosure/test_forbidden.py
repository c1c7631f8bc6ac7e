"""A forbidden byte never leaves: every view of persons in every format, for every role and relation, masked and searched.

Pages come from the stand-in's renderer with people whose every value is recognised by a mark of its own. What the matrix
(or, where a role has no function on a view, chance) hides is looked for in every reading of the released bytes; what it
shows must be there; and the answer must equal, byte for byte, what the renderer makes of people without the hidden values.
POORT_TEST_LONG=1 plays 20,000 combinations; POORT_TEST_FUZZ_SEED another course. A finding names its number.
"""

import gzip
import itertools
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest

from adapters.legacy_sonar.standin.applets import View
from proxy.disclosure.withhold import Cut, Fewer, must_count, withhold
from proxy.model.call import Call, Kind, Link
from proxy.model.decision import Decision, Effect
from proxy.model.http import Answer, Request
from proxy.model.person import Authorship, Category, PersonClass, Reading, Relation, Shown, Standing
from proxy.model.principal import Authorisation, Organisation, OrganisationKind, Principal, Role
from proxy.policy.decide import judge_call, judge_person
from proxy.policy.sift import sift
from tests.doubles.needles import undone, unpacked
from tests.doubles.playbook import NOW, house, request
from tests.doubles.rendered import FORMATS, MARK, NOTE, PERSONS, TOOLTIP, Fate, Seeds, Sheet, marks, whole

LONG = bool(os.environ.get("POORT_TEST_LONG"))
COUNT = 20_000 if LONG else 1_000
SEED = os.environ.get("POORT_TEST_FUZZ_SEED", "20260101")
PARTS = 8
FIRST = int(os.environ.get("POORT_TEST_FUZZ_FIRST", "0"))
NOBODY = frozenset[int]()
CARD = b'<tr class="rij kaart"><td>kaart</td></tr>\r\n'
TELLER = re.compile(rb'<span class="teller">[^<]*')
TYPES = {
    "xls": (b"application/vnd.ms-excel", b'attachment; filename="klanten_20201124.xls"'),
    "csv": (b"text/csv; charset=ISO-8859-1", b'attachment; filename="klanten_20201124.csv"'),
}
SCREENS = [
    (view, form) for view in PERSONS for form in FORMATS if form not in TYPES or (view.main.kind == "list" and not view.main.parent)
] + [(None, "soap")]  # fmt: skip
COMBINATIONS = list(itertools.product(range(len(SCREENS)), Role, Relation))


def test_every_role_relation_and_screen_is_among_the_combinations():
    """The long form plays every one of them, and most twice."""
    assert 2_000 < len(COMBINATIONS) < 20_000
    assert {view.name for view, _ in SCREENS if view} == {view.name for view in PERSONS}


@pytest.mark.parametrize("part", range(PARTS))
def test_nothing_forbidden_leaves(part):
    """No value that a decision hides stands in the released bytes in any form; all others do, and nothing else changed."""
    order = Random(SEED).sample(range(len(COMBINATIONS)), len(COMBINATIONS))
    for number in range(FIRST + part, FIRST + COUNT, PARTS):
        screen, role, relation = COMBINATIONS[order[number % len(order)]]
        draw = Random(f"{SEED}/{number}")
        played(Seeds(draw).sheet(*SCREENS[screen]), role, relation, draw, f"number {number}")


@pytest.mark.parametrize("form", ["html", "rpc", "gzip"])
def test_no_note_of_another_organisation_leaves(form):
    """Lists of notes of any length, alone and going on: what another organisation wrote leaves no byte, own notes stay."""
    view = next(each for each in PERSONS if any(applet.component == NOTE for applet in each.applets))
    kept = [kept for number in range(60) for kept in notes_kept(Random(f"{SEED}/{form}/{number}"), view, form)]
    assert {(True, True), (True, False), (False, True), (False, False)} <= set(kept)


def notes_kept(draw: Random, view: View, form: str) -> Iterator[tuple[bool, bool]]:
    """Play one list of notes to somebody near; say per list whether some notes stayed, and whether some went."""
    sheet = Seeds(draw).sheet(view, form)
    role, relation = draw.choice((Role.AW, Role.IDV, Role.KM)), draw.choice((Relation.CASELOAD, Relation.TEAM))
    fate = played(sheet, role, relation, draw, f"notes {form}")
    if fate is not None and Category.CN not in fate.hidden:
        yield len(fate.notes) < len(sheet.children[NOTE]), bool(fate.notes)


def played(sheet: Sheet, role: Role, relation: Relation, draw: Random, name: str) -> Fate | None:
    """Mask one answer by generated decisions, and look at what comes out; gives what became of the first person."""
    call, answer = asked(sheet), sent(sheet)
    reading = house().dialect.persons(call, answer)
    assert isinstance(reading, Reading), f"{name} {sheet.view and sheet.view.name} {sheet.format}: {reading}"
    assert len(reading.persons) == len(sheet.people), name
    fates = fated(sheet, reading, (call, role, relation), draw)
    if not sheet.listed and fates[0].gone:
        return None
    released = cut(reading, answer, fates)
    forbidden, required = set[bytes](), set[bytes]()
    for index, told_by_note in enumerate(sheet.notes()):
        forbidden |= told_by_note
        required |= told_by_note if index not in fates[0].notes and Category.CN not in fates[0].hidden else set()
    for index, fate in enumerate(fates):
        values = list(sheet.values(index))
        visible = [v for c, v in values if not fate.gone and not fate.card and shows(fate, c)]
        required |= marks(iter(visible))
        forbidden |= marks(v for _, v in values)
        if fate.gone or fate.card:
            forbidden.add(sheet.people[index]["row_id"].encode())
    told = found(released)
    assert not told & (forbidden - required), f"{name}: {told & (forbidden - required)}"
    body = next(unpacked(released.body), released.body)
    assert required <= set(MARK.findall(body)), f"{name}: {required - told}"
    if not any(fate.card for fate in fates):
        assert plain(sheet, body) == plain(sheet, sheet.made(fates)), name
    return fates[0]


def shows(fate: Fate, category: str) -> bool:
    """Tell whether a category of somebody who stays may be seen; a tooltip only where everything may."""
    return not fate.hidden if category == TOOLTIP else category not in fate.hidden


def plain(sheet: Sheet, body: bytes) -> bytes:
    """Blank the counter of a list that goes on: it is our own."""
    return body if sheet.complete else TELLER.sub(b'<span class="teller">#', body)


def found(released: Answer) -> set[bytes]:
    """Give every mark that the bytes of an answer can be read as."""
    body = released.body
    head = b"\r\n".join(name + b": " + value for name, value in released.fields)
    read = b"\n".join(form for each in (head, body, *unpacked(body)) for form in undone(each))
    return set(MARK.findall(read)) | set(MARK.findall(read.replace(b"\x00", b"")))


def asked(sheet: Sheet) -> Call:
    """Make the call whose answer the sheet is, settled as the line would have it."""
    dialect = house().dialect
    if sheet.view is None:
        return dialect.read(request("soap_data"))
    rpc = b"&SWERPC=1" if sheet.format == "rpc" else b""
    target = b"/sonar_nld/start.swe?SWECmd=GotoView&SWEView=" + sheet.view.name.replace(" ", "+").encode() + rpc
    call = dialect.read(Request(b"GET", target, b"HTTP/1.1", ((b"Cookie", b"_sn=abcabc"),), b"", "192.0.2.7"))
    assert isinstance(call, Call)
    if sheet.format in TYPES:
        links = (Link(call.function, command="ExportedList"), Link("list.export", method="ExportList"))
        return replace(call, links=links, kind=Kind.EXPORT)
    return call


def sent(sheet: Sheet) -> Answer:
    """Make the answer as it comes from legacy."""
    body, extra = whole(sheet), ()
    media = b"text/xml; charset=utf-8" if sheet.view is None else b"text/html; charset=ISO-8859-1"
    if sheet.format in TYPES:
        media, disposition = TYPES[sheet.format]
        extra = ((b"Content-Disposition", disposition),)
    if sheet.format == "gzip":
        body, extra = gzip.compress(body, mtime=0), ((b"Content-Encoding", b"gzip"), (b"ETag", b'"1"'))
    return Answer(200, b"OK", ((b"Content-Type", media), *extra), body)


def fated(sheet: Sheet, reading: Reading, asks: tuple[Call, Role, Relation], draw: Random) -> list[Fate]:
    """Decide about everybody: the first by the relation at hand, others by any."""
    call, role, near = asks
    kind = draw.choice(list(OrganisationKind))
    since = NOW.date().replace(year=2020)
    held = Authorisation("A1", role, Organisation(kind, "0106"), frozenset({"AM01"}), since, None)
    wanted = replace(call, vacancy="2000001")
    judged = judge_call(house().matrix, wanted, Principal("AWE0421", (held,)), NOW.date())
    fates = []
    for index, shown in enumerate(reading.persons):
        relation = draw.choice(list(Relation)) if index else near
        standing = Standing(relation, draw.choice(list(PersonClass)), draw.random() < 0.1)
        decision = judge_person(house().matrix, judged, shown, standing)
        if judged.effect is Effect.ALLOW and draw.random() < 0.7:
            notes = noted(shown, (decision, standing), draw)
            fates.append(Fate(frozenset(decision.hidden), decision.effect is Effect.DENY, decision.card, notes))
        else:
            fates.append(by_chance(sheet, shown.categories, draw))
            few = frozenset(i for i in range(len(shown.notes.rows)) if draw.random() < 0.4) if shown.notes else NOBODY
            fates[-1] = replace(fates[-1], notes=NOBODY if Category.CN in fates[-1].hidden else few)
    return fates


def noted(shown: Shown, judged: tuple[Decision, Standing], draw: Random) -> frozenset[int]:
    """Decide about the notes of somebody who stays, each written by anybody."""
    if shown.notes is None or judged[0].effect is Effect.DENY or Category.CN in judged[0].hidden:
        return NOBODY
    authors = [draw.choice(list(Authorship)) for _ in shown.notes.rows]
    _, found = sift(house().matrix, judged, shown.notes.categories, authors)
    kept = frozenset(i for i, author in enumerate(authors) if author in {Authorship.SELF, Authorship.OWN})
    assert found.withheld == frozenset(range(len(authors))) - kept
    return found.withheld


def by_chance(sheet: Sheet, categories: frozenset[Category], draw: Random) -> Fate:
    """Hide any part of what is shown; a service answer and a file cannot be about nobody."""
    hidden = frozenset(each for each in sorted(categories) if draw.random() < 0.4)
    if sheet.view is None:
        return Fate(hidden - {Category.ID})
    return Fate(hidden, gone=sheet.listed and draw.random() < 0.3)


def cut(reading: Reading, answer: Answer, fates: list[Fate]) -> Answer:
    """Release the answer as the line does."""
    everybody = list(enumerate(fates))
    hidden = [index for index, fate in everybody if fate.gone]
    masked = {i: frozenset(map(Category, f.hidden)) for i, f in everybody if f.hidden and not f.gone and not f.card}
    cards = {index: CARD for index, fate in everybody if fate.card and not fate.gone}
    counts = must_count(reading, hidden)
    counter = house().dialect.counter(reading, len(fates) - len(hidden)) if counts else None
    return withhold(answer, reading, Cut(hidden, masked, cards, counter, dict(fewer(reading, fates))))


def fewer(reading: Reading, fates: list[Fate]) -> Iterator[tuple[int, Fewer]]:
    """Take notes out; a list of them that goes on does not tell its total."""
    for index, (shown, fate) in enumerate(zip(reading.persons, fates, strict=True)):
        if shown.notes and Category.CN not in fate.hidden and (fate.notes or not shown.notes.complete):
            left = len(shown.notes.rows) - len(fate.notes)
            yield index, Fewer(fate.notes, house().dialect.counter(shown.notes, left))
