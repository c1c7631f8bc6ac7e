from newcore.matching.model import wanted
from newcore.vacancies.model import VACANCY


def test_a_candidate_wants_the_occupation_of_the_vacancy():
    """By its code; a vacancy without one has no candidates, and not all who have none."""
    texts = dict.fromkeys(VACANCY.names, "")
    assert wanted(texts | {"occupation_code": "1902"}) == {"occupation_code": "1902"}
    assert wanted(texts) is None
    assert wanted(texts | {"occupation_code": " "}) is None
