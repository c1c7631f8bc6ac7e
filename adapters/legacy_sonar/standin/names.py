"""The words that the seed draws from: Dutch names with prefixes and diacritics, occupations, services, note texts.

Rule: nobody real; telephone numbers and mail addresses lie in ranges that reach nobody.
"""

from __future__ import annotations

SURNAMES = (
    "Jansen|", "Vries|de", "Berg|van den", "Bakker|", "Dijk|van", "Visser|", "Smit|", "Meijer|", "Boer|de", "Mulder|", "Groot|de",
    "Bos|", "Vos|", "Peters|", "Hendriks|", "Leeuwen|van", "Dekker|", "Brouwer|", "Wit|de", "Dijkstra|", "Smits|", "Graaf|de",
    "Meer|van der", "Linden|van der", "Kok|", "Jacobs|", "Haan|de", "Vermeulen|", "Heuvel|van den", "Veen|van der", "Broek|van den",
    "Bruijn|de", "Müller|", "Coördes|", "Çelik|", "Yilmaz|", "Öztürk|", "el Idrissi|", "Ben Haddou|", "Nguyen|", "García|", "Schröder|",
    "d'Or|", "Hof|van 't", "Zijlstra|", "Postma|", "Hoekstra|", "Prins|", "Is|", "And|", "O'Neill|", "Ångström|", "Wójcik|", "Škoric|",
    "Horst|ter", "Brink|ten", "Wal|van de", "Veld|in 't", "Jansen-de Vries|", "Müller-Coördinatie|", "Ruijter|de", "IJsselstein|van",
)
FIRST = (
    "Jan", "Anna", "Pieter", "Maria", "Zoë", "Loïs", "Daniël", "Chloë", "Mohammed", "Fatima", "Emma", "Sem", "Noor", "Hélène", "René",
    "André", "Jeroen", "Marijke", "Kees", "Saskia", "Björn", "Anaïs", "Joost", "Tineke", "Rubén", "Ayse", "Ilse", "Wouter", "Femke",
    "Gijs", "Latoya", "Sjoerd", "Geertje", "François", "Inès", "Thijs", "Lotte", "Bram", "Eline", "Hugo",
)
STREETS = (
    "Dorpsstraat", "Kerkstraat", "Stationsweg", "Molenweg", "Julianastraat", "Schoolstraat", "Lindenlaan", "'t Zand", "Hoofdstraat",
    "Burgemeester Müllerlaan", "Eikenlaan", "Prins Hendrikkade", "Korte Nieuwstraat", "Industrieweg", "Oranjesingel",
)
OCCUPATIONS = (
    ("1101", "verkoper detailhandel"), ("1204", "administratief medewerker"), ("1307", "vrachtwagenchauffeur"), ("1402", "verzorgende IG"),
    ("1509", "timmerman"), ("1610", "schoonmaker"), ("1703", "orderpicker"), ("1811", "callcentermedewerker"), ("1902", "kok"),
    ("2005", "applicatiebeheerder"), ("2108", "lasser"), ("2203", "onderwijsassistent"), ("0042", "ponstypist (vervallen)"),
    ("2307", "hovenier"), ("2411", "receptionist"), ("2502", "beveiliger"), ("2609", "pedagogisch medewerker"), ("0077", "telexist (vervallen)"),
)
LEVELS = ("basisonderwijs", "VMBO", "MBO-2", "MBO-3", "MBO-4", "HAVO", "VWO", "HBO", "WO")
NATIONALITIES = ("0001 Nederlandse", "0001 Nederlandse", "0001 Nederlandse", "0063 Marokkaanse", "0339 Turkse", "0028 Poolse", "0500 Staatloos (vervallen)")
TITLES = ("", "", "", "onbepaalde tijd regulier", "bepaalde tijd asiel", "98 (vervallen)")
TRANSPORT = ("auto", "openbaar vervoer", "fiets", "te voet", "bromfiets", "")
LANGUAGES = ("Nederlands", "Nederlands, Engels", "Nederlands, Turks", "Nederlands, Arabisch", "Nederlands, Fries", "Pools, Engels")
SKILLS = ("klantgericht; kassa", "MS-Office; typen", "VCA, heftruck", "zorgplan schrijven", "werken in teamverband – flexibel", "lassen MIG/MAG", "", "\u201ehands-on\u201d mentaliteit")
LAWS = ("WW", "WIA", "Wajong", "Participatiewet", "IOAW", "ZW", "BIA (vervallen)")
REASONS = ("einde contract", "reorganisatie", "ziekte", "faillissement werkgever", "verhuizing partner", "99")
SERVICES = (
    ("D01", "oriëntatie op werk"), ("D07", "sollicitatietraining"), ("D12", "proefplaatsing"), ("D15", "jobcoaching"), ("D19", "werkfit maken"),
    ("D23", "scholing MBO"), ("D04", "reïntegratie 2e spoor"), ("D99", "ID-baan (vervallen)"),
)
RUBRICS = (
    ("I", "vasthouden van de aandacht"), ("I", "herinneren"), ("II", "omgaan met conflicten"), ("II", "samenwerken"), ("III", "trillingsbelasting"),
    ("III", "geluid"), ("IV", "tillen of dragen"), ("IV", "reiken"), ("V", "zitten tijdens het werk"), ("V", "staan"), ("VI", "uren per week"), ("VI", "nachtwerk"),
)
NOTES = (
    "Gesprek gevoerd; mag max 4 uur ±, komt terug op afspraak.",
    "Klant belt: “geen vervoer” naar de werkgever. Reiskosten € 12,50 per dag.",
    "Sollicitatie besproken\x81 en CV aangepast.  ",
    "No-show. Brief verstuurd – reactietermijn 7 dagen.",
    "Rugklachten genoemd, doorverwezen naar arbeidsdeskundige.\xa0Zie FML.",
    "Thuissituatie lastig: mantelzorg voor moeder; psychische druk hoog.",
    "Vacature doorgestuurd; werkgever vraagt rijbewijs C & chauffeurscode 95.",
    "call is closed",
    "Toestemming publicatie CV ingetrokken <mondeling>, \"zie mail\".",
    "Proefplaatsing afgesproken per 1 maart, evaluatie na 2 wkn.\x9d",
)
CHANNELS = ("telefoon", "gesprek", "e-mail", "Werkmap", "balie")
TASKS = ("Oproep plannen", "CV beoordelen", "Maatregel toetsen", "Evaluatie dienst", "Terugbelverzoek", "Plan van aanpak bijstellen")
EMPLOYERS = ("Bouwgroep", "Zorgcentrum", "Transport", "Supermarkt", "Schoonmaak", "Techniek", "Kwekerij", "Brasserie", "Drukkerij", "Logistiek")
EMPLOYER_NAMES = ("De Linde", "Van Dam & Zn.", "Coöperatie Noord", "Café “Het Anker”", "Müller", "Zuidwest", "De Brug", "'t Hof", "Hollandia", "Euro€Trans")
