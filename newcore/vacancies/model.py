"""A vacancy: the fields that the screens show, kept as texts (`  ` behind a title, a lower-case flag, dates as written)."""

from newcore.register.model import Kind, fields

VACANCY = Kind(
    name="vacancies",
    title="Vacancy",
    table="vacancy",
    fields=(
        *fields("VA", "vacancy_id title occupation occupation_code employer_name kvk text postcode city region hours"),
        *fields("VA", "level requirements opened:date closed:date status strike_flag"),
        *fields("", "mod_num"),
    ),
    first="vacancy_id",
    filters=(
        "vacancy_id", "title", "occupation", "employer_name", "city", "region", "hours", "level", "status", "opened",
        "closed", "text", "kvk",
    ),
)  # fmt: skip
READ = ("vacancy.search", "vacancy.manage", "match.candidates.search", "employer.view", "list.export")
"""The functions that show vacancies; an employer is also found through one."""
