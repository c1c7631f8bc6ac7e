"""The matrix as a document: per role, per function, per category, with its exceptions and its history.

Why it exists: the letter asks for authorisations that are documented. What stands here is read from the compiled table,
so that the document cannot say something else than the gateway does. One file, no scripts, prints well.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from proxy.model.person import Category, PersonClass, Relation
from proxy.policy.matrix import Matrix
from proxy.policy.phrase import CATEGORIES, DUTIES, EFFECTS, EMERGENCY, MODES, RELATIONS, notes
from proxy.policy.rule import Cells, Rule, Seat
from proxy.policy.sheet import cell_of, held
from proxy.policy.table import Cell

NONE, CARD = "-", "kaart"
STYLE = """
body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:80rem;padding:0 1rem;color:#1a1a1a}
table{border-collapse:collapse;margin:.5rem 0 2rem;width:100%}th,td{border:1px solid #bbb;padding:.25rem .45rem;text-align:left;vertical-align:top}
th{background:#eef2f7}td.n{color:#767676}h2{margin-top:2.5rem}.m{color:#555}nav a{margin-right:1rem}caption{text-align:left;font-weight:600;padding:.3rem 0}
@media print{nav{display:none}table{break-inside:auto}tr{break-inside:avoid}}
"""

NAVIGATION = """
<nav><a href='#rollen'>Per rol</a><a href='#functies'>Per functie</a><a href='#categorieen'>Per categorie</a>
<a href='#uitzonderingen'>Uitzonderingen</a><a href='#regels'>Regels</a><a href='#historie'>Historie</a></nav>
"""


@dataclass(frozen=True, slots=True)
class Version:
    """A version that was in force before, or is: since when, its hash, and what it changed."""

    since: str
    hash: str
    told: tuple[str, ...]


def page(matrix: Matrix, names: Mapping[str, str], history: Sequence[Version] = ()) -> str:
    """Write the HTML page."""
    state = "alle regels gelden" if matrix.settled else "niet alle regels gelden al"
    parts = (
        f"<h1>Autorisatiematrix</h1><p>{escape(matrix.owner)}. Versie <code>{matrix.hash[:16]}</code>; {state}.</p>",
        NAVIGATION,
        _legend(),
        "<h2 id='rollen'>Per rol</h2>" + "".join(_by_role(matrix, names)),
        "<h2 id='functies'>Per functie</h2>" + "".join(_by_function(matrix, names)),
        "<h2 id='categorieen'>Per categorie</h2>" + "".join(_by_category(matrix)),
        "<h2 id='uitzonderingen'>Uitzonderingen</h2>" + _exceptions(matrix),
        "<h2 id='regels'>Regels</h2>" + _rules(matrix) + _practices(matrix),
        "<h2 id='historie'>Historie</h2>" + _history(matrix, history),
    )
    head = f"<meta charset='utf-8'><title>Autorisatiematrix</title><style>{STYLE}</style>"
    return f"<!doctype html><html lang='nl'><head>{head}</head><body>{''.join(parts)}</body></html>\n"


def _grid(caption: str, head: Iterable[str], lines: Iterable[Iterable[str]]) -> str:
    """Write a table; cells that say nothing are grey."""
    heading = "".join(f"<th scope='col'>{escape(each)}</th>" for each in head)
    body = "".join(
        "<tr>" + "".join(f"<td{' class=n' if each == NONE else ''}>{escape(each)}</td>" for each in line) + "</tr>"
        for line in lines
    )
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    return f"<table>{title}<thead><tr>{heading}</tr></thead><tbody>{body}</tbody></table>"


def _legend() -> str:
    listed = ", ".join(f"{category} {name}" for category, name in CATEGORIES.items())
    return (
        f"<p class='m'>Categorieën: {escape(listed)}. De tabellen gelden voor gewone dossiers zonder noodtoegang; voor "
        "beschermde dossiers en noodtoegang gelden de uitzonderingen. Wat een pagina meer bevat dan zichtbaar is, wordt "
        f"leeggemaakt; {CARD}: alleen een kaart zonder naam; {NONE}: niets.</p>"
    )


def _short(seat: Seat, cell: Cell, relation: Relation) -> str:
    outcome = cell.at(relation, PersonClass.ORDINARY)
    seen = " ".join(held(seat, outcome))
    return f"{CARD}: {seen}" if outcome.card else seen or NONE


def _by_role(matrix: Matrix, names: Mapping[str, str]) -> Iterator[str]:
    for row in matrix.roles.values():
        for kind in sorted(row.organisations):
            seats = [each for each in matrix.seats if each.row is row and each.kind is kind]
            lines = [_line(matrix, each, names.get(each.subject.id, each.subject.id)) for each in seats]
            shown = [line for line in lines if line]
            if shown:
                yield _grid(f"{row.role} {row.name} ({kind})", ("Functie", *RELATIONS.values()), shown)


def _line(matrix: Matrix, seat: Seat, name: str) -> tuple[str, ...]:
    cell = cell_of(matrix, seat)
    if cell is None or not cell.open:
        return ()
    label = name if seat.subject.open else f"{name} (nog niet open)"
    if not cell.outcomes:
        return (label, *["toegestaan"] * len(RELATIONS))
    return (label, *(_short(seat, cell, relation) for relation in RELATIONS))


def _by_function(matrix: Matrix, names: Mapping[str, str]) -> Iterator[str]:
    for subject in matrix.subjects.values():
        seats = [each for each in matrix.seats if each.subject is subject]
        lines = [_line(matrix, each, f"{each.row.role} ({each.kind})") for each in seats]
        shown = [line for line in lines if line]
        caption = f"{names.get(subject.id, subject.id)} ({subject.id}, {subject.kind})"
        yield _grid(caption, ("Rol", *RELATIONS.values()), shown or [("niemand", *[NONE] * len(RELATIONS))])


def _by_category(matrix: Matrix) -> Iterator[str]:
    """Say for every category in which relations a role can see it anywhere."""
    for category, name in CATEGORIES.items():
        lines = []
        for row in matrix.roles.values():
            seats = [each for each in matrix.seats if each.row is row]
            found = tuple(_anywhere(matrix, seats, category, relation) for relation in RELATIONS)
            if any(each != NONE for each in found):
                lines.append((f"{row.role} {row.name}", *found))
        yield _grid(
            f"{category} {name}", ("Rol", *RELATIONS.values()), lines or [("niemand", *[NONE] * len(RELATIONS))]
        )


def _anywhere(matrix: Matrix, seats: Iterable[Seat], category: Category, relation: Relation) -> str:
    outcomes = [
        cell.at(relation, PersonClass.ORDINARY)
        for each in seats
        if each.subject.open and (cell := cell_of(matrix, each)) is not None and category in held(each, cell.at(relation, PersonClass.ORDINARY))
    ]  # fmt: skip
    if not outcomes:
        return NONE
    return CARD if all(each.card for each in outcomes) else "ja"


def _exceptions(matrix: Matrix) -> str:
    """List the rules that make an exception: protected dossiers, emergency access, exemptions, cards, "(eigen)", duties."""
    lines = [(rule.id, EFFECTS[rule.does], exception, rule.text) for rule in matrix.rules for exception in _why(rule)]
    return _grid("", ("Regel", "Effect", "Uitzondering", "Tekst"), lines)


def _why(rule: Rule) -> Iterator[str]:
    if rule.classes != frozenset(PersonClass):
        yield "alleen dossiers: " + ", ".join(sorted(rule.classes))
    if rule.authors:
        yield "alleen " + notes(rule.authors)
    if rule.emergency:
        yield f"{EMERGENCY}; plichten: " + ", ".join(DUTIES[each] for each in sorted(rule.duties))
    if rule.cells is Cells.OWN:
        yield 'alleen waar de matrix "(eigen)" zegt'
    for exempt in rule.exempt:
        near = ", ".join(RELATIONS[each] for each in Relation if each in exempt.relations)
        yield f"niet voor {', '.join(sorted(exempt.roles))} in {', '.join(sorted(exempt.functions))}: {near}"


def _rules(matrix: Matrix) -> str:
    lines = [
        (rule.id, rule.text, rule.ground, rule.owner, EFFECTS[rule.does], f"{rule.mode} ({MODES[rule.mode]})", str(rule.since))
        for rule in matrix.rules
    ]  # fmt: skip
    return _grid("", ("Regel", "Tekst", "Grondslag", "Eigenaar", "Effect", "Stand", "Sinds"), lines)


def _practices(matrix: Matrix) -> str:
    lines = [(each.id, each.text, each.ground, each.owner, each.kept_by) for each in matrix.practices]
    caption = "Regels die de poort met haar eigen werking houdt"
    return _grid(caption, ("Regel", "Tekst", "Grondslag", "Eigenaar", "Gehouden door"), lines)


def _history(matrix: Matrix, history: Sequence[Version]) -> str:
    stages = sorted(matrix.rules, key=lambda rule: (rule.since, rule.id), reverse=True)
    lines = [(str(rule.since), rule.id, f"{rule.mode} ({MODES[rule.mode]})") for rule in stages]
    told = [(each.since, each.hash[:16], "; ".join(each.told) or NONE) for each in history]
    versions = _grid("Versies die van kracht waren", ("Vanaf", "Versie", "Wijziging"), told) if told else ""
    return versions + _grid("Stand van de regels", ("Sinds", "Regel", "Stand"), lines)
