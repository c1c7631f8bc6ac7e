"""Why something was allowed, emptied or refused: a cell of the matrix, or one exchange of the log, in the signed words."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cli.matrixfile import archived
from proxy.accesslog.reading import store
from proxy.accesslog.reading.question import Question
from proxy.accesslog.record import candidates
from proxy.catalogue import Catalogue
from proxy.database import Cluster, Role
from proxy.errors import OperatorError
from proxy.model.decision import Reason
from proxy.model.person import Category
from proxy.policy.explain import Line, sentences
from proxy.policy.matrix import Matrix
from proxy.policy.phrase import AUTHORS, CATEGORIES, DUTIES, named, notes, standing

REASONS: Mapping[str, str] = {
    Reason.ALLOWED: "toegestaan",
    Reason.OUT_OF_REACH: "buiten het bereik: geen regel staat het toe, of een verbod geldt",
    Reason.PERSON_UNKNOWN: "van deze persoon is niets bekend",
    Reason.HIDDEN_CATEGORY: "van de functie zelf blijft niets zichtbaar, of wat verborgen moet zijn kan niet worden leeggemaakt",
    Reason.PROTECTED: "beschermd dossier: van een medewerker, of het eigen dossier",
    Reason.FUNCTION_NOT_IN_ROLE: "de rol heeft deze functie niet, of ze is nog niet open",
    Reason.UNKNOWN_FUNCTION: "geen functie van de catalogus",
    Reason.NO_AUTHORISATION: "geen geldige autorisatie",
    Reason.LOCKED: "het account is geblokkeerd",
    Reason.SEARCH_NOT_ALLOWED: "deze manier van zoeken mag niet",
}
"""The reasons that the matrix gives; others are named by their code (docs/compliance.md)."""
_AUTHORS: Mapping[str, str] = {author.value: name for author, name in AUTHORS.items()}


def row(line: Line) -> dict[str, object]:
    """Give one standing of a cell as a row."""
    return {
        "relation": str(line.relation),
        "class": str(line.protection),
        "emergency": line.emergency,
        "visible": ",".join(line.visible),
        "hidden": ",".join(line.hidden),
        "reason": "card" if line.card else str(line.reason),
        "rules": ",".join(line.rules),
        "duties": ",".join(line.duties),
        "pending": ",".join(line.pending),
        "target": ",".join(line.later),
        "notes_withheld": ",".join(line.unseen),
        "notes_withheld_target": ",".join(line.unseen_later),
    }


def told(line: Line) -> str:
    """Tell one standing as a sentence."""
    where = standing(line.relation, line.protection, emergency=line.emergency)
    if not line.visible:
        return f"{where}: geweigerd, {reason(line.reason)} ({', '.join(line.rules) or 'standaard dicht'})"
    shown = ", ".join(CATEGORIES[each] for each in line.visible)
    emptied = ", ".join(CATEGORIES[each] for each in line.hidden)
    parts = [f"alleen als kaart: {shown}" if line.card else f"zichtbaar: {shown}"]
    parts += [f"leeggemaakt: {emptied}"] if emptied and not line.card else []
    parts += [f"achtergehouden: {notes(line.unseen)}"] if line.unseen else []
    parts += [f"plicht: {DUTIES[each]}" for each in DUTIES if each in line.duties]
    parts += [f"nog niet ingegaan: {', '.join(line.pending)}"] if line.pending else []
    return f"{where}: {'; '.join(parts)} ({', '.join(line.rules)})"


def reason(code: str) -> str:
    """Say a reason code in Dutch."""
    return REASONS.get(code, code)


def exchange(cluster: Cluster, number: str, known: Catalogue) -> tuple[dict[str, Any], Matrix | None]:
    """Find the record of a reference number, and the version of the matrix that decided it."""
    if not candidates(number):
        raise OperatorError(
            f"found reference {number!r}; allowed: a number such as SP-XXXX-XXXX-XXXX, as the page shows it"
        )
    with store.snapshot(cluster.dsn(Role.CONSOLE)) as connection:
        found = next(store.lines(connection, Question(reference=number)), None)
    if found is None:
        raise OperatorError(f"found no record of {number}; allowed: the number on a page or in poort log show")
    return found, archived(cluster, str(found["policy"]), known)


def exchange_told(found: Mapping[str, Any], decided_by: Matrix | None) -> Iterator[str]:
    """Tell an exchange: the call, then every person of it, then the sentences of the rules as they then were."""
    verdict = "toegestaan" if found["decision"] == "allow" else f"geweigerd: {reason(found['reason'])}"
    yield f"{found['reference']} {found['account'] or '-'} als {found['role'] or '-'}: {found['function'] or '-'}, {verdict}"
    if found["target"] not in {None, found["decision"]}:
        yield f"Alle regels samen zouden dit {'weigeren' if found['target'] == 'deny' else 'toestaan'}."
    for each in found["disclosures"]:
        yield f"  persoon {each['person']} ({each['relation']}): {_person_told(each)}"
    for each in found["withheld"]:
        yield f"  persoon {each['person']} ({each['relation']}): achtergehouden, {reason(each['reason'])}{_by(each)}"
    of_persons = [
        name for each in _persons(found) for name in (*_words(each.get("rules")), *_words(each.get("pending")))
    ]
    used = of_persons or _words(found["rules"])
    if decided_by is not None:
        yield from sentences(decided_by, used)
    elif used:
        yield f"Regels: {', '.join(dict.fromkeys(used))}; hun tekst past niet bij de catalogus van deze versie."


def _person_told(each: Mapping[str, Any]) -> str:
    emptied = f", leeggemaakt {_categories(each['masked'])}" if _words(each["masked"]) else ""
    lost = f", alle regels samen verbergen ook {_categories(each['lost'])}" if _words(each.get("lost")) else ""
    urgent = " met noodtoegang" if each.get("emergency") else ""
    return f"getoond {_categories(each['shown']) or '-'}{emptied}{_notes(each)}{lost}{urgent}{_by(each)}"


def _notes(each: Mapping[str, Any]) -> str:
    """Say how many contact notes were kept back, and whose; a word of a later release as it stands."""
    counts = [count.partition(":") for count in _words(each.get("notes_withheld"))]
    told = ", ".join(f"{number} van {_AUTHORS.get(word, word)}" for word, _, number in counts)
    return f", verslagen achtergehouden: {told}" if told else ""


def _categories(codes: object) -> str:
    return named(Category(code) for code in _words(codes))


def _by(each: Mapping[str, Any]) -> str:
    return f" ({', '.join(_words(each.get('rules')))})" if _words(each.get("rules")) else ""


def _persons(found: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    return (*found["disclosures"], *found["withheld"])


def _words(listed: object) -> list[str]:
    """Read a list of words of the log; absent is none."""
    return [str(each) for each in listed] if isinstance(listed, list) else []
