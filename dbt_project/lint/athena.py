"""What Trino accepts and Athena refuses. Sections: Amazon Athena User Guide."""

from sqlglot import exp

from lint.denied import Denied, Test, calls, either, has, kind, node, starts, typed

_T = exp.DType
_ZONED = (_T.TIMESTAMPTZ, _T.TIMETZ)
_NOT_STORED = (*_ZONED, _T.TIME, _T.JSON, _T.UUID, _T.INTERVAL)
_STATEMENTS = "Considerations and limitations for SQL queries in Amazon Athena"


def _outermost(found: exp.Expr) -> list[exp.Expr]:
    """Return the columns of a query that is a whole statement, or all of what CREATE stores."""
    if not isinstance(found, exp.Select):
        return []
    above = found.parent
    while isinstance(above, exp.SetOperation | exp.Subquery) and not above.alias:
        above = above.parent
    if above is not None and not isinstance(above, exp.Create | exp.Insert):
        return []
    return [column.unalias() for column in found.expressions]


def _is_not_stored(column: exp.Expr) -> bool:
    if isinstance(column, exp.Cast):
        return column.to.this in _NOT_STORED
    return isinstance(
        column, exp.AtTimeZone | exp.CurrentTimestamp | exp.CurrentTime | exp.Interval
    )


def _declares_not_stored(found: exp.Expr) -> bool:
    return isinstance(found, exp.ColumnDef) and getattr(found.kind, "this", None) in _NOT_STORED


def _opens_with(word: str) -> Test:
    """Return a test for WITH and a word that is not the name of a subquery."""
    return lambda statement: (
        statement.words[:2] == ("with", word) and statement.words[2:3] not in (("as",), ("(",))
    )


def _creates(found: exp.Expr, kind_of: str) -> bool:
    return isinstance(found, exp.Create) and str(found.args.get("kind")).upper() == kind_of


DENIED = (
    Denied(
        "with_function",
        "a query defines no functions of its own",
        "SELECT",
        _opens_with("function"),
    ),
    Denied("with_session", "a query sets no session properties", "SELECT", _opens_with("session")),
    Denied("call", "there are no stored procedures", _STATEMENTS, starts("call")),
    Denied(
        "create_function",
        "functions are not created by SQL; a Lambda serves them",
        "Query with user defined functions",
        either(starts("drop function"), node(lambda n: _creates(n, "FUNCTION"))),
    ),
    Denied("comment", "tables and columns take no COMMENT ON", "DDL statements", kind(exp.Comment)),
    Denied(
        "materialized_view",
        "this project's views are plain ones; a mart is a table",
        "DDL statements",
        either(
            has("create materialized view", "create or replace materialized view"),
            starts("refresh", "drop materialized view"),
        ),
    ),
    Denied(
        "replace_table",
        "CREATE TABLE takes no OR REPLACE",
        "CREATE TABLE AS",
        node(lambda n: _creates(n, "TABLE") and n.args.get("replace")),
    ),
    Denied("table_like", "there is no CREATE TABLE LIKE", _STATEMENTS, kind(exp.LikeProperty)),
    Denied(
        "describe_prepared",
        "DESCRIBE INPUT and DESCRIBE OUTPUT do not exist",
        _STATEMENTS,
        starts("describe input", "describe output"),
    ),
    Denied(
        "transaction",
        "there are no transactions",
        "Unsupported DDL",
        either(starts("start transaction"), kind(exp.Commit, exp.Rollback)),
    ),
    Denied(
        "roles",
        "rights are given by IAM and Lake Formation",
        "Unsupported DDL",
        starts("create role", "drop role", "grant", "revoke", "deny", "set role", "show grants"),
    ),
    Denied(
        "session",
        "a session has no settings, catalogs are not chosen by USE",
        "DDL statements",
        either(starts("set session", "reset session", "set time zone"), kind(exp.Use)),
    ),
    Denied(
        "catalogs",
        "catalogs are data sources of the account",
        "DDL statements",
        starts("create catalog", "drop catalog"),
    ),
    Denied(
        "table_maintenance",
        "tables are kept by OPTIMIZE and VACUUM, statistics by Glue",
        "DDL statements",
        either(has("execute optimize", "execute expire_snapshots"), kind(exp.Analyze), starts("show stats")),
    ),
    Denied("truncate", "there is no TRUNCATE TABLE", "DDL statements", kind(exp.TruncateTable)),
    Denied("execute_immediate", "a text is not executed", "EXECUTE", starts("execute immediate")),
    Denied(
        "type_not_stored",
        "a table or view cannot keep values of these types; cast to timestamp, date or varchar",
        "Data types in Amazon Athena",
        node(lambda n: any(map(_is_not_stored, _outermost(n))) or _declares_not_stored(n)),
    ),
    Denied(
        "newer_than_engine_3",
        "clauses of newer Trino than Athena's engine version 3",
        "Athena engine version 3",
        either(has("corresponding select", "group by auto"), calls("json_table", "exclude_columns")),
    ),
    Denied(
        "type_of_trino_only",
        "types that Athena does not list",
        "Data types in Amazon Athena",
        typed(_T.HLLSKETCH, _T.OBJECT, _T.VARIANT),
    ),
)  # fmt: skip
