"""How a mutation ended: success only where the page says so and nothing contradicts it."""

from dataclasses import replace

import pytest

from proxy.model.entry import OutcomeState

ENDS = {
    "contact_write_ok": "acked", "contact_write_ok_rpc": "acked", "identity_write_ok": "acked", "note_create": "acked",
    "note_write_on_person": "acked", "note_new_form": "acked", "contact_goto_saves": "acked", "referral_create": "acked",
    "vacancy_write_ok": "acked", "vacancy_create": "acked", "contact_write_stale": "rejected",
    "contact_write_stale_rpc": "rejected", "contact_write_rejected": "rejected", "referral_rejected": "rejected",
    "vacancy_write_stale": "rejected", "message_sent": "acked", "message_sent_rpc": "acked", "message_rejected": "rejected",
    "message_recipient_unknown": "rejected",
}  # fmt: skip


@pytest.mark.parametrize(("name", "state"), ENDS.items())
def test_recorded_mutations_end_as_legacy_says(dialect, recorded, name: str, state: str) -> None:
    """Full pages and blocks for scripts."""
    exchange = recorded[name]
    assert dialect.outcome(dialect.read(exchange.request), exchange.answer) == state


OTHERS = {"login_page": "rejected", "expired_rpc": "rejected", "replay": "rejected", "replay_rpc": "rejected", "maintenance": "rejected", "busy": "unknown", "worklist": "unknown", "contact_open": "unknown", "in_region_klantbeeld": "unknown", "ping": "unknown", "not_found": "unknown"}  # fmt: skip


@pytest.mark.parametrize(("name", "state"), OTHERS.items())
@pytest.mark.parametrize("write", ["contact_write_ok", "contact_write_ok_rpc"])
def test_another_answer_is_never_a_success(dialect, recorded, write: str, name: str, state: str) -> None:
    """A 200 with the log-in page, an error, a busy page or a page without a notice."""
    call = dialect.read(recorded[write].request)
    assert dialect.outcome(call, recorded[name].answer) == state


@pytest.mark.parametrize("name", ["contact_write_ok", "contact_write_ok_rpc"])
def test_a_broken_success_is_unknown(dialect, recorded, name: str) -> None:
    """Empty, cut, of another status, or followed by an error text: nobody knows."""
    exchange = recorded[name]
    call, answer = dialect.read(exchange.request), exchange.answer
    error = recorded["replay_rpc"].answer.body
    broken = [
        replace(answer, body=b""),
        replace(answer, body=answer.body[:-9]),
        replace(answer, body=answer.body[: len(answer.body) // 2]),
        replace(answer, body=answer.body + error),
        replace(answer, body=answer.body.replace(b"</div>\r\n<form", b"</div>\r\n" + error + b"<form", 1)),
        replace(answer, status=500),
        replace(answer, status=302),
        replace(answer, body=answer.body.replace(b"Record gewijzigd", b"Record niet gewijzigd")),
        replace(answer, fields=(*answer.fields, (b"Content-Encoding", b"gzip"))),
    ]
    assert {dialect.outcome(call, each) for each in broken} == {OutcomeState.UNKNOWN}


def test_an_opened_row_is_no_success_once_it_carries_data(dialect, recorded, post) -> None:
    """An edit form in answer to data that should have been stored says nothing about it."""
    body = b"SWECmd=InvokeMethod&SWEMethod=NewRecord&SWEView=SNR+Contacthistorie+View&SWERowIds=1-71068&s_4_1_6_0=x"
    assert dialect.outcome(dialect.read(post(body)), recorded["note_new_form"].answer) == "unknown"
