"""What `poort routes` counts before a group moves: the window in which it stands as it is now, the counts, the verdict.

Rules: the window goes back over the published revisions in which the group was set as it is now, and no further than its
profile says; answers are compared under one authorisation matrix, so those before its last change are left out (by the
hour); sealing is asked for by whoever wants the move, so that person cannot approve it.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer

from cli.output import Json, show
from cli.routefile import RouteFile, actor, named
from cli.start import begin
from proxy.errors import OperatorError
from proxy.routing import stage as stages
from proxy.routing import store
from proxy.routing.group import Group
from proxy.routing.table import RoutingTable
from rollout.evidence import Compared, Counts, Evidence, Kind, Served, Subject, Verdict, Window
from rollout.evidence_verdict import Standing, figures, judge
from rollout.sealed import store as sealed
from rollout.upkeep.store import synced

MOST_REVISIONS = 200


@dataclass(frozen=True, slots=True)
class Setting:
    """Since when, and under which files, a group stands as it does."""

    since: datetime
    """Its stage, functions, cohort and comparison are the same from here on."""
    settled: datetime
    """Its share of the users too."""
    configs: frozenset[str]


@dataclass(frozen=True, slots=True)
class Counting:
    """What was counted of one group, over which window, and how it stands besides."""

    table: RoutingTable
    group: Group
    window: Window
    counts: Counts
    standing: Standing

    def judged(self, kind: Kind) -> tuple[Verdict, tuple[str, ...]]:
        """Give the verdict of this moment."""
        return judge(kind, self.table.profile(self.group), self.counts, self.standing)


def evidence(
    group: Annotated[str, typer.Argument(metavar="GROUP", help="group of routing.yaml")],
    kind: Annotated[Kind | None, typer.Option("--for", help="the step; absent: the next one")] = None,
    found: Annotated[str | None, typer.Option("--show", help="show sealed evidence by its hash, or `last`")] = None,
    pages: Annotated[int | None, typer.Option(min=20, max=2000, help="pages to compare, where that is asked")] = None,
    as_json: Json = False,
) -> None:
    """Count what is known of a group, judge it and seal it; or show what was sealed."""
    file = RouteFile(begin())
    table = file.table()
    one = named(table, group)
    if found is not None:
        kept = file.ask(lambda dsn: sealed.newest(dsn, group, kind, "" if found == "last" else found))
        if kept is None:
            raise OperatorError(f"found no evidence of {group}; run `poort routes evidence {group}`")
        show({"hash": kept.hash, **kept.content}, _told(kept.hash, kept.content), as_json=as_json)
        return
    asked = kind or following(one)
    name, made = file.ask(lambda dsn: make(file, dsn, (table, one, asked), pages))
    result = {"hash": name, **asdict(made)}
    result["window"]["configs"] = sorted(result["window"]["configs"])
    show(result, _told(name, result), as_json=as_json)


def following(group: Group) -> Kind:
    """Say what the next step of a group needs."""
    target = stages.following(group.stage)
    if group.stage is stages.ORDER[0] or target is stages.ORDER[1]:
        raise OperatorError(
            f"{group.name} is in stage {group.stage}; found no evidence that its next stage needs: advance it"
        )
    return Kind.RAMP if target is None else Kind(target.value)


def make(
    file: RouteFile, dsn: str, asked: tuple[RoutingTable, Group, Kind], pages: int | None = None
) -> tuple[str, Evidence]:
    """Count, judge and seal; pages are compared where the profile asks for them."""
    table, group, kind = asked
    done = counting(file, dsn, table, group)
    wanted = pages or table.profile(group).read.pages
    if kind is Kind.READ and table.profile(group).read.pages:
        from cli.comparison import compared  # noqa: PLC0415  half the start of a command, and only here

        standing = replace(done.standing, pages=compared(file, dsn, max(wanted, 20)))
        done = replace(done, standing=standing)
    verdict, reasons = done.judged(kind)
    ignored = tuple({name: str(value) for name, value in asdict(each).items()} for each in group.shadow.ignore)
    subject = Subject(
        group.name, kind, table.revision, table.hash, asdict(table.profile(group)), ignored, file.policy()
    )
    made = Evidence(
        subject, done.window, done.counts, done.standing.pages, figures(done.counts), verdict, reasons, actor(),
        datetime.now(UTC),
    )  # fmt: skip
    return sealed.keep(dsn, made), made


def counting(file: RouteFile, dsn: str, table: RoutingTable, group: Group) -> Counting:
    """Count what is known of a group now."""
    setting = settled(file, dsn, table, group)
    now = datetime.now(UTC)
    oldest = now - timedelta(days=table.profile(group).window_days)
    window = Window(group.name, max(setting.since, oldest), now, setting.configs)
    changed = sealed.policy_since(dsn)
    alike = replace(window, since=max(window.since, changed or window.since))
    counts = Counts(asyncio.run(_compared(dsn, alike)), synced(dsn, window), _served(dsn, window, setting))
    begun = counts.synced.backfill_begun if counts.synced else None
    standing = Standing(
        now - setting.settled, group.ramp, captured=begun is not None and file.captured_since(dsn, group.name, begun)
    )
    return Counting(table, group, window, counts, standing)


def settled(file: RouteFile, dsn: str, table: RoutingTable, group: Group) -> Setting:
    """Go back over the published revisions for as long as the group is set as it is now."""
    now = datetime.now(UTC)
    since, share, configs = now, now, {table.hash}
    in_force = False
    for each in store.published(dsn, MOST_REVISIONS):
        in_force = in_force or each.hash == table.hash
        if not in_force:
            continue
        before = file.group_in(each.text, group.name)
        if before is None or replace(before, ramp=0) != replace(group, ramp=0):
            break
        if since == share and before.ramp == group.ramp:
            share = each.at
        since = each.at
        configs.add(each.hash)
    return Setting(since, share, frozenset(configs))


async def _compared(dsn: str, window: Window) -> Compared | None:
    from rollout import store as worker  # noqa: PLC0415  what only evidence needs
    from rollout.shadow.store import compared  # noqa: PLC0415

    async with await worker.connect(dsn) as connection:
        return await compared(connection, window)


def _served(dsn: str, window: Window, setting: Setting) -> Served | None:
    """Count whom newcore served since the share is what it is, with where the guard's test stands."""
    from rollout.guarding.store import served, standing  # noqa: PLC0415  what only evidence needs

    found = served(dsn, replace(window, since=max(window.since, setting.settled)))
    stands = standing(dsn, window.group)
    return None if found is None else replace(found, clear=bool(stands["clear"]) if stands else None)


def _told(name: str, made: Mapping[str, Any]) -> str:
    subject, window = made["subject"], made["window"]
    lines = [
        f"{subject['group']} for {subject['kind']}: {made['verdict']}",
        *(f"  - {reason}" for reason in made["reasons"]),
        f"  evidence   {name}",
        f"  under      revision {subject['revision']} ({subject['config'][:12]}), profile {subject['profile']['name']}",
        f"  counted    {window['since']} to {window['until']}",
    ]
    figured = made["figures"].items()
    lines += [f"  {label:24} {value:.5g}" for label, value in figured if value is not None]
    return "\n".join(lines)
