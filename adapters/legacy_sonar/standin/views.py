"""The screens, views, applets and controls of the stand-in: the data behind docs/legacy-surface.md §4.

Why: field data are positional (`s_<set>_<applet>_<control>_<row>`), so one table has to say what every position means.
Rules: the form of a line is told in applets.py; set 1, 3, 5 ... are the numbers that the legacy gives its applet sets.
"""

from __future__ import annotations

from adapters.legacy_sonar.standin.applets import Applet, View, controls
from adapters.legacy_sonar.standin.work_tables import (
    BERICHT,
    KANDIDAAT,
    KANDIDATEN,
    ONTVANGERS,
    VACATURE,
    VACATURES,
    WERKGEVER,
    WERKGEVERS,
)

_KOP = """
1|BSN|ID|bsn:b|bsn ro
2|Naam|ID|full_name|ro
3|Geboortedatum|ID|birth_date:d|ro
4|Gemeente|ID|municipality|ro
5|Gemeentecode|ID|municipality_code|ro
6|Regio|ID|region|ro
7|Verantwoordelijke regio|ID|responsible_region|ro
"""


def _kop(number: int) -> Applet:
    return Applet(number, 9, "SNR Klant Kop Applet", "head", "client", controls(_KOP))


def _list(place: tuple[int, int], name: str, component: str, text: str, *aliases: str) -> Applet:
    return Applet(*place, name, "list", component, controls(text), aliases)


def _child(place: tuple[int, int], name: str, component: str, text: str, *aliases: str) -> Applet:
    """A list of rows that belong to the current person."""
    return Applet(*place, name, "list", component, controls(text), aliases, "client")


def _form(number: int, name: str, component: str, text: str, *aliases: str) -> Applet:
    return Applet(number, 1, name, "form", component, controls(text), aliases)


