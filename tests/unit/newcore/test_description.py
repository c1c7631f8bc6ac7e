from newcore.description import described


def test_generated_errors_are_replaced_by_problems():
    """422 and its schemas go; 400 with a problem document comes; every response names the version header."""
    document = {
        "paths": {"/x": {"get": {"responses": {"200": {"description": "ok"}, "422": {"description": "generated"}}}}},
        "components": {"schemas": {"HTTPValidationError": {}, "ValidationError": {}}},
    }
    responses = described(document)["paths"]["/x"]["get"]["responses"]
    assert set(responses) == {"200", "400", "401", "403", "404", "503"}
    assert all("API-Version" in each["headers"] for each in responses.values())
    assert set(document["components"]["schemas"]) == {"Problem"}


def test_a_document_without_schemas_gets_them():
    """Also a first route without a body."""
    assert "Problem" in described({"paths": {}})["components"]["schemas"]
