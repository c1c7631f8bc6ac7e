"""Changes of a routing file by command: the value and the revision change, every other byte stays.

Why not a round trip through a YAML writer: it loses quotes, line breaks and blanks, and a review of the change then shows
a file that nobody wrote. Rule: after an edit the file is read again, and the caller checks that just that changed.
"""

from dataclasses import replace

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode

from proxy.errors import OperatorError
from proxy.routing.node import Value, document
from proxy.routing.table import RoutingTable

_ONE_LINE = frozenset({None, "'", '"'})
"""Ways of writing a value that a command can replace: plain or in quotes. A way back must not depend on somebody's quotes."""


def written(text: str, path: tuple[str, ...], value: str, file: str = "routing.yaml") -> str:
    """Replace the value under a path of keys, quotes and all; refuses a path that is not there or holds no single value."""
    node = document(text, file).node
    for key in path:
        node = _inner(node, key, path, file)
    if not isinstance(node, ScalarNode) or node.style not in _ONE_LINE:
        Value(node, file, ".".join(path)).refuse(
            "a value that a command cannot replace", "a plain value", "edit by hand"
        )
    start, end = node.start_mark.index, node.end_mark.index
    return text[:start] + value + text[end:]


def changed(text: str, table: RoutingTable, group: str, **values: str | int) -> str:
    """Write values of one group (`stage`, `ramp`, `partitions.AM03`) and the next revision."""
    if group not in table.groups:
        raise OperatorError(f"routing.yaml: found no group {group!r}; allowed are {', '.join(table.groups)}")
    for key, value in values.items():
        text = written(text, ("groups", group, *key.split(".")), str(value))
    return numbered(text, table.revision + 1)


def numbered(text: str, revision: int) -> str:
    """Write the revision number."""
    return written(text, ("revision",), str(revision))


def check_only(old: RoutingTable, new: RoutingTable, group: str, **values: object) -> None:
    """Refuse an edit that did more than it was asked to: where an anchor is shared, two values change at once."""
    before = old.groups[group]
    regions = {name.partition(".")[2]: stage for name, stage in values.items() if name.startswith("partitions.")}
    named = {name: value for name, value in values.items() if not name.startswith("partitions.")}
    named["partitions"] = {**before.partitions, **regions}
    if dict(new.groups) != {**old.groups, group: replace(before, **named)}:  # type: ignore[arg-type]  # names of fields
        raise OperatorError(
            f"routing.yaml: found an edit of {group} that would change other values too (a shared anchor?); "
            "allowed is to change one group; edit by hand and run `poort routes check`"
        )


def _inner(node: Node, key: str, path: tuple[str, ...], file: str) -> Node:
    pairs = node.value if isinstance(node, MappingNode) else ()
    found: Node | None = next((inner for name, inner in pairs if name.value == key), None)
    if found is None:
        Value(node, file).refuse(f"no {'.'.join(path)}", "a file that has it", f"add {key}")
    return found