_KLANTEN = """
1|Nr|ID|number|ro
2|Achternaam|ID|surname|drill=SNR Klant Persoon View
3|Voornamen|ID|first_names|
4|Voorvoegsel|ID|prefix|
5|Geboortedatum|ID|birth_date:d|
6|Geslacht|ID|sex|
7|BSN|ID|bsn:b|drill=SNR Klantbeeld View
8|Postcode|CT|postcode|
9|Gemeente|CT|municipality|
10|Regio|CT|region|
11|Ingeschreven|ID|registered:j|
12|Woonplaats|CT|city|
13|Verantwoordelijke regio|CT|responsible_region|
14|Gemeentecode|CT|municipality_code|
"""
_TAKEN = """
1|Taak|AP|task_kind|
2|Datum|AP|task_date:d|
3|BSN|ID|bsn:b|drill=SNR Klantbeeld View
4|Naam|ID|full_name|
5|Status|AP|task_status|
6|Gemeente|ID|municipality|
7|Gemeentecode|ID|municipality_code|
8|Regio|ID|region|
9|Omschrijving|AP|task_text|
"""
_KLANTBEELD = """
1|Klantnummer|ID|number|ro
2|Voornamen|ID|first_names|ro
3|BSN|ID|bsn:b|bsn ro
4|Achternaam|ID|surname|ro
5|Voorvoegsel|ID|prefix|ro
6|Geboortedatum|ID|birth_date:d|ro
7|Adres|CT|address|ro
8|Postcode en plaats|CT|postcode_city|ro
9|Gemeente|CT|municipality|ro
10|Regio|CT|region|ro
11|Telefoon|CT|phone|ro
12|Trede|LD|ladder_step|ro
13|Kans op werk|LD|chance_of_work|ro
14|Dienstverlening|SV|service_now|ro
15|Volgende afspraak|AP|next_appointment:d|ro
16|E-mail|CT|email|ro
17|Gemeentecode|CT|municipality_code|ro
18|Verantwoordelijke regio|CT|responsible_region|ro
19|Geheim adres|CT|secrecy_flag:j|ro
20|Behandelaar|AP|caseload_owner|ro
21|Direct plaatsbaar|LD|placeable:y|ro
"""
_PERSOON = """
1|BSN|ID|bsn:b|bsn ro
2|Achternaam|ID|surname|required
3|Voorvoegsel|ID|prefix|
4|Voornamen|ID|first_names|
5|Geboortedatum|ID|birth_date:d|
6|Geslacht|ID|sex|
7|Nationaliteit|NA|nationality|
8|Verblijfstitel|NA|residence_title|
9|Straat|CT|street|
10|Huisnummer|CT|house_no|
11|Toevoeging|CT|suffix|
12|Postcode|CT|postcode|
13|Woonplaats|CT|city|
14|Gemeente|CT|municipality|ro
15|Gemeentecode|CT|municipality_code|ro
16|Regio|CT|region|ro
17|Verantwoordelijke regio|CT|responsible_region|ro
18|Indicatie geheim|CT|secrecy_flag:j|
19|Datum overlijden|ID|deceased_date:d|ro
"""
_CONTACT = """
1|Telefoon|CT|phone|
2|Mobiel|CT|mobile|
3|E-mail|CT|email|
4|Correspondentieadres|CT|post_address|
5|Postcode|CT|post_postcode|
6|Woonplaats|CT|post_city|
7|Voorkeurskanaal|CT|channel|
"""
_CV = """
1|Gewenst beroep|ED|desired_occupation|
2|Opleidingsniveau|ED|education_level|
3|Beschikbaar vanaf|AV|available_from:d|
4|Uren per week|AV|hours_per_week|
5|Maximale reistijd|AV|max_travel|
6|Vervoer|AV|transport|
7|Rijbewijs|AV|licences|
8|Talen|AV|languages|
9|Vaardigheden|ED|skills|
10|Onregelmatig werk|AV|irregular:y|
"""
_OPLEIDING = """
1|Opleiding|ED|name|
2|Niveau|ED|level|
3|Van|ED|start|
4|Tot|ED|end|
5|Diploma|ED|diploma:y|
"""
_ERVARING = """
1|Functie|ED|function_name|
2|Werkgever|ED|employer_name|
3|Van|ED|start|
4|Tot|ED|end|
5|Uren|ED|hours|
"""
_BELAST = """
1|Beoordeeld op|WC|assessed_on:d|
2|Beoordelaar|WC|assessor|
3|Uren per dag|WC|hours_day|
4|Uren per week|WC|hours_week|
5|Loonwaarde|WC|wage_value|
6|Code arbeidsvermogen|WC|capacity_code|
7|Beschut werk|WC|sheltered:j|
8|Toelichting|WC|health_note|
"""
_FML = """
1|Rubriek|WC|rubric|
2|Item|WC|item|
3|Niveau|WC|level|
4|Opmerking|WC|remark|
"""
_UITKERING = """
1|Wet|BN|law_code|
2|Ingangsdatum|BN|start:d|
3|Einddatum|BN|end:d|
4|Bedrag|BN|amount|
5|Eerste werkloosheidsdag|BN|first_day:d|
6|Reden|BN|reason|
7|Maximale einddatum|BN|max_end:d|
8|Besluitcode|BN|decision_code|
"""
_MAATREGEL = """
1|Van|BN|start:d|
2|Tot|BN|end:d|
3|Percentage|BN|percent|
4|Reden|BN|reason|
"""
_TRAJECT = """
1|Dienst|SV|code|
2|Omschrijving|SV|text|
3|Van|SV|start:d|
4|Tot|SV|end:d|
5|Status|SV|status|
6|Resultaat|SV|result|
7|Fase|SV|phase|
"""
_VERSLAG = """
1|Datum|CN|at:d|
2|Kanaal|CN|channel|
3|Auteur|CN|author|ro
4|Onderwerp|CN|subject|
5|Zichtbaarheid|CN|visibility|
6|Verslag|CN|text|required
"""
_VERWIJZING = """
1|VacatureId|RF|vacancy_id|required
2|Datum|RF|at:d|
3|Door|RF|author|ro
4|Status|RF|status|
5|Resultaat|RF|result|
6|Opmerking|RF|remark|
7|Geplaatst|RF|placed:j|
"""
_BIJLAGE = """
1|Bestandsnaam|CN|filename|
2|Soort|CN|mime|
3|Grootte|CN|size|
4|Toegevoegd|CN|at:d|
"""

_KLANT = "SNR Klant Screen"
_ZOEK = _list((1, 1), "SNR Klant List Applet", "client", _KLANTEN, "SNR Klant Zoek Applet")

