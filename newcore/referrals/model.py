"""A referral: for which vacancy a client was put forward, by whom, and what became of it."""

from newcore.clients.model import CLIENT
from newcore.register.model import Kind, fields

REFERRAL = Kind(
    name="referrals",
    title="Referral",
    table="referral",
    fields=(
        *fields("RF", "vacancy_id at:date referred_by status result remark placed"),
        *fields("", "client_id position mod_num"),
    ),
    first="position",
    parent=CLIENT,
)
READ = ("referral.create", "match.candidate.open")
"""The functions that show referrals."""
