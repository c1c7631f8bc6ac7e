"""An employer, with the contact person whom mediators call; kept as texts."""

from newcore.register.model import Kind, fields

EMPLOYER = Kind(
    name="employers",
    title="Employer",
    table="employer",
    fields=(
        *fields("EM", "kvk name address postcode city region contact_person phone email sector"),
        *fields("", "mod_num"),
    ),
    first="kvk",
    filters=("kvk", "name", "city", "region", "sector"),
)
READ = ("employer.view", "employer.manage", "list.export")
"""The functions that show employers."""
