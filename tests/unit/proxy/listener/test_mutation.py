"""Every rule of the grammar is needed: taking one away, or half of its condition, changes the verdict of some case."""

import ast
import importlib
import inspect
import sys
from types import ModuleType

import pytest

from proxy.listener.rule import BrokenRuleError
from tests.doubles.answer_cases import CASES as ANSWERS
from tests.doubles.body_cases import CAP, CHUNKED, LEAVING
from tests.doubles.request_cases import CASES as REQUESTS
from tests.doubles.request_cases import RAW_CASES

MODULES = ("field", "head", "answer", "body", "encode", "incoming")
NAMES = tuple(f"proxy.listener.{name}" for name in MODULES)
SOURCES = {name: inspect.getsource(importlib.import_module(name)) for name in NAMES}
INCOMING = (
    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n",
    b"HTTP/1.1 103 X\r\n\r\n" * 9,
    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n",
    b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 60,
)


def is_refusal(node):
    """Tell whether a statement raises BrokenRuleError."""
    raised = node.exc if isinstance(node, ast.Raise) else None
    return isinstance(raised, ast.Call) and getattr(raised.func, "id", "") == "BrokenRuleError"


def refusing_ifs(tree):
    """List the conditions that lead to a refusal."""
    return [node for node in ast.walk(tree) if isinstance(node, ast.If) and any(map(is_refusal, node.body))]


def mutants():
    """Name every mutant: module, number of the refusal, and which part goes (None: the whole)."""
    for name in NAMES:
        for number, node in enumerate(refusing_ifs(ast.parse(SOURCES[name]))):
            yield name, number, None
            if isinstance(node.test, ast.BoolOp):
                yield from ((name, number, part) for part in range(len(node.test.values)))


def mutate(name, number, part):
    """Give the module's code with one refusal taken away, or one half of its condition."""
    tree = ast.parse(SOURCES[name])
    node = refusing_ifs(tree)[number]
    if part is None:
        node.body = [ast.Pass()]
    else:
        values = [value for at, value in enumerate(node.test.values) if at != part]
        node.test = values[0] if len(values) == 1 else ast.BoolOp(node.test.op, values)
    return compile(ast.fix_missing_locations(tree), name, "exec")


def load(changed):
    """Load the grammar with changed modules, beside the real one."""
    kept = {name: sys.modules[name] for name in NAMES}
    package = sys.modules["proxy.listener"]
    try:
        for short, name in zip(MODULES, NAMES, strict=True):
            module = ModuleType(name)
            sys.modules[name] = module
            setattr(package, short, module)
            code = changed.get(name) or compile(SOURCES[name], name, "exec")
            exec(code, module.__dict__)
        return {short: sys.modules[name] for short, name in zip(MODULES, NAMES, strict=True)}
    finally:
        sys.modules.update(kept)
        for short, name in zip(MODULES, NAMES, strict=True):
            setattr(package, short, kept[name])


def tried(action):
    """Give what an action returns or raises, in words."""
    try:
        return repr(action())
    except BrokenRuleError as broken:
        return broken.rule.value
    except Exception as error:  # noqa: BLE001 - a mutant may break in any way
        return f"crash {type(error).__name__}"


def chunked(grammar, raw):
    """Read a chunked body with this grammar."""
    body = grammar["body"].ChunkedBody(CAP)
    return body.feed(raw), body.body(), body.rest


def verdicts(grammar):
    """Run every table through a grammar."""
    rules = grammar["head"].RequestRules(
        hosts=frozenset((b"poort", b"127.0.0.1", b"[::1]", b"other:8443")), body_limit=1000, upload_limit=5000
    )
    caps = grammar["incoming"].AnswerCaps(page=50, export=50)
    found = [tried(lambda raw=case[1]: grammar["head"].read_request(raw, rules)) for case in (*REQUESTS, *RAW_CASES)]
    found += [tried(lambda case=case: grammar["answer"].read_answer(case[2], case[1])) for case in ANSWERS]
    found += [tried(lambda raw=case[1]: chunked(grammar, raw)) for case in CHUNKED]
    found += [tried(lambda case=case: case[1](grammar["encode"])) for case in LEAVING]
    found += [tried(lambda raw=raw: grammar["incoming"].IncomingAnswer(b"GET", caps).feed(raw)) for raw in INCOMING]
    return found


TRUE_VERDICTS = verdicts(load({}))


@pytest.mark.parametrize(("name", "number", "part"), list(mutants()))
def test_a_rule_that_is_removed_is_noticed(name, number, part):
    """A grammar without one of its refusals judges at least one case of the tables in another way."""
    assert verdicts(load({name: mutate(name, number, part)})) != TRUE_VERDICTS


def test_there_are_rules_to_remove():
    """The search for refusals finds them: at least fifty mutants of at least thirty-five refusals."""
    found = list(mutants())
    assert len(found) >= 50
    assert len([part for _, _, part in found if part is None]) >= 35


def test_an_unchanged_grammar_is_the_same():
    """Without a mutation nothing differs, so a difference means the mutation."""
    assert verdicts(load({})) == TRUE_VERDICTS
