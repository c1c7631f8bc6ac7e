"""The control tables of vacancies, employers, candidates and messages; the form of a line is told in applets.py."""

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
KANDIDATEN = """
1|VacatureId|VA|vacancy_id|query
2|Kandidaat|ID|full_name|
3|BSN|ID|bsn:b|drill=SNR Kandidaat View
4|Opleidingsniveau|ED|education_level|
5|Gewenst beroep|ED|desired_occupation|
6|Uren per week|AV|hours_per_week|
7|Beschikbaar vanaf|AV|available_from:d|
8|Maximale reistijd|AV|max_travel|
9|Trede|LD|ladder_step|
10|Regio|CT|region|
11|Gemeente|CT|municipality|
12|Rijbewijs|AV|licences|
13|Gemeentecode|CT|municipality_code|
"""
KANDIDAAT = """
1|Kandidaat|ID|full_name|ro
2|BSN|ID|bsn:b|bsn ro
3|Geboortedatum|ID|birth_date:d|ro
4|Gemeente|CT|municipality|ro
5|Gemeentecode|CT|municipality_code|ro
6|Regio|CT|region|ro
7|Verantwoordelijke regio|CT|responsible_region|ro
8|Telefoon|CT|phone|ro
9|E-mail|CT|email|ro
10|Gewenst beroep|ED|desired_occupation|ro
11|Opleidingsniveau|ED|education_level|ro
12|Vaardigheden|ED|skills|ro
13|Beschikbaar vanaf|AV|available_from:d|ro
14|Uren per week|AV|hours_per_week|ro
15|Maximale reistijd|AV|max_travel|ro
16|Vervoer|AV|transport|ro
17|Rijbewijs|AV|licences|ro
18|Trede|LD|ladder_step|ro
19|Direct plaatsbaar|LD|placeable:y|ro
"""
ONTVANGERS = """
1|Naam|ID|full_name|
2|BSN|ID|bsn:b|drill=SNR Klantbeeld View
3|E-mail|CT|email|
4|Gemeente|CT|municipality|
5|Gemeentecode|CT|municipality_code|
6|Regio|CT|region|
"""
BERICHT = """
1|Onderwerp|CN|subject|required
2|Bericht|CN|text|required
3|Bijlage|CN|attachment|
"""
