"""The statements that read recorded decisions as distinct vectors. Every value is a parameter; the words are closed.

A call, and a person, is told apart by a 64-bit hash that PostgreSQL makes of its columns: grouping by numbers, and reading
the columns of one sample of each, is what makes a million accesses a matter of seconds. Numbers live as long as one
snapshot and are never stored. A record and its persons have one moment, so each table is bounded by it for itself.
"""

SETTINGS = (
    "SET LOCAL jit = off",  # compiling costs more than it saves: the statements are wide and run once
    "SET LOCAL work_mem = '128MB'",
    "SET LOCAL hash_mem_multiplier = 4",
)

_CALL = """a.policy, a.kind, a.decision, a.reason, a.role, a.organisation_kind, a.function, a.cell, a.vacancy IS NOT NULL,
    a.kind = 'mutate' AND a.decision = 'allow' AND a.rows = 0"""
_SHOWN = "x.relation, x.protection, x.emergency, x.present, x.shown, x.masked, NULL::text, x.notes, x.notes_withheld"
_KEPT = """x.relation, x.protection, x.emergency, x.present, '{}'::text[], '{}'::text[], x.reason, x.notes,
    x.notes_withheld"""
_NONE = "'{}'::text[]"
_SINCE = "a.recorded_at >= %(since)s"


def _hash(columns: str) -> str:
    return f"hash_record_extended(ROW({columns}), 0)"


# PostgreSQL hashes an array, and a row, as a polynomial in 31 over its parts: {AP}, {ID,LD,SV} and {ID,LD}, {AP,SV} side by
# side give the same number, as was measured. So every array has a seed of its own, under which its words hash otherwise.
def _hash_person(shown: str, masked: str, reason: str) -> str:
    words = ("x.present", shown, masked, "x.notes", "x.notes_withheld")
    arrays = ", ".join(f"hash_array_extended({each}, {at})" for at, each in enumerate(words, 1))
    return _hash(f"x.relation, x.protection, x.emergency, {arrays}, {reason}")


_SHOWN_NUMBER = _hash_person("x.shown", "x.masked", "NULL::text")
_KEPT_NUMBER = _hash_person(_NONE, _NONE, "x.reason")

# What the directory knows each account to hold, beside the authorisation that a record names.
_HELD = """held AS MATERIALIZED (SELECT account, array_agg(DISTINCT role || '@' || organisation_kind) AS held
    FROM account_authorisation GROUP BY account)"""


def _accesses(decision: str) -> str:
    """Accesses with the number of their call.

    The empty half keeps the planner from making the number after persons are joined to the access, once a person: as
    OFFSET 0 would, but this can be done by several workers.
    """
    return f"""SELECT a.id, {_hash(_CALL)} AS call FROM access a WHERE {_SINCE} AND a.decision = '{decision}'
        UNION ALL SELECT NULL::uuid, NULL::bigint WHERE false"""  # noqa: S608


def _numbered(table: str, number: str) -> str:
    return f"SELECT x.access, {number} AS person FROM {table} x WHERE x.recorded_at >= %(since)s"  # noqa: S608


# Joined by the id of the access: by chain, number and moment the planner would expect one row and choose accordingly.
_EVERYBODY = f"{_numbered('disclosure', _SHOWN_NUMBER)} UNION ALL {_numbered('withheld', _KEPT_NUMBER)}"
_RELEASED = f"SELECT a.id, a.call, x.person FROM ({_accesses('allow')}) a JOIN ({_EVERYBODY}) x ON x.access = a.id"  # noqa: S608
_CROWDS = f"""SELECT a.id, a.call, array_agg({_KEPT_NUMBER} ORDER BY {_KEPT_NUMBER}) AS persons
    FROM ({_accesses("deny")}) a JOIN withheld x ON x.access = a.id AND x.recorded_at >= %(since)s
    GROUP BY a.id, a.call"""  # noqa: S608

CALLS = f"""WITH {_HELD} SELECT {_hash("call, held")}, call, held, any_value(id), sum(count)::bigint FROM (
        SELECT {_hash(_CALL)} AS call, a.account, any_value(a.id) AS id, count(*) AS count
        FROM access a WHERE {_SINCE} AND a.kind <> 'shadow' GROUP BY 1, 2) c LEFT JOIN held USING (account)
    GROUP BY call, held"""  # noqa: S608
"""Distinct calls, with what the account holds besides."""
PERSONS = f"""SELECT {_hash("call, person")}, call, ARRAY[person], any_value(id), count(*) FROM ({_RELEASED}) p
    GROUP BY call, person"""  # noqa: S608
"""Distinct persons of released answers."""
CROWDS = f"""SELECT {_hash("call, persons")}, call, persons, any_value(id), count(*) FROM ({_CROWDS}) c
    GROUP BY call, persons"""  # noqa: S608
"""Who was together in a refused answer: it opens only where everybody in it does."""


def _sample(table: str, number: str, columns: str) -> str:
    return f"""SELECT x.number, x.columns FROM access a CROSS JOIN LATERAL (
        SELECT {number} AS number, to_jsonb(ROW({columns})) AS columns FROM {table} x
        WHERE x.writer = a.writer AND x.seq = a.seq AND x.recorded_at = a.recorded_at OFFSET 0) x
    WHERE a.id = ANY(%(samples)s) AND {_SINCE}"""  # noqa: S608


SAMPLE_CALLS = f"SELECT {_hash(_CALL)}, to_jsonb(ROW({_CALL})) FROM access a WHERE a.id = ANY(%(samples)s) AND {_SINCE}"  # noqa: S608
"""What the numbers of calls stand for, by an access of each."""
SAMPLE_PERSONS = (_sample("disclosure", _SHOWN_NUMBER, _SHOWN), _sample("withheld", _KEPT_NUMBER, _KEPT))
"""What the numbers of persons stand for, by an access of each."""


def _touched(table: str, number: str, decision: str) -> str:
    return f"""SELECT a.id, a.account, a.call, {number} AS person FROM touched a
        JOIN {table} x ON x.access = a.id AND x.recorded_at >= %(since)s WHERE a.decision = '{decision}'"""  # noqa: S608


TRACES = f"""WITH {_HELD},
    changed AS MATERIALIZED (SELECT id AS vector, n FROM unnest(%(vectors)s::bigint[]) WITH ORDINALITY u(id, n)),
    touched AS MATERIALIZED (SELECT a.id, a.account, a.decision, {_hash(_CALL)} AS call FROM access a
        WHERE {_SINCE} AND {_hash(_CALL)} = ANY(%(calls)s))
    SELECT account, vectors, count(*) FROM (
        SELECT account, array_agg(n) AS vectors FROM (
            SELECT id, account, {_hash("call, held")} AS vector FROM touched LEFT JOIN held USING (account)
            UNION ALL SELECT id, account, {_hash("call, person")} FROM (
                {_touched("disclosure", _SHOWN_NUMBER, "allow")} UNION ALL {_touched("withheld", _KEPT_NUMBER, "allow")}) p
            UNION ALL SELECT id, account, {_hash("call, persons")} FROM (
                SELECT id, account, call, array_agg(person ORDER BY person) AS persons FROM ({_touched("withheld", _KEPT_NUMBER, "deny")}) w
                GROUP BY id, account, call) r
        ) v JOIN changed USING (vector) GROUP BY id, account) t
    GROUP BY account, vectors"""  # noqa: S608
"""Per account, how many accesses hold exactly these changed vectors; only accesses of their calls are looked at."""
TEAMS = "SELECT name, team FROM account"
