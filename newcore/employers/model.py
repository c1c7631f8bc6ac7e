"""An employer, with the contact person whom mediators call; kept as texts."""

from newcore.register.model import Kind

READ = ("employer.view", "employer.manage")
"""The functions that show employers."""

EMPLOYER = Kind(
    table="employer",
    fields=("kvk", "name", "address", "postcode", "city", "region", "contact_person", "phone", "email", "sector"),
    number="kvk",
    filters=("kvk", "name", "city", "region", "sector"),
)
