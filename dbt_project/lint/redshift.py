"""What PostgreSQL accepts and Redshift refuses. Sections: Amazon Redshift Database Developer Guide."""

from sqlglot import exp

from lint.denied import Denied, calls, either, has, kind, node, starts, typed

_T = exp.DType
_AGGREGATES = (
    exp.Avg, exp.Count, exp.FirstValue, exp.LastValue, exp.LogicalAnd, exp.LogicalOr, exp.Max,
    exp.Min, exp.NthValue, exp.Stddev, exp.StddevPop, exp.StddevSamp, exp.Sum, exp.Variance,
)  # fmt: skip
_BOOLEANS = (exp.Predicate, exp.Not, exp.And, exp.Or, exp.Boolean)
_TEXTS = (_T.VARCHAR, _T.CHAR, _T.TEXT)


def _argument(window: exp.Expr) -> exp.Expr:
    inner: exp.Expr = window.this
    while isinstance(inner, exp.IgnoreNulls | exp.RespectNulls):
        inner = inner.this
    return inner


def _lacks_frame(found: exp.Expr) -> bool:
    return (
        isinstance(found, exp.Window)
        and isinstance(_argument(found), _AGGREGATES)
        and found.args.get("order") is not None
        and found.args.get("spec") is None
    )


def _counts_distinct(found: exp.Expr) -> bool:
    return isinstance(found, exp.Window) and isinstance(_argument(found).this, exp.Distinct)


def _frame_is_not_of_rows(found: exp.Expr) -> bool:
    return isinstance(found, exp.WindowSpec) and (
        str(found.args.get("kind")).upper() != "ROWS" or bool(found.args.get("exclude"))
    )


def _recursion(found: exp.Expr) -> bool:
    """Redshift's recursion names its columns and joins its steps by UNION ALL."""
    if not (isinstance(found, exp.With) and found.args.get("recursive")):
        return False
    steps = [c for c in found.expressions if isinstance(c.this, exp.Union)]
    return any(
        (step.this.args.get("distinct") or not step.args["alias"].columns)
        and any(table.name == step.alias for table in step.this.find_all(exp.Table))
        for step in steps
    )


def _boolean_as_text(found: exp.Expr) -> bool:
    return (
        isinstance(found, exp.Cast)
        and found.to.this in _TEXTS
        and isinstance(found.this.unnest(), _BOOLEANS)
    )


