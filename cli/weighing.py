"""What a move forward rests on at its moment: sealed evidence, a count of now, and who approved.

Rule: evidence that is there is taken as it was sealed, and judged against what was counted since; where nobody has to
approve, the command seals evidence of its own.
"""

from dataclasses import replace

from cli.evidence import Counting, counting, make
from cli.routefile import RouteFile
from proxy.errors import OperatorError
from rollout.approval import Target
from rollout.evidence import Kind, Verdict
from rollout.sealed import store
from rollout.sealed.store import Kept
from rollout.stages import Moment, Sealed, kind_of


def weighed(file: RouteFile, dsn: str, target: Target, moment: Moment) -> Moment:
    """Add evidence and approvals to a moment; seals evidence where nobody has to approve."""
    kind, table = kind_of(target), moment.table
    moment = replace(moment, policy=file.policy())
    if kind is None:
        raise OperatorError(f"{target} needs no evidence")
    group = table.groups[target.group]
    kept = store.newest(dsn, target.group, kind)
    if not table.approvals.needed(target.stage) and not _still_good(kept, moment):
        name, made = make(file, dsn, (table, group, kind))
        now = (made.verdict, made.reasons)
        fresh = Sealed(name, table.hash, table.revision, made.verdict, made.reasons, made.made_at, now, moment.policy)
        return replace(moment, sealed=fresh)
    if kept is None:
        return moment
    sealed = _counted_again(kept, kind, counting(file, dsn, table, group))
    return replace(moment, sealed=sealed, approvals=store.approvals(dsn, kept.hash))


def _still_good(kept: Kept | None, moment: Moment) -> bool:
    same = kept is not None and (kept.config, kept.policy) == (moment.table.hash, moment.policy)
    return same and kept is not None and kept.verdict == Verdict.PASS


def _counted_again(kept: Kept, kind: Kind, done: Counting) -> Sealed:
    """Judge the counts of now beside the pages that were compared when it was sealed."""
    content = kept.content
    now = replace(done, standing=replace(done.standing, pages=content["pages"])).judged(kind)
    return Sealed(
        kept.hash, kept.config, content["subject"]["revision"], Verdict(kept.verdict), tuple(content["reasons"]),
        kept.made_at, now, kept.policy,
    )  # fmt: skip
