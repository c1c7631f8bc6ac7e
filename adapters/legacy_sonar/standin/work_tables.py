"""The control tables of vacancies and employers; the form of a line is told in applets.py."""

from __future__ import annotations

VACATURES = """
1|Vacaturenummer|VA|vacancy_id|drill=SNR Vacature View
2|Titel|VA|title|
3|Beroep|VA|occupation|
4|Werkgever|VA|employer_name|drill=SNR Werkgever View
5|Plaats|VA|city|
6|Regio|VA|region|
7|Uren|VA|hours|
8|Niveau|VA|level|
9|Status|VA|status|
10|Geopend|VA|opened:d|
11|Sluit|VA|closes:d|
"""
VACATURE = """
1|Vacaturenummer|VA|vacancy_id|ro
2|Titel|VA|title|required
3|Beroep|VA|occupation|
4|Werkgever|VA|employer_name|ro
5|KvK-nummer|VA|kvk|
6|Omschrijving|VA|text|
7|Postcode|VA|postcode|
8|Plaats|VA|city|
9|Regio|VA|region|
10|Uren|VA|hours|
11|Niveau|VA|level|
12|Eisen|VA|requirements|
13|Geopend|VA|opened:d|
14|Sluit|VA|closes:d|
15|Status|VA|status|
16|Staking|VA|strike:j|
17|Beroepscode|VA|occupation_code|
"""
WERKGEVERS = """
1|KvK-nummer|EM|kvk|drill=SNR Werkgever View
2|Naam|EM|name|
3|Plaats|EM|city|
4|Regio|EM|region|
5|Sector|EM|sector|
"""
WERKGEVER = """
1|KvK-nummer|EM|kvk|ro
2|Naam|EM|name|required
3|Adres|EM|address|
4|Postcode|EM|postcode|
5|Plaats|EM|city|
6|Regio|EM|region|
7|Contactpersoon|EM|contact|
8|Telefoon|EM|phone|
9|E-mail|EM|email|
10|Sector|EM|sector|
"""
