"""newcore played by hand: a walk of the mimic is given its answers, one after another."""

from adapters.legacy_sonar.mimic.ask import Made, Told, Walk


def ended(steps: Walk, *told: Told) -> Made:
    """Give what a walk makes of these answers; it must end with the last one."""
    try:
        next(steps)
        for each in told:
            steps.send(each)
    except StopIteration as stop:
        made: Made = stop.value
        return made
    raise AssertionError("the walk asks for more")
