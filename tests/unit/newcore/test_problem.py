from newcore.problem import FieldError, Problem, camel, from_validation


def test_a_problem_has_the_members_of_the_standard():
    """Type, title, status, detail; errors only where there are some."""
    assert Problem(404, "x").document() == {"type": "about:blank", "title": "Not Found", "status": 404, "detail": "x"}
    assert Problem(400, "x", [FieldError("query:limit", "c", "d")]).document()["errors"] == [
        {"location": "query:limit", "code": "c", "detail": "d"}
    ]


def test_the_rejected_value_is_not_repeated():
    """A value may be personal data; its place is enough."""
    found = from_validation([{"loc": ("body", "title"), "type": "string_type", "msg": "no text", "input": "geheim"}])
    assert found.errors == (FieldError("body:/title", "string_type", "no text"),)
    assert "geheim" not in str(found.document())


def test_names_are_written_in_camel_case():
    """Field names of the model as the API shows them."""
    assert (camel("vacancy_id"), camel("title")) == ("vacancyId", "title")
