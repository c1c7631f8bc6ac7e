import re
from base64 import b64encode
from hashlib import sha256

from newcore.manual import STYLE, manual


async def test_the_page_stands_alone(client):
    """No script, nothing from another server; its only style is the one that its policy names."""
    answer = await client.get("/docs", headers={"Authorization": ""})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert not re.search(r"<script|<link|<img|<iframe|https?://", answer.text)
    style = re.search(r"<style>(.*)</style>", answer.text)[1]
    assert f"sha256-{b64encode(sha256(style.encode()).digest()).decode()}" == STYLE
    policy = answer.headers["content-security-policy"]
    assert f"style-src '{STYLE}'" in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy


async def test_every_call_and_every_shape_is_on_the_page(client):
    """It is made of the description that programs read, and every link of it leads somewhere."""
    page = (await client.get("/docs")).text
    document = (await client.get("/v1/openapi.json")).json()
    for path, methods in document["paths"].items():
        for method in methods:
            assert f'<span class="method">{method.upper()}</span> <code>{path}</code>' in page
    places = set(re.findall(r'id="([^"]+)"', page))
    assert places == set(document["components"]["schemas"])
    assert set(re.findall(r'href="#([^"]+)"', page)) <= places


def test_texts_are_escaped():
    """A description is a text, whatever signs are in it."""
    document = {
        "info": {"title": "<b>", "version": "1", "description": "a & b"},
        "servers": [{"url": "/v1"}],
        "tags": [],
        "paths": {},
        "components": {"schemas": {}, "securitySchemes": {"statement": {"description": "<i>"}}},
    }
    page = manual(document)
    assert "&lt;b&gt;" in page
    assert "a &amp; b" in page
    assert "<i>" not in page
