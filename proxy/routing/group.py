"""One group of the routing file: functions that share an entity and a screen context, and move together."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from proxy.model.principal import Role
from proxy.model.route import Stage
from proxy.routing import stage as stages
from proxy.routing.node import Fields, Value

MOST_GENERATION = 1_000_000
BY_PERSON = "client.responsible_region"
OWNERSHIP = frozenset({BY_PERSON, "vacancy.region", "employer.region", "organisation"})
"""Owner keys: write ownership is per partition, never per user."""


@dataclass(frozen=True, slots=True)
class Cohort:
    """Who takes part in a ramp: the salt's generation, the organisations, the roles left out."""

    generation: int = 1
    organisations: frozenset[str] = frozenset()
    """Kinds or codes of organisations; empty: all."""
    exclude_roles: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    """Accounts that work in these regions alone; empty: wherever they work. A list, never a hash."""


@dataclass(frozen=True, slots=True)
class Pin:
    """Why a group stays on legacy, who decided it, and until when."""

    reason: str
    owner: str
    until: date


@dataclass(frozen=True, slots=True)
class Ignore:
    """A difference that a comparison may overlook until a day; then it is a mismatch again."""

    path: str
    reason: str
    owner: str
    expires: date


@dataclass(frozen=True, slots=True)
class Shadow:
    """How a group is compared: of how many answers, which fields allow no noise, what may be overlooked."""

    sample: int = 100
    """Percent of the answers that are offered for comparison."""
    safety_fields: frozenset[str] = frozenset()
    ignore: tuple[Ignore, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """A group in its stage."""

    name: str
    entity: str
    functions: tuple[str, ...]
    stage: Stage
    ramp: int = 0
    """Percent of the cohort that newcore serves while in `read`."""
    owner_key: str | None = None
    partitions: Mapping[str, Stage] = field(default_factory=dict)
    cohort: Cohort = Cohort()
    pin: Pin | None = None
    shadow: Shadow = Shadow()
    evidence: str | None = None
    """Name of the profile of what it has to show; None: the standard."""

    def stage_in(self, region: str | None) -> Stage:
        """Give the stage of a partition, or of the group as such."""
        return self.partitions.get(region, self.stage) if region else self.stage

    @property
    def highest(self) -> Stage:
        """The highest stage of any partition: what has to be allowed."""
        return max((self.stage, *self.partitions.values()), key=stages.level)

    @property
    def lowest(self) -> Stage:
        """The lowest stage of any partition: what holds for a call whose rows span them all."""
        return stages.least(self.stage, *self.partitions.values())


def read_group(name: str, value: Value, regions: Collection[str]) -> tuple[Fields, Group]:
    """Read one group; gives its fields too, so that later checks can name the line."""
    fields = value.fields(
        ("entity", "functions", "stage", "ramp"),
        ("owner_key", "partitions", "cohort", "pin", "shadow", "evidence"),
    )
    group = Group(
        name=name,
        entity=fields["entity"].text(),
        functions=fields["functions"].texts(),
        stage=_stage(fields["stage"]),
        ramp=fields["ramp"].number(0, 100),
        owner_key=fields.optional("owner_key", _owner_key, None),
        partitions=fields.optional("partitions", lambda inner: _partitions(inner, regions), {}),
        cohort=fields.optional("cohort", lambda inner: _cohort(inner, regions), Cohort()),
        pin=fields.optional("pin", _pin, None),
        shadow=fields.optional("shadow", _shadow, Shadow()),
        evidence=fields.optional("evidence", Value.text, None),
    )
    if group.ramp and group.highest is not Stage.READ:
        fields["ramp"].refuse(f"{group.ramp} in stage {group.highest}", "0 below stage read", "advance first")
    return fields, group


def _stage(value: Value) -> Stage:
    stage = Stage(value.choice({each.value for each in Stage}))
    if not stages.STAGES[stage].open:
        allowed = ", ".join(each for each, row in stages.STAGES.items() if row.open)
        value.refuse(repr(stage.value), f"{allowed}: this release cannot run {stage}")
    return stage


def _owner_key(value: Value) -> str:
    if isinstance(value.node.value, str) and value.node.value in {"user", "client.user", "session.user"}:
        value.refuse("ownership by user", ", ".join(sorted(OWNERSHIP)), "two users serve one person: own by partition")
    return value.choice(OWNERSHIP)


def _partitions(value: Value, regions: Collection[str]) -> Mapping[str, Stage]:
    read: dict[str, Stage] = {}
    for region, inner in value.entries().items():
        _known(inner, region, regions)
        read[region] = _stage(inner)
    return read


def _known(value: Value, region: str, regions: Collection[str]) -> None:
    if region not in regions:
        value.refuse(f"unknown region {region!r}", "a labour market region, AM01 up to AM35", "correct the code")


def _cohort(value: Value, regions: Collection[str]) -> Cohort:
    fields = value.fields(("key", "generation"), ("organisations", "exclude_roles", "regions"))
    fields["key"].choice({"user"})
    everybody: tuple[str, ...] = ()
    for name in ("exclude_roles", "regions"):
        for inner in fields[name].items() if name in fields.named else ():
            inner.choice(set(Role)) if name == "exclude_roles" else _known(inner, inner.text(), regions)
    return Cohort(
        generation=fields["generation"].number(1, MOST_GENERATION),
        organisations=frozenset(fields.optional("organisations", Value.texts, everybody)),
        exclude_roles=frozenset(fields.optional("exclude_roles", Value.texts, everybody)),
        regions=frozenset(fields.optional("regions", Value.texts, everybody)),
    )


def _pin(value: Value) -> Pin:
    fields = value.fields(("reason", "owner", "until"))
    return Pin(fields["reason"].text(), fields["owner"].text(), fields["until"].day())


def _shadow(value: Value) -> Shadow:
    fields = value.fields((), ("sample", "safety_fields", "ignore"))
    nothing: tuple[str, ...] = ()
    return Shadow(
        sample=fields.optional("sample", lambda inner: inner.number(0, 100), 100),
        safety_fields=frozenset(fields.optional("safety_fields", Value.texts, nothing)),
        ignore=fields.optional("ignore", lambda inner: tuple(_ignore(each) for each in inner.items()), ()),
    )


def _ignore(value: Value) -> Ignore:
    fields = value.fields(("path", "reason", "owner", "expires"))
    return Ignore(fields["path"].text(), fields["reason"].text(), fields["owner"].text(), fields["expires"].day())
