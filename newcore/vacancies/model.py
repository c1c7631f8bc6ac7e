"""A vacancy: the fields that the screens show, kept as texts (`  ` behind a title, a lower-case flag, dates as written)."""

from newcore.register.model import Kind

READ = ("vacancy.search", "vacancy.manage", "match.candidates.search")
"""The functions that show vacancies."""

VACANCY = Kind(
    table="vacancy",
    fields=(
        "vacancy_id", "title", "occupation", "occupation_code", "employer_name", "kvk", "text", "postcode", "city",
        "region", "hours", "level", "requirements", "opened", "closed", "status", "strike_flag",
    ),
    number="vacancy_id",
    filters=(
        "vacancy_id", "title", "occupation", "employer_name", "city", "region", "hours", "level", "status", "opened",
        "closed", "text", "kvk",
    ),
)  # fmt: skip
