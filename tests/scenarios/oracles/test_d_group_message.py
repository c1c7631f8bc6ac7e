"""Case D: a group message with a list of addressees attached is blocked; one without goes out, every recipient logged.

Source: nine leaks of exports attached to group messages, August 2016 to 2018, more than 15,000 persons (AP fine, July 2021).
"""

from collections.abc import Awaitable, Callable

import pytest

from adapters.legacy_sonar.standin.seed import Record
from adapters.legacy_sonar.standin.visitor import FORM, LISTS, MESSAGES, PATH, Reply, Visitor
from tests.scenarios.oracles.conftest import Enter, Town

ADVISER, EXPORTER = "AWE0421", "EXP0101"
FORM_OF_MESSAGE = "SNR Groepsbericht Form"

type Act = Callable[[Visitor, list[str]], Awaitable[Reply]]


def own(town: Town, count: int = 12) -> list[Record]:
    """Give clients of the adviser's caseload."""
    return [person for person in town.people if person["caseload_owner"] == ADVISER][:count]


def upload(browser: Visitor, rows: list[str]) -> tuple[bytes, list[tuple[str, str]]]:
    """Write the form as a browser does that has a file for it."""
    given = {
        "SWECmd": "InvokeMethod", "SWEMethod": "Send", "SWEView": MESSAGES, "SWEApplet": FORM_OF_MESSAGE,
        "SWERowIds": ",".join(rows), "s_19_2_1_0": "Banenmarkt", "s_19_2_2_0": "Kom", "SRN": browser.srn,
    }  # fmt: skip
    parts = [f'--b0\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{text}\r\n' for key, text in given.items()]
    file = '--b0\r\nContent-Disposition: form-data; name="s_19_2_3_0"; filename="ontvangers.xls"\r\n\r\nnaam\tbsn\r\n'
    return "".join((*parts, file, "--b0--\r\n")).encode(), [("Content-Type", "multipart/form-data; boundary=b0")]


async def attached_by_name(browser: Visitor, rows: list[str]) -> Reply:
    """Name the file in the form."""
    return await browser.send_message(rows, "Kom", ("s_19_2_3_0", "ontvangers.xls"))


async def attached_as_file(browser: Visitor, rows: list[str]) -> Reply:
    """Send the file itself."""
    body, headers = upload(browser, rows)
    return await browser.exchange("POST", PATH, body, headers)


async def exported(browser: Visitor, _: list[str]) -> Reply:
    """Export the list of recipients."""
    return await browser.export("XLS", *LISTS["19"])


async def exported_unnamed(browser: Visitor, _: list[str]) -> Reply:
    """Export whatever list stands there, in the short form."""
    return await browser.exchange("POST", PATH, b"C=Inv&M=ExportList", [("Content-Type", FORM)])


async def to_everybody(browser: Visitor, _: list[str]) -> Reply:
    """Name nobody: the legacy would send it to its whole list."""
    return await browser.send_message([], "Kom")


@pytest.mark.parametrize("user", [ADVISER, EXPORTER])
@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (attached_by_name, "function-not-in-role"), (attached_as_file, "function-not-in-role"),
        (exported, "function-not-in-role"), (exported_unnamed, "function-not-in-role"), (to_everybody, "unclear"),
    ],
)  # fmt: skip
async def test_what_leaked_lists_is_blocked_before_the_legacy_hears_of_it(
    town: Town, enter: Enter, act: Act, reason: str, user: str
) -> None:
    """Also for somebody who may export other lists: nothing is sent, nothing is told, and the log has it."""
    rows = [person["row_id"] for person in own(town, 3)]
    async with enter(user) as browser:
        await browser.open_client("", MESSAGES)
        mark = town.log.newest()
        town.legacy.reset()
        reply = await act(browser, rows)
        assert town.legacy.seen == 0
        assert town.legacy.mutations == {}
    assert "Referentienummer" in reply.text
    assert not any(town.told(person, reply) for person in own(town, 3))
    record = town.log.since(mark)[0]
    assert (record["decision"], record["reason"], record["core"]) == ("deny", reason, None)


async def test_a_message_without_an_attachment_goes_out_and_every_recipient_is_in_the_log(
    town: Town, enter: Enter
) -> None:
    """More recipients than the answer shows: sent once, each of them disclosed exactly once."""
    to = own(town)
    assert len(to) > 10
    rows = [person["row_id"] for person in to]
    async with enter(ADVISER) as browser:
        listed = await browser.open_client("", MESSAGES)
        assert set(listed.rows) <= {
            p["row_id"] for p in town.people if ADVISER in (p["caseload_owner"], p["assigned_to"])
        }
        mark = town.log.newest()
        town.legacy.reset()
        reply = await browser.send_message(rows, "Kom naar de banenmarkt in Assen")
        assert "Bericht verzonden" in reply.text
        assert town.legacy.mutations == {"message.create": 1}
        sent = town.legacy.ask("/counters")["recent"][-1]["values"]
    assert sent["recipients"].split(",") == rows
    record = town.log.since(mark)[0]
    assert (record["function"], record["kind"], record["decision"]) == ("message.group.send", "mutate", "allow")
    people = [row["person"] for row in record["disclosure"]]
    assert len(people) == len(set(people))
    assert len(set(people)) == len({person["bsn"] for person in to} | {p["bsn"] for p in shown(town, reply)})


def shown(town: Town, reply: Reply) -> list[Record]:
    """Give whoever stands in the list of recipients of an answer."""
    return [person for person in town.people if person["row_id"] in reply.rows]


async def test_one_recipient_out_of_reach_stops_the_message(town: Town, enter: Enter) -> None:
    """A client of the region is no client of the caseload: nothing goes out, to nobody."""
    to = [*own(town, 2), next(p for p in town.people if p["region"] == "AM06" and p["klass"] == "ordinary")]
    async with enter(ADVISER) as browser:
        mark = town.log.newest()
        town.legacy.reset()
        reply = await browser.send_message([person["row_id"] for person in to], "Kom")
        assert town.legacy.mutations == {}
    assert "Record niet gevonden" in reply.text
    record = town.log.since(mark)[0]
    assert (record["decision"], record["reason"], len(record["withheld"])) == ("deny", "out-of-reach", 1)
