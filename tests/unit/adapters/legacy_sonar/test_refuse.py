"""Refusals speak the caller's language and say nothing more."""

import re
from dataclasses import replace

import pytest

from proxy.model.call import Call, Format, Kind, Link, Unclear
from proxy.model.decision import Reason

CALL = Call(Format.HTML, (Link("client.overview.view", "SNR Klantbeeld View"),), "client.overview.view", Kind.CONSULT)
SOAP = Call(
    Format.SOAP,
    (
        Link(
            "iface.gem.client.query",
            "http://sonar.example/SonarKlantInfoGSD/v0100",
            "",
            "Execute",
            "KlantprofielOpvragen",
        ),
    ),
    "iface.gem.client.query",
    Kind.INTERFACE,
)
RPC, PLAIN = replace(CALL, format=Format.RPC), replace(CALL, format=Format.PLAIN)


@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize(
    "call", [CALL, RPC, PLAIN, SOAP, None, Unclear("duplicate"), Unclear("action", Format.SOAP)], ids=str
)
def test_every_refusal_is_in_dialect_and_never_cached(dialect, call, reason) -> None:
    """Dutch, with the reference (but for service answers that must be legacy's own), nothing of rules or reasons."""
    answer = dialect.refuse(call, reason, "KX7-2F4")
    assert dict(answer.fields)[b"Cache-Control"] == b"no-store"
    own = answer.body.count(b"Niets") + answer.body.count(b"NietGerechtigd")
    assert b"KX7-2F4" in answer.body or (own and b"text/xml" in dict(answer.fields)[b"Content-Type"])
    for inside in (str(reason).encode(), b"RG", b"client.", b"Klantbeeld", b"duplicate", b"Traceback"):
        assert inside not in answer.body.replace(b"SonarKlantInfoGSD", b"") or reason is Reason.FAULT
    assert 200 <= answer.status <= 599


@pytest.mark.parametrize("call", [CALL, RPC, PLAIN, SOAP])
def test_not_yours_and_not_there_are_the_same_bytes(dialect, call) -> None:
    """The reference aside, nobody can tell a person out of reach from one that does not exist."""
    assert dialect.refuse(call, Reason.OUT_OF_REACH, "A") == dialect.refuse(call, Reason.PERSON_UNKNOWN, "A")
    assert dialect.refuse(call, Reason.OUT_OF_REACH, "A") == dialect.refuse(call, Reason.PROTECTED, "A")


def test_a_service_gets_legacys_own_nothing_found(dialect, recorded) -> None:
    """Byte for byte, and the same head as legacy's own answer gets on its way out."""
    exchange = recorded["soap_nothing"]
    refusal = dialect.refuse(dialect.read(exchange.request), Reason.OUT_OF_REACH, "KX7-2F4")
    assert refusal.body == exchange.answer.body
    assert dialect.public(exchange.answer, exchange.request) == refusal


def test_a_service_that_may_not_is_told_so(dialect) -> None:
    """The function is denied by contract: NietGerechtigd, status 200; a technical error is a fault with a code."""
    denied = dialect.refuse(SOAP, Reason.FUNCTION_NOT_IN_ROLE, "A")
    assert (denied.status, b"<ns:NietGerechtigd/>" in denied.body) == (200, True)
    fault = dialect.refuse(SOAP, Reason.UNREADABLE, "A")
    assert (fault.status, b"<ns:Fout><ns:Code>" in fault.body) == (500, True)


@pytest.mark.parametrize("call", [CALL, RPC])
def test_nobody_gets_the_log_in_page(dialect, call, grammar) -> None:
    """With status 200, whole, also for a script: legacy's clients know what to do with it."""
    answer = dialect.refuse(call, Reason.NO_SESSION, "KX7-2F4")
    assert answer.status == 200
    assert b'id="SWEEntryForm"' in answer.body
    names = re.findall(rb'name="(SWE[A-Za-z]+)"', answer.body)
    assert set(names) >= {b"SWEUserName", b"SWEPassword", b"SWECmd", b"SWEView"}


def test_a_script_gets_the_block_that_it_knows(dialect) -> None:
    """Status 200 and the error block alone, as legacy does."""
    answer = dialect.refuse(RPC, Reason.FUNCTION_NOT_IN_ROLE, "A")
    assert answer.status == 200
    assert answer.body.startswith(b'<div class="SWERPCError" id="SWEErr">')


@pytest.mark.parametrize("call", [CALL, RPC, SOAP, PLAIN])
def test_an_unknown_outcome_says_not_to_send_again(dialect, call) -> None:
    """In every format."""
    answer = dialect.refuse(call, Reason.OUTCOME_UNKNOWN, "A")
    assert b"Uitkomst onbekend, niet opnieuw indienen" in answer.body


def test_a_page_is_long_enough_for_old_browsers(dialect) -> None:
    """Internet Explorer shows a page of its own in place of an error page of 512 bytes or less."""
    for reason in Reason:
        answer = dialect.refuse(CALL, reason, "A")
        assert answer.status == 200 or len(answer.body) > 512


def test_a_reference_cannot_break_out(dialect) -> None:
    """Whatever a reference holds, it stays text."""
    for call in (CALL, RPC, SOAP):
        assert b"<script>" not in dialect.refuse(call, Reason.FAULT, "<script>").body
