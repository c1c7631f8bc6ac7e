"""Request lines without secrets and personal values."""

import pytest

from adapters.legacy_sonar.redact import redact


@pytest.mark.parametrize(
    "line",
    [
        b"GET /sonar_nld/start.swe?SWECmd=ExecuteLogin&SWEUserName=GEHEIM&SWEPassword=GEHEIM HTTP/1.1",
        b"U=GEHEIM&Pw=GEHEIM&C=Xlg",
        b"sweusername=GEHEIM&SWEPASSWORD=GEHEIM",
        b"/x?_sn=GEHEIM&SWEC=1",
        b"s_1_1_7_0=GEHEIM&s_1_1_2_0=GEHEIM",
        b"SWEAC=SWECmd%3DExecuteLogin%26SWEPassword%3DGEHEIM",
        b"/eai_nld/start.swe?Username=GEHEIM&Password=GEHEIM",
        b'<UsernameToken xmlns="x">GEHEIM</UsernameToken><w:PasswordText>GEHEIM</w:PasswordText><Burgerservicenr>GEHEIM</Burgerservicenr>',
    ],
)
def test_no_secret_is_left(line: bytes) -> None:
    """Short, long, in a chain, in XML."""
    assert b"GEHEIM" not in redact(line)


def test_what_an_operator_needs_stays() -> None:
    """Commands, views and methods are names, not data."""
    line = b"SWECmd=InvokeMethod&SWEMethod=Drilldown&SWEView=SNR+CV+View&SWEC=4"
    assert redact(line) == line