VIEWS: tuple[View, ...] = (
    View(
        "SNR Werkvoorraad View",
        "SNR Werkvoorraad Screen",
        "Werkvoorraad",
        "3",
        (_list((10, 1), "SNR Taak List Applet", "client", _TAKEN, "Taak List"),),
    ),
    View("SNR Klant Zoek View", _KLANT, "Klant zoeken", "4, 37", (_ZOEK,)),
    View("SNR Klant Zoek Alle Organisaties View", _KLANT, "Klant zoeken landelijk", "5, 37", (_ZOEK,)),
    View(
        "SNR Klantbeeld View",
        _KLANT,
        "Klantbeeld",
        "6",
        (_form(2, "SNR Klant Form", "client", _KLANTBEELD, "Klant Form"),),
    ),
    View(
        "SNR Klant Persoon View",
        _KLANT,
        "Persoonsgegevens",
        "7, 8",
        (_form(3, "SNR Persoon Form", "client", _PERSOON),),
    ),
    View(
        "SNR Contacthistorie View",
        _KLANT,
        "Contacthistorie",
        "22, 23",
        (
            _child((4, 1), "SNR Contactverslag List Applet", "note", _VERSLAG, "SNR Contactverslag Form"),
            _kop(4),
        ),
    ),
    View(
        "SNR Klant Contactgegevens View",
        _KLANT,
        "Contactgegevens",
        "9",
        (_form(5, "SNR Contactgegevens Form", "client", _CONTACT), _kop(5)),
    ),
    View(
        "SNR CV View",
        _KLANT,
        "CV",
        "12",
        (
            _form(6, "SNR CV Form", "client", _CV),
            _child((6, 2), "SNR Opleiding List Applet", "education", _OPLEIDING),
            _child((6, 3), "SNR Werkervaring List Applet", "experience", _ERVARING),
            _kop(6),
        ),
    ),
    View(
        "SNR Belastbaarheid View",
        _KLANT,
        "Belastbaarheid",
        "14",
        (
            _form(7, "SNR Belastbaarheid Form", "client", _BELAST),
            _child((7, 2), "SNR Belastbaarheid List Applet", "fml", _FML),
            _kop(7),
        ),
    ),
    View(
        "SNR Uitkering View",
        _KLANT,
        "Uitkering",
        "17",
        (
            _form(8, "SNR Uitkering Form", "client", _UITKERING),
            _child((8, 2), "SNR Maatregel List Applet", "measure", _MAATREGEL),
            _kop(8),
        ),
    ),
    View(
        "SNR Traject View",
        _KLANT,
        "Dienstverlening",
        "20",
        (_child((9, 1), "SNR Traject List Applet", "service", _TRAJECT), _kop(9)),
    ),
    View(
        "SNR Verwijzing View",
        _KLANT,
        "Verwijzingen",
        "34",
        (
            _child((15, 1), "SNR Verwijzing List Applet", "referral", _VERWIJZING, "SNR Verwijzing Form"),
            _kop(15),
        ),
    ),
    View(
        "SNR Bijlage View",
        _KLANT,
        "Bijlagen",
        "39",
        (_child((16, 1), "SNR Bijlage List Applet", "attachment", _BIJLAGE), _kop(16)),
    ),
    View(
        "SNR Vacature Zoek View",
        "SNR Vacature Screen",
        "Vacature zoeken",
        "28, 37",
        (_list((11, 1), "SNR Vacature List Applet", "vacancy", VACATURES, "SNR Vacature Zoek Applet"),),
    ),
    View(
        "SNR Vacature View",
        "SNR Vacature Screen",
        "Vacature",
        "28 (read), 29",
        (_form(12, "SNR Vacature Form", "vacancy", VACATURE),),
    ),
    View(
        "SNR Werkgever Zoek View",
        "SNR Werkgever Screen",
        "Werkgever zoeken",
        "30, 37",
        (_list((18, 1), "SNR Werkgever List Applet", "employer", WERKGEVERS),),
    ),
    View(
        "SNR Werkgever View",
        "SNR Werkgever Screen",
        "Werkgever",
        "30, 31",
        (_form(13, "SNR Werkgever Form", "employer", WERKGEVER),),
    ),
    View(
        "SNR Match Kandidaat View",
        "SNR Match Screen",
        "Kandidaten bij vacature",
        "32, 37",
        (_list((14, 1), "SNR Match Kandidaat List Applet", "client", KANDIDATEN),),
    ),
    View(
        "SNR Kandidaat View",
        "SNR Match Screen",
        "Kandidaat",
        "33",
        (
            _form(17, "SNR Kandidaat Form", "client", KANDIDAAT),
            _child((17, 2), "SNR Kandidaat Verwijzing List Applet", "referral", _VERWIJZING),
        ),
    ),
    View(
        "SNR Groepsbericht View",
        "SNR Werkvoorraad Screen",
        "Groepsbericht",
        "36",
        (
            _list((19, 1), "SNR Ontvanger List Applet", "client", ONTVANGERS),
            Applet(19, 2, "SNR Groepsbericht Form", "form", "message", controls(BERICHT)),
        ),
    ),
)
BY_NAME = {view.name: view for view in VIEWS}
BY_SCREEN = {view.screen: view for view in reversed(VIEWS)}
APPLETS = {(applet.set, applet.number): applet for view in VIEWS for applet in view.applets}
