from newcore.problem import MOST_ERRORS, FieldError, Problem, camel


def test_a_problem_has_the_members_of_the_standard():
    """Type, title, status, detail; errors only where there are some."""
    assert Problem(404, "x").document() == {"type": "about:blank", "title": "Not Found", "status": 404, "detail": "x"}
    assert Problem(400, "x", [FieldError("query:limit", "c", "d")]).document()["errors"] == [
        {"location": "query:limit", "code": "c", "detail": "d"}
    ]


def test_an_answer_does_not_grow_with_what_is_wrong():
    """A thousand wrong names are told by the first hundred."""
    wrong = [FieldError(f"body:/{number}", "unknown", "x") for number in range(1000)]
    assert len(Problem(400, "x", wrong).document()["errors"]) == MOST_ERRORS


def test_names_are_written_in_camel_case():
    """Field names of the model as the API shows them."""
    assert (camel("vacancy_id"), camel("title")) == ("vacancyId", "title")
