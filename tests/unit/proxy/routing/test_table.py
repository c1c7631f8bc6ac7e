import pytest

from proxy.errors import OperatorError
from proxy.model.route import Stage
from proxy.routing.table import check_successor, load, uncovered
from tests.unit.proxy.routing.conftest import FUNCTIONS, REGIONS


def test_a_valid_file_gives_groups_in_their_stage(read):
    """Stage, ramp, cohort and functions are what the file says."""
    table = read()
    vacancies = table.group("vacancy.search")
    assert table.revision == 7
    assert (vacancies.name, vacancies.stage, vacancies.ramp, vacancies.cohort.generation) == (
        "vacancies", Stage.READ, 50, 3,
    )  # fmt: skip
    assert table.group("nobody.knows") is None


def test_the_hash_names_the_bytes(read):
    """Two files that differ in a comment only have different hashes: the hash is what was read, not what it means."""
    assert read().hash != read(("# first", "# second")).hash
    assert read().hash == read().hash


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("vacancy.search,", "vacancy.zoek,", "unknown function 'vacancy.zoek'"),
        ("[list.export]", "[list.export, vacancy.search]", "in group vacancies too"),
        ("    owner_key: client.responsible_region\n", "", "without owner_key"),
        ("owner_key: vacancy.region", "owner_key: user", "ownership by user"),
        ("stage: read #", "stage: reed #", "'reed'"),
        ("stage: read #", "stage: write #", "this release cannot run write"),
        ("stage: read #", "stage: retired #", "this release cannot run retired"),
        ("ramp: 50", "ramp: 50\n    evidence: strict", "profile 'strict'"),
        ("generation: 3", "generation: 3, regions: [AM99]", "unknown region 'AM99'"),
        ("generation: 3", "generation: 3, exclude_roles: [XX]", "'XX'"),
        ("ramp: 50", "ramp: 50\n    partitions: {AM99: read}", "unknown region 'AM99'"),
        ("ramp: 50", "ramp: 50\n    pin: {reason: r, owner: fg, until: 2027-06-30}", "pinned group"),
        ("ramp: 50", "ramp: 50\n    pin: {reason: r, owner: fg}", "no key 'until'"),
        ("ramp: 50", "ramp: 101", "from 0 to 100"),
        ("ramp: 50", "ramp: 050", "leading zero"),
        ("ramp: 50", "ramp: 0o50", "leading zero"),
        ("ramp: 50", 'ramp: "50"', "without quotes"),
        ("ramp: 50", "ramp: 5_0", "in digits"),
        ("ramp: 50", "ramp: 50\n    ramp: 0", "a second time"),
        ("ramp: 50", "ramp: 50\n    colour: red", "unknown key 'colour'"),
        ("ramp: 50", "ramp: 50\n    <<: {ramp: 10}", "unknown key '<<'"),
        ("ramp: 50", "ramp: 50\n    shadow: {ignore: [{path: clock, reason: clock, owner: team}]}", "no key 'expires'"),
        ("generation: 3", "generation: 3, organisations: [0106]", "0106 without quotes"),
        ("generation: 3", "generation: 3, exclude_roles: [on]", "on without quotes"),
        ("entity: vacancy\n", "entity: 1e5\n", "1e5 without quotes"),
        ("entity: vacancy\n", "entity:\n", "nothing"),
        ("key: user", "key: region", "'region'"),
        ("version: 1", "version: 2", "from 1 to 1"),
        ("revision: 7", "revision: 0", "from 1 to"),
        ("stage: legacy\n    ramp: 0\n...", "stage: capture\n    ramp: 0\n...", "newcore knows nothing of this group"),
        ("stage: legacy\n    ramp: 0\n...", "stage: read\n    ramp: 0\n...", "newcore knows nothing of this group"),
        ('[vacancy.search, "vacancy.manage"]', "[vacancy.search, message.group.send]", "not kept up to date"),
        ('[vacancy.search, "vacancy.manage"]', "[vacancy.search, list.export]", "newcore cannot answer these"),
        ("stage: read #", "stage: capture #", "0 below stage read"),
        ("version: 1", 'version: 1\nbackends: {legacy: {url: "http://a"}}', "POORT_LEGACY_URL"),
        ("version: 1", "version: 1\nbackends: {legacy: {logins_per_minute: 60}}", "does not limit this"),
        ("version: 1", "version: 1\nbackends: {newcore: {timeout_ms: 5000}}", "from 50 to 2000"),
        ("version: 1", "version: 1\ndefaults: {unknown_function: {observe_until: soon}}", "a date such as"),
        ("version: 1", "version: 1\napprovals: {advance_read: 0}", "from 1 to 9"),
        ("version: 1", "version: 1\napprovals: {kill: 2}", "from 1 to 1"),
        ("version: 1", "version: 1\ndefaults: {unknown_function: allow}", "'allow'"),
        ("version: 1", "version: 1\ndefaults: {retries: {safe_reads: 1, mutations: 1}}", "from 0 to 0"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_hold_is_refused_with_its_line(read, old, new, told):
    """Each bad value is refused with file, line, what was found and what is allowed."""
    with pytest.raises(OperatorError, match=r"^routing\.yaml:\d+: ") as refused:
        read((old, new))
    assert told in str(refused.value)
    assert "allowed is" in str(refused.value)


def test_the_named_line_is_the_line_of_the_value(read):
    """The line in the message is where the eye must go."""
    with pytest.raises(OperatorError, match=r"^routing\.yaml:10: groups\.vacancies\.ramp"):
        read(("ramp: 50", "ramp: 500"))


def test_every_cut_of_the_file_is_refused(file):
    """A file cut off at any character but its last line break is refused, also where the rest is valid YAML."""
    whole = file.rstrip("\n")
    for length in range(len(whole)):
        with pytest.raises(OperatorError):
            load(whole[:length], FUNCTIONS, REGIONS)
    assert load(whole, FUNCTIONS, REGIONS).revision == 7


@pytest.mark.parametrize(
    "text", ["", "\n\n", "...\n", "a: [\n...\n", "- a\n...\n", "a: 1\n---\nb: 2\n...\n", "\x00\n...\n"]
)
def test_what_is_no_routing_file_is_refused(text):
    """Empty, broken, of another shape, two documents: refused with a message, never with a stack trace."""
    with pytest.raises(OperatorError, match=r"routing\.yaml:\d+: "):
        load(text, FUNCTIONS, REGIONS)


def test_functions_without_a_group_are_listed(read):
    """What no group routes is refused later on; the check names it beforehand."""
    assert uncovered(read(), {*FUNCTIONS, "x.y"}) == ("iface.gem.client.query", "message.group.send", "x.y")


def test_a_higher_revision_may_follow(read):
    """One more, or several at once after an outage."""
    check_successor(read(), read(("revision: 7", "revision: 8")))
    check_successor(read(), read(("revision: 7", "revision: 12")))
    check_successor(read(), read())


def test_the_same_revision_with_other_content_is_refused(read):
    """Two files under one number: nobody could tell which one an instance runs."""
    with pytest.raises(OperatorError, match="write revision: 8"):
        check_successor(read(), read(("ramp: 50", "ramp: 60")))


def test_a_lower_revision_is_refused_unless_it_is_a_rollback_of_the_running_one(read):
    """A restored backup must say from which revision it goes back."""
    old = read()
    with pytest.raises(OperatorError, match="rollback_of: 7"):
        check_successor(old, read(("revision: 7", "revision: 6")))
    with pytest.raises(OperatorError, match="rollback_of: 7"):
        check_successor(old, read(("revision: 7", "revision: 6\nrollback_of: 5")))
    check_successor(old, read(("revision: 7", "revision: 6\nrollback_of: 7")))


def test_a_jump_of_stages_by_hand_is_refused(read):
    """Legacy to read skips the copy, capture to read the comparison; down is free."""
    legacy = read(("stage: read #", "stage: legacy #"), ("ramp: 50", "ramp: 0"))
    capture = read(("stage: read #", "stage: capture #"), ("ramp: 50", "ramp: 0"), ("revision: 7", "revision: 8"))
    shadow = read(("stage: read #", "stage: shadow #"), ("ramp: 50", "ramp: 0"), ("revision: 7", "revision: 9"))
    reading = read(("revision: 7", "revision: 10"))
    for start in (legacy, capture):
        with pytest.raises(OperatorError, match=f"from {start.groups['vacancies'].stage} to read"):
            check_successor(start, reading)
    check_successor(legacy, capture)
    check_successor(capture, shadow)
    check_successor(shadow, reading)
    check_successor(
        read(), read(("stage: read #", "stage: legacy #"), ("ramp: 50", "ramp: 0"), ("revision: 7", "revision: 8"))
    )


def test_a_jump_hidden_in_a_partition_is_refused(read):
    """A new partition starts where its group stood, not where the file puts it."""
    legacy = read(("stage: read #", "stage: legacy #"), ("ramp: 50", "ramp: 0"))
    partial = read(
        ("stage: read #", "stage: legacy #"), ("ramp: 50", "ramp: 50\n    partitions: {AM03: read}"),
        ("revision: 7", "revision: 8"),
    )  # fmt: skip
    with pytest.raises(OperatorError, match="vacancies in AM03"):
        check_successor(legacy, partial)


def test_a_moved_group_may_not_vanish(read, file):
    """A file that lost a group above legacy would drop its capture without a word."""
    start, end = file.index("  vacancies:"), file.index("  notes:")
    lost = load((file[:start] + file[end:]).replace("revision: 7", "revision: 8"), FUNCTIONS, REGIONS)
    with pytest.raises(OperatorError, match="no group vacancies"):
        check_successor(read(), lost)
