"""Group messages: everybody is named, nothing is attached."""

from dataclasses import replace

import pytest

from proxy.model.call import Kind, Unclear
from proxy.model.http import Answer
from proxy.model.person import Category, Unreadable

SEND = (
    b"SWECmd=InvokeMethod&SWEMethod=Send&SWEView=SNR+Groepsbericht+View&SWEApplet=SNR+Groepsbericht+Form"
    b"&s_19_2_1_0=Banenmarkt&s_19_2_2_0=Kom"
)
RECORDED = "message_sent", "message_sent_rpc"


@pytest.mark.parametrize("name", RECORDED)
def test_every_recipient_is_a_person_on_whom_the_call_acts(dialect, recorded, name: str) -> None:
    """All rows count, not only the first; what is written is text about clients."""
    call = dialect.read(recorded[name].request)
    assert (call.function, call.kind, len(call.row_ids)) == ("message.group.send", Kind.MUTATE, 2)
    assert call.writes == {Category.CN}
    assert not call.by_cursor
    assert not call.moves_cursor


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        (b"", "no-recipients"), (b"&SWERowIds=", "no-recipients"), (b"&SWERowIds=1-7ABC3,1-E100", "row-of-other-kind"),
        (b"&SWERowIds=1-7ABC3,1-7abc", "row-id"), (b"&SWERowIds=1-7ABC3&SWERowId=1-7ABC4", "two-rows"),
        (b"&SWERowIds=" + b",".join(b"1-7A%03d" % n for n in range(251)), "too-many-recipients"),
    ],
)  # fmt: skip
def test_a_message_that_does_not_say_to_whom_has_no_reading(dialect, post, fields: bytes, reason: str) -> None:
    """Legacy would send it to its whole list, and only legacy knows who is in it."""
    read = dialect.read(post(SEND + fields))
    assert isinstance(read, Unclear)
    assert read.reason == reason


@pytest.mark.parametrize("name", ["message_sent_with_attachment", "message_export_csv"])
def test_what_is_attached_or_exported_makes_it_a_function_that_nobody_has(dialect, catalogue, recorded, name) -> None:
    """By its name in the form, and as a file of its own."""
    call = dialect.read(recorded[name].request)
    assert call.function == "message.group.attach"
    assert not catalogue.function(call.function).roles


def test_the_whole_list_is_what_legacy_would_have_taken(dialect, recorded) -> None:
    """The recorded message without recipients was sent by legacy, and has no reading here."""
    exchange = recorded["message_sent_to_the_whole_list"]
    assert b"Bericht verzonden" in exchange.answer.body
    assert dialect.read(exchange.request).reason == "no-recipients"


@pytest.mark.parametrize("name", RECORDED)
def test_the_answer_shows_recipients_and_tells_no_cursor(dialect, recorded, name: str) -> None:
    """The list stands where it stood; sending moves nothing."""
    exchange = recorded[name]
    reading = dialect.persons(dialect.read(exchange.request), exchange.answer)
    assert {shown.row_id for shown in reading.persons} == {person["row_id"] for person in exchange.persons}
    assert reading.listed
    assert reading.cursor is None


def test_a_message_that_is_shown_beside_the_list_is_not_released(dialect, recorded) -> None:
    """Somebody's text about a client would stand outside every row."""
    exchange = recorded["message_sent"]
    filled = exchange.answer.body.replace(b'cols="60"></textarea>', b'cols="60">Jansen was ziek</textarea>')
    assert filled != exchange.answer.body
    answer: Answer = replace(exchange.answer, body=filled)
    found = dialect.persons(dialect.read(exchange.request), answer)
    assert isinstance(found, Unreadable)
