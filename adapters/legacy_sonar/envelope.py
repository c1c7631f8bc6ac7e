"""XML of a service message, read safely in both directions.

Rules: UTF-8 only, said or unsaid; no DOCTYPE and no entity of its own; bounded depth; nothing is fetched; the bytes
themselves are never written again, so that a signed message stays signed.
"""

import re

from lxml import etree

SOAP_11, SOAP_12 = "http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope"
DEEPEST = 64
_BOM = b"\xef\xbb\xbf"
_DECLARED = re.compile(rb'<\?xml\s[^>]*?encoding\s*=\s*["\']([A-Za-z0-9._-]+)["\']')


class EnvelopeError(Exception):
    """A message that is no readable envelope; `reason` is a closed word."""

    def __init__(self, reason: str) -> None:
        """Name the rule that was broken."""
        super().__init__(reason)
        self.reason = reason


def parse(data: bytes, charset: bytes) -> etree._Element:
    """Read an envelope; raises EnvelopeError."""
    if charset not in {b"utf-8", b""}:
        raise EnvelopeError("charset")
    data = data.removeprefix(_BOM)
    declared = _DECLARED.match(data)
    if declared is not None and declared[1].lower() != b"utf-8":
        raise EnvelopeError("charset")
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data or b"\x00" in data:
        raise EnvelopeError("doctype")
    _check_depth(data)
    try:
        data.decode("utf-8")
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        root = etree.fromstring(data, parser)
    except (UnicodeDecodeError, etree.XMLSyntaxError) as error:
        raise EnvelopeError("xml") from error
    if root.tag not in {f"{{{SOAP_11}}}Envelope", f"{{{SOAP_12}}}Envelope"}:
        raise EnvelopeError("envelope")
    return root


def _check_depth(data: bytes) -> None:
    """Count open elements before anything is built; comments and CDATA only make the count too high."""
    depth = 0
    for match in re.finditer(rb"<(/?)[A-Za-z_][^<>]*?(/?)>", data):
        depth += -1 if match[1] else 0 if match[2] else 1
        if depth > DEEPEST:
            raise EnvelopeError("depth")


def part(root: etree._Element, name: str) -> etree._Element | None:
    """Give the one Header or Body of an envelope; raises EnvelopeError for two."""
    space = root.tag.partition("}")[0]
    found = root.findall(f"{space}}}{name}")
    if len(found) > 1:
        raise EnvelopeError("envelope")
    return found[0] if found else None


def children(element: etree._Element | None) -> list[etree._Element]:
    """Give the child elements (no comments, no instructions)."""
    return [] if element is None else [child for child in element if isinstance(child.tag, str)]


def name(element: etree._Element) -> tuple[str, str]:
    """Give namespace and local name."""
    found = etree.QName(element)
    return found.namespace or "", found.localname
