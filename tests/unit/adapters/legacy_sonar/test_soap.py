"""Service calls: what they ask, however their action is written."""

from dataclasses import replace


def test_an_action_that_agrees_in_any_form_is_read(dialect, recorded) -> None:
    """Quoted, unquoted, empty: the operation of the body is what counts, as long as nothing contradicts it."""
    request = recorded["soap_data"].request
    others = tuple(field for field in request.fields if field[0].lower() != b"soapaction")
    for value in (
        b"",
        b'""',
        b'"urn:x:KlantprofielOpvragen"',
        b"KlantprofielOpvragen",
        b"http://x/KlantprofielOpvragen_Input",
    ):
        call = dialect.read(replace(request, fields=(*others, (b"SOAPAction", value))))
        assert call.function == "iface.gem.client.query"
        assert call.account == "GEM0106"
