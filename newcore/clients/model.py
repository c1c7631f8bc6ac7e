"""A client: who it is, how to reach her, where she stands on the way to work, and what she offers. Kept as texts.

Rules: a list is by surname; the region and the municipality of a client are contact data, but where they stand in the head
of a dossier, beside the name, they tell who it is.
"""

from newcore.register.model import Kind, fields

_PLACE = ("municipality_name", "municipality", "region", "responsible_region")
_HEADED = (
    "client.contact.update", "client.cv.view", "client.note.view", "client.note.create", "client.service.view",
    "referral.create",
)  # fmt: skip
"""The functions whose screens show the head of the dossier."""
_QUERY = "iface.gem.client.query"
"""What municipalities ask by BSN; it tells the municipality as a part of who somebody is."""

CLIENT = Kind(
    name="clients",
    title="Client",
    table="client",
    fields=(
        *fields("ID", "client_number surname given_names name_prefix name birth_date:date sex bsn:number registered"),
        *fields("ID", "deceased_date:date"),
        *fields("NA", "nationality residence_title"),
        *fields("CT", "street house_no house_suffix address postcode city postcode_city municipality_name municipality"),
        *fields("CT", "region responsible_region secrecy_flag phone mobile email"),
        *fields("CT", "postal_address postal_postcode postal_city preferred_channel"),
        *fields("LD", "ladder_step chance_of_work directly_placeable"),
        *fields("SV", "service_summary"),
        *fields("AP", "next_appointment:date caseload_owner"),
        *fields("ED", "desired_occupation occupation_code education_level skills"),
        *fields("AV", "available_from:date hours_per_week max_travel_minutes transport driving_licences languages"),
        *fields("AV", "irregular_work"),
        *fields("", "mod_num"),
    ),
    first="surname",
    indexed=("surname", "bsn", "occupation_code"),
    filters=(
        "client_number", "surname", "given_names", "name_prefix", "name", "birth_date", "sex", "bsn", "postcode",
        "municipality_name", "region", "registered", "city", "responsible_region", "municipality", "education_level",
        "desired_occupation", "hours_per_week", "available_from", "max_travel_minutes", "ladder_step",
        "driving_licences",
    ),
    by_name=True,
    located=True,
    recast={function: dict.fromkeys(_PLACE, "ID") for function in _HEADED} | {_QUERY: {"municipality": "ID"}},
)  # fmt: skip
SEARCH = ("client.search", "client.search.national", "list.export", _QUERY)
"""The functions that find clients."""
OPEN = (
    "client.overview.view", "client.identity.view", "client.identity.update", "client.contact.update", "client.cv.view",
    "client.note.view", "client.note.create", "client.service.view", "referral.create", "match.candidate.open",
)  # fmt: skip
"""The functions that show one client."""
