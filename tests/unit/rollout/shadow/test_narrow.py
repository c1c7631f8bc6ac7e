"""Claims about comparing after the same narrowing."""

from dataclasses import replace

from proxy.model.decision import Scope
from proxy.model.person import Category
from proxy.model.shadow import Judged
from rollout.shadow.compare import compare
from rollout.shadow.narrow import comparable, emptied, kept_back, without
from tests.doubles.offers import offer, statement

SCOPE = Scope(frozenset({"AM01"}))
LIST = ("client_search_name", "client.search")


def searched(page, scope, *, narrowed):
    """Offer a search of which the first person was kept back."""
    told = statement(page.call, scope=scope)
    rows = page.read(page.answer).parts[0].items
    judged = tuple(Judged(each.id, kept=at > 0) for at, each in enumerate(rows))
    return offer(page.answer.body, page.call, statement=told, judged=judged, narrowed=narrowed)


def test_who_was_kept_back_is_taken_out_where_legacy_was_not_asked_for_the_scope(recorded):
    """Only there: a narrowed list is the scope's own."""
    page = recorded(*LIST)
    first = page.read(page.answer).parts[0].items[0].id
    assert kept_back(searched(page, SCOPE, narrowed=False)) == {first}
    assert kept_back(searched(page, SCOPE, narrowed=True)) == set()
    assert kept_back(searched(page, None, narrowed=False)) == set()


def test_a_list_that_goes_on_cannot_be_compared_without_somebody(recorded):
    """Nobody knows what stands on its next page."""
    page, one = recorded(*LIST), recorded("client_search_bsn", "client.search")
    assert not comparable(searched(page, SCOPE, narrowed=False), page.read(page.answer))
    assert comparable(searched(page, SCOPE, narrowed=True), page.read(page.answer))
    assert comparable(searched(one, SCOPE, narrowed=False), one.read(one.answer))


def test_taking_everybody_out_of_a_list_gives_the_one_that_found_nobody(recorded):
    """A search for one person who lives elsewhere: newcore finds nobody, legacy's answer was emptied by the gateway."""
    one, nobody = recorded("client_search_bsn", "client.search"), recorded("client_search_nothing", "client.search")
    rows = frozenset(each.id for each in one.read(one.answer).parts[0].items)
    left, none = without(one.read(one.answer), rows), without(nobody.read(nobody.answer), rows)
    assert compare(left, none, one.pages) == ()
    assert compare(one.read(one.answer), none, one.pages) != ()


def test_nothing_is_touched_where_the_statement_names_everything(recorded):
    """The very same answer, the very same words."""
    page = recorded(*LIST)
    seen = page.read(page.answer)
    assert emptied(page.answer, seen, frozenset(Category)) is page.answer
    assert without(seen, frozenset()) is seen
    assert replace(seen) == seen
