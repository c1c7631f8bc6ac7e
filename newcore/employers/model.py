"""An employer, with the contact person whom mediators call; kept as texts."""

from newcore.register.model import Kind

EMPLOYER = Kind(
    table="employer",
    fields=("kvk", "name", "address", "postcode", "city", "region", "contact_person", "phone", "email", "sector"),
    number="kvk",
    filters=("kvk", "name", "city", "region", "sector"),
)