DENIED = (
    Denied(
        "distinct_on",
        "DISTINCT takes no list of columns; number the rows and keep the first",
        "SELECT list",
        node(lambda n: isinstance(n, exp.Distinct) and n.args.get("on")),
    ),
    Denied(
        "aggregate_filter",
        "aggregates take no FILTER; write sum(case when … end)",
        "Aggregate functions",
        kind(exp.Filter),
    ),
    Denied(
        "unsupported_function",
        "these functions of PostgreSQL do not exist, or on the leader node only",
        "Unsupported PostgreSQL functions",
        calls(
            "string_agg", "array_agg", "every", "xmlagg", "corr", "covar_pop", "covar_samp",
            "regr_slope", "regr_intercept", "regr_r2", "clock_timestamp", "statement_timestamp",
            "transaction_timestamp", "justify_days", "justify_hours", "justify_interval", "age",
            "pg_sleep", "div", "setseed", "width_bucket", "generate_series", "generate_subscripts",
            "bit_length", "overlay", "convert_from", "convert_to", "encode", "decode_hex", "format",
            "quote_nullable", "regexp_matches", "regexp_split_to_array", "regexp_split_to_table",
            "unnest", "array_to_string", "string_to_array", "json_agg", "jsonb_agg",
            "json_build_object", "row_to_json", "to_json", "make_date", "make_interval",
            "make_timestamp", "gen_random_uuid", "pg_typeof", "num_nulls", "num_nonnulls",
            "concat_ws", "starts_with", "scale", "min_scale", "trim_scale", "date_bin",
            "make_timestamptz", "make_time", "mode",
        ),
    ),
    Denied(
        "unsupported_type",
        "these types of PostgreSQL do not exist",
        "Unsupported PostgreSQL data types",
        typed(
            _T.ARRAY, _T.JSON, _T.JSONB, _T.UUID, _T.XML, _T.MONEY, _T.SERIAL, _T.BIGSERIAL,
            _T.SMALLSERIAL, _T.BIT, _T.INET, _T.HSTORE, _T.INT4RANGE, _T.DATERANGE, _T.TSRANGE,
        ),
    ),
    Denied(
        "array_constructor",
        "there is no array type; array(…) makes a SUPER value, ARRAY[…] is refused",
        "Unsupported PostgreSQL data types",
        has("array ["),
    ),
    Denied(
        "lateral",
        "FROM takes no LATERAL subquery; join and number the rows",
        "FROM clause",
        kind(exp.Lateral),
    ),
    Denied(
        "values_table",
        "a VALUES list is no table; write select … union all select …",
        "Unsupported PostgreSQL features",
        node(lambda n: isinstance(n, exp.Values) and not isinstance(n.parent, exp.Insert)),
    ),
    Denied(
        "window_frame_missing",
        "an aggregate over (order by …) needs a frame that is written out",
        "Window functions",
        node(_lacks_frame),
    ),
    Denied(
        "window_frame_kind",
        "frames count ROWS; RANGE, GROUPS and EXCLUDE do not exist",
        "Window functions",
        node(_frame_is_not_of_rows),
    ),
    Denied(
        "offset_default",
        "LAG and LEAD take a value and an offset, no default; write coalesce or case",
        "LAG window function",
        node(lambda n: isinstance(n, exp.Lag | exp.Lead) and n.args.get("default") is not None),
    ),
    Denied(
        "concat_many",
        "CONCAT takes two arguments, and a null of either makes it null; write ||",
        "CONCAT function",
        node(lambda n: isinstance(n, exp.Concat) and len(n.expressions) > 2),
    ),
    Denied(
        "collation",
        "there is no COLLATE operator, and one collation in a database",
        "Unsupported PostgreSQL features",
        kind(exp.Collate),
    ),
    Denied(
        "row_constructor",
        "there are no row constructors; compare column by column",
        "Unsupported PostgreSQL features",
        has("row ("),
    ),
    Denied(
        "case_blind_regex",
        "the operators of POSIX patterns are ~ and !~ alone; lower the text first",
        "POSIX operators",
        kind(exp.RegexpILike),
    ),
    Denied(
        "window_distinct",
        "DISTINCT does not stand in a window function",
        "Window functions",
        node(_counts_distinct),
    ),
    Denied(
        "named_window",
        "there is no WINDOW clause; repeat what stands in OVER",
        "SELECT",
        node(lambda n: isinstance(n, exp.Select) and n.args.get("windows")),
    ),
    Denied(
        "recursion",
        "a recursive step names its columns and is joined by UNION ALL",
        "WITH clause",
        node(_recursion),
    ),
    Denied(
        "materialized_cte",
        "WITH takes no MATERIALIZED",
        "WITH clause",
        node(lambda n: isinstance(n, exp.CTE) and n.args.get("materialized") is not None),
    ),
    Denied(
        "fetch_first",
        "rows are limited by LIMIT, not by FETCH",
        "ORDER BY clause",
        kind(exp.Fetch),
    ),
    Denied(
        "distinct_from",
        "there is no IS DISTINCT FROM; compare and ask for nulls",
        "Comparison condition",
        either(kind(exp.NullSafeEQ), kind(exp.NullSafeNEQ)),
    ),
    Denied("tablesample", "FROM takes no TABLESAMPLE", "FROM clause", kind(exp.TableSample)),
    Denied("row_lock", "SELECT takes no FOR UPDATE", "SELECT", kind(exp.Lock)),
    Denied(
        "on_conflict",
        "INSERT takes no ON CONFLICT; use MERGE",
        "INSERT",
        kind(exp.OnConflict),
    ),
    Denied("returning", "statements return no rows by RETURNING", "INSERT", kind(exp.Returning)),
    Denied(
        "boolean_as_text",
        "a boolean does not become text by CAST; write case when … end",
        "Type compatibility and conversion",
        node(_boolean_as_text),
    ),
    Denied(
        "unsupported_statement",
        "there are no indexes, sequences, triggers, rules, domains, extensions or tablespaces",
        "Unsupported PostgreSQL features",
        starts(
            "create index", "create unique index", "create sequence", "create trigger",
            "create rule", "create domain", "create extension", "create tablespace",
            "create type", "listen", "notify", "reindex",
        ),
    ),
    Denied(
        "table_partitioning",
        "tables of the warehouse have no partitions or parents; sort and distribution keys take their place",
        "Unsupported PostgreSQL features",
        either(kind(exp.PartitionedByProperty, exp.InheritsProperty), has("partition of")),
    ),
)  # fmt: skip
