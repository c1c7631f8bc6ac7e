from newcore.description import described


def test_generated_errors_are_replaced_by_problems():
    """422 and its schemas go; 400 with a problem document comes; every response names the version header."""
    document = {
        "paths": {"/x": {"get": {"responses": {"200": {"description": "ok"}, "422": {"description": "generated"}}}}},
        "components": {"schemas": {"HTTPValidationError": {}, "ValidationError": {}}},
    }
    made = described(document, {"Client": {"type": "object"}})
    responses = made["paths"]["/x"]["get"]["responses"]
    assert set(responses) == {"200", "400", "401", "403", "404", "413", "415", "500", "503"}
    assert all("API-Version" in each["headers"] for each in responses.values())
    assert set(made["components"]["schemas"]) == {"Client", "Problem"}


def test_everything_asks_for_a_statement():
    """The description says so for every call, also for a first route without a body."""
    made = described({"paths": {}}, {})
    assert made["security"] == [{"statement": []}]
    assert made["components"]["securitySchemes"]["statement"]["bearerFormat"] == "JWT"
    assert "Problem" in made["components"]["schemas"]
