"""users.csv: strict, dated, all or nothing, and every message says what is allowed."""

from datetime import date

import pytest

from proxy.facts.directory import read
from proxy.facts.store import region_table
from proxy.model.principal import OrganisationKind, Role

TABLE = region_table()
HEAD = "user,password,role,organisation_kind,organisation_code,regions,municipality,valid_from,valid_until,legal_ground,issued_by"
AW = "AWE0421,secret,AW,UWV,UWV-AM01,AM01 AM03,,2020-01-01,2030-12-31,Wet SUWI art. 30a,FBE1001"
KM = "KMG0106,x,KM,municipality,0106,AM01,0106,2020-01-01,,Wet SUWI art. 62 lid 3,FBE1001"
KCC = "KCC0001,x,KCC,UWV,UWV-LAND,*,,2020-01-01,,Wet SUWI art. 30a,FBE1001"


def directory(*rows: str, head: str = HEAD):
    """Read these rows."""
    return read("\n".join((head, *rows)), TABLE, lambda bsn: b"d" * 32 if bsn == "999990019" else None)


def test_rows_become_accounts_with_authorisations():
    """Regions are a set of codes, a star is none, dates are dates, and the password is nowhere."""
    found = directory(AW, KM, KCC)
    assert found.problems == ()
    assert [account.user for account in found.accounts] == ["AWE0421", "KMG0106", "KCC0001"]
    adviser, manager, contact = found.authorisations
    assert (adviser.role, adviser.regions, adviser.valid_until) == (Role.AW, ("AM01", "AM03"), date(2030, 12, 31))
    assert (manager.organisation_kind, manager.municipality) == (OrganisationKind.MUNICIPALITY, "0106")
    assert (manager.valid_until, contact.regions) == (None, ())
    assert "secret" not in repr(found)


def test_several_rows_of_a_user_are_several_authorisations():
    """One account, two roles."""
    found = directory(AW, AW.replace(",AW,", ",EXP,"))
    assert (len(found.accounts), len(found.authorisations)) == (1, 2)
    assert len({row.id for row in found.authorisations}) == 2


def test_the_id_of_an_authorisation_is_what_it_says():
    """The same row is the same authorisation at the next import; another last day is another."""
    first, again = directory(AW).authorisations[0], directory(KM, AW).authorisations[1]
    later = directory(AW.replace("2030-12-31", "2031-12-31")).authorisations[0]
    assert first.id == again.id != later.id


def test_columns_may_be_fewer_or_more_within_what_is_known():
    """The password may be absent; team and an own BSN may be there, and the BSN becomes a digest."""
    head = HEAD.replace("password,", "") + ",team,bsn"
    found = directory(AW.replace("secret,", "") + ",TEAM-1,999990019", head=head)
    assert (found.accounts[0].team, found.accounts[0].identity) == ("TEAM-1", b"d" * 32)
    assert "999990019" not in repr(found)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (AW.replace(",AW,", ",AX,"), r"users.csv:2: found role 'AX'; allowed: AW, IDV"),
        (AW.replace(",UWV,", ",uwv,"), r"found organisation_kind 'uwv'; allowed: UWV, municipality"),
        (AW.replace("AM01 AM03", "AM01 AM99"), r"found regions 'AM01 AM99'; allowed for AW: AM codes"),
        (AW.replace("AM01 AM03", "*"), r"found regions '\*'; allowed for AW"),
        (AW.replace("AM01 AM03", ""), r"found regions ''; allowed for AW"),
        (KCC.replace("*", "AM01"), r"found regions 'AM01'; allowed for KCC: \*"),
        (KM.replace("0106,AM01,0106", "106,AM01,106"), r"found municipality '106'; allowed: a CBS code"),
        (KM.replace("0106,AM01,0106", "0106,AM01,0114"), r"found organisation '0106' of municipality '0114'"),
        (KM.replace("0106,AM01,0106", "0106,AM01,"), r"found organisation '0106' of municipality ''"),
        (AW.replace("2020-01-01", "01-01-2020"), r"allowed: dates as 2026-01-31"),
        (AW.replace("2030-12-31", "2019-12-31"), r"found an end 2019-12-31 before the start"),
        (AW.replace("FBE1001", ""), r"found issued_by ''; allowed: a text"),
        (AW.replace("Wet SUWI art. 30a", " "), r"found legal_ground ' '"),
        (AW.replace("AWE0421", "AWE0421 "), r"found user 'AWE0421 '"),
        (AW + ",more", r"another number of columns"),
        ("AWE0421,x", r"another number of columns"),
    ],
)
def test_a_row_that_cannot_be_stored_is_named(row, told):
    """File and line, what was found, what is allowed."""
    problems = "\n".join(directory(row).problems)
    with pytest.raises(AssertionError, match=told):
        raise AssertionError(problems)


def test_a_repeated_or_contradicting_row_is_named():
    """The same authorisation twice, or one user in two teams, is a mistake in the file."""
    assert "a second time" in directory(AW, AW).problems[0]
    head = HEAD + ",team"
    two = directory(AW + ",A", AW.replace(",AW,", ",EXP,") + ",B", head=head)
    assert "another team or BSN" in two.problems[0]
    assert two.problems[0].startswith("users.csv:3:")


def test_unknown_and_missing_columns_refuse_the_file():
    """A column that nobody reads may be a right that somebody meant."""
    problem = directory(AW, head=HEAD.replace("issued_by", "role_extra")).problems[0]
    assert "missing ['issued_by'], unknown ['role_extra']" in problem


def test_a_recertification_is_dated_and_makes_no_other_authorisation():
    """When the own organisation confirmed it last; a date that is none, or before the start, is refused."""
    head = HEAD + ",recertified_on"
    plain, confirmed = directory(AW).authorisations[0], directory(AW + ",2026-03-01", head=head).authorisations[0]
    assert (plain.recertified_on, confirmed.recertified_on) == (None, date(2026, 3, 1))
    assert plain.id == confirmed.id
    assert directory(AW + ",", head=head).authorisations[0].recertified_on is None
    for written, told in (
        ("1-3-2026", "recertified '1-3-2026'; allowed: dates as"),
        ("2019-12-31", "before the start"),
    ):
        (problem,) = directory(f"{AW},{written}", head=head).problems
        assert told in problem
