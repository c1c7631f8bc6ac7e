"""The matrix against the screens of the legacy: no open function can be refused for what its own screen always holds."""

from pathlib import Path

from adapters.legacy_sonar import views

ROOT = Path(__file__).parents[4]


def test_every_category_of_a_screen_belongs_to_its_function_or_goes_with_it(matrix, catalogue):
    """A column that neither the function nor `accompany` knows would hide every row from everybody."""
    screens = views.load((ROOT / "adapters/legacy_sonar/views.yaml").read_text(encoding="utf-8")).views
    missing = []
    for (view, _), functions in catalogue.by_key.items():
        held = (
            {control.category for applet in screens[view].applets for control in applet.controls}
            if view in screens
            else set()
        )
        for _, function in functions:
            subject = matrix.subjects[function.id]
            if subject.persons and subject.open and held - subject.categories - subject.accompany:
                missing.append((view, function.id))
    assert missing == []
    assert any(
        function.shows_persons
        for (view, _), found in catalogue.by_key.items()
        if view in screens
        for _, function in found
    )
