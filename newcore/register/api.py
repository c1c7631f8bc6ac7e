"""What the APIs of all kinds of records share: the shapes of changes, of pages, and how a store answers."""

from typing import Annotated, Any

from fastapi import Query as Parameter
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from newcore.problem import Problem
from newcore.register.commands import HIGHEST, LONGEST, Apply, Remove, faults
from newcore.register.model import Applied, Kind, Page, Query, Stored
from newcore.register.store import Register

MOST = 200
Text = Annotated[str, Field(max_length=LONGEST)]
Filter = Annotated[str, Field(max_length=200)]
Version = Annotated[int, Field(ge=0, le=HIGHEST, strict=True)]
Removal = Annotated[int, Parameter(ge=0, le=HIGHEST, description="sequence of the source")]


class Shape(BaseModel):
    """A closed JSON object with camelCase names."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid")


class Part(Shape):
    """Which part of the found records, and in which order."""

    limit: Annotated[int, Field(ge=1, le=MOST)] = 20
    offset: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    sort: Annotated[str, Field(max_length=40, description="a field; -field: descending; absent: by number")] = ""


class Change(Shape):
    """What became of a change."""

    result: Applied


def query_of(kind: Kind, asked: Part) -> Query:
    """Turn the parameters of a list into a query; refuses a sort on what is no filtered field."""
    given: dict[str, Any] = asked.model_dump(exclude={"limit", "offset", "sort"}, exclude_unset=True)
    if any("\x00" in text for text in given.values()):
        raise Problem(400, "A filter holds a null character.")
    names = {to_camel(name): name for name in kind.filters}
    field = asked.sort.removeprefix("-")
    if field and field not in names:
        raise Problem(400, f"sort: allowed are {', '.join(names)}, with - in front for descending.")
    return Query(given, asked.limit, asked.offset, names.get(field), asked.sort.startswith("-"))


def resource(record: Stored) -> dict[str, Any]:
    """Write a record as the API shows it."""
    return {"id": record.id, "version": record.version, **{to_camel(name): text for name, text in record.texts.items()}}


def page_of(name: str, page: Page) -> dict[str, Any]:
    """Write a page of records."""
    return {"total": page.total, name: [resource(record) for record in page.records]}


async def found(register: Register, identity: str) -> dict[str, Any]:
    """Give one record; refuses an unknown one."""
    record = await register.find(identity) if "\x00" not in identity else None
    if record is None:
        raise Problem(404, "There is no such record.")
    return resource(record)


async def changed(register: Register, kind: Kind, command: Apply | Remove) -> Change:
    """Carry out a change that breaks no rule."""
    if broken := faults(kind, command):
        raise Problem(400, "The record cannot be kept like this.", broken)
    applied = await (register.apply(command) if isinstance(command, Apply) else register.remove(command))
    return Change(result=applied)
