"""No small cell of an area can be read or worked out from the public marts."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import product
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from jinja2 import Environment
from scenarios import SMALL_AREAS

from conftest import Query, Rows

ROOT = Path(__file__).parents[2]

MARTS = [
    ("mart_tnr", ("fiscal_year",), "heads"),
    ("mart_complaint", ("month_start", "category"), "cases"),
]


def groups(rows: Rows, keys: Iterable[str]) -> list[Rows]:
    found: dict[tuple[object, ...], Rows] = defaultdict(list)
    for row in rows:
        found[tuple(row[k] for k in keys)].append(row)
    return list(found.values())


def solutions(hidden: int, total: int) -> set[tuple[int, ...]]:
    """Return every way in which that many cells of at least 1 give the total."""
    return {
        (*head, total - sum(head))
        for head in product(range(1, total + 1), repeat=hidden - 1)
        if total - sum(head) >= 1
    }


@pytest.mark.parametrize(("mart", "keys", "measure"), MARTS)
def test_hidden_cells_do_not_follow_from_the_total(
    query: Query, mart: str, keys: tuple[str, ...], measure: str
) -> None:
    rows = query(f"select * from {mart} where municipality_code = '{SMALL_AREAS}'")
    rows = [r for r in rows if r.get("category") != "all"]
    seen = set()
    for group in groups(rows, keys):
        (total,) = [r[measure] for r in group if r["level"] == "municipality"]
        cells = [r for r in group if r["level"] == "area"]
        shown = [r[measure] for r in cells if r["value_status"] == "observed"]
        hidden = [r for r in cells if r["value_status"] == "suppressed"]
        assert all(value >= 5 for value in shown)
        assert all(r[measure] is None for r in hidden)
        if any(r["area"] == "withheld" for r in hidden):
            assert len(cells) == 1  # its areas are not even named
            seen.add("withheld")
        elif hidden:
            possible = solutions(len(hidden), total - sum(shown))
            for place in range(len(hidden)):
                values = {solution[place] for solution in possible}
                assert len(values) > 1 and max(values) >= 5
            seen.add("hidden")
        else:
            seen.add("open")
    assert seen == {"withheld", "hidden", "open"}


def test_the_split_by_sex_hides_as_well(query: Query) -> None:
    rows = query(f"select * from mart_tnr where municipality_code = '{SMALL_AREAS}'")
    for group in groups(rows, ["fiscal_year"]):
        cells = [r for r in group if r["level"] == "area"]
        split = [r for r in cells if r["female_heads"] is not None]
        assert split in ([], cells)
        for row in split:
            rest = row["heads"] - row["male_heads"] - row["female_heads"]
            assert row["male_heads"] >= 5 and row["female_heads"] >= 5 and (rest == 0 or rest >= 5)
        assert all((r["female_share"] is None) == (r not in split) for r in cells)
        # Prices differ by sex and are public: the yen would tell the split.
        assert all((r["subsidy_yen"] is None) == (r not in split) for r in cells)
        assert all((r["yen_per_head"] is None) == (r not in split) for r in cells)


def test_equal_complaints_are_separate_and_repeats_are_mentions(query: Query) -> None:
    rows = query("""select level, category, cases, mentions from mart_complaint
        where municipality_code = '131016' order by level, category""")
    assert [tuple(r.values()) for r in rows] == [
        ("area", "noise", 6, 7),
        ("municipality", "all", 6, 7),
        ("municipality", "noise", 6, 7),
    ]


def test_surgeries_that_never_took_place_do_not_count(query: Query) -> None:
    (row,) = query("""select heads, heads_per_10k_people from mart_tnr
        where municipality_code = '131016' and level = 'municipality'""")
    assert row["heads"] == 3
    assert float(row["heads_per_10k_people"]) == 0.450


def test_hidden_cells_do_not_follow_from_the_rules_either() -> None:
    """Whoever knows the rules can leave out what they would have shown otherwise."""
    macro = (ROOT / "dbt_project/macros/small_cells.sql").read_text(encoding="utf-8")
    sql = (
        Environment()
        .from_string(macro + "{{ small_cells('cells', 'world', 'area', 'heads') }}")
        .render()
    )
    most = 14
    worlds = [w for w in product(range(most + 1), repeat=3) if 0 < sum(w) <= most]
    cells = [(n, "abc"[i], v) for n, world in enumerate(worlds) for i, v in enumerate(world) if v]
    table = pa.table(dict(zip(("world", "area", "heads"), zip(*cells, strict=True), strict=True)))
    with duckdb.connect() as connection:
        connection.register("cells", table)
        judged = connection.execute(
            f"select world, area, case when not is_suppressed then heads end, is_withheld from ({sql})"
        ).fetchall()
    shown: dict[int, dict[str, int | None]] = defaultdict(dict)
    for world, area, heads, is_withheld in judged:
        if not is_withheld:
            shown[world][area] = heads
    alike: dict[tuple[int, tuple[tuple[str, int | None], ...]], list[tuple[int, ...]]] = (
        defaultdict(list)
    )
    for world, areas in shown.items():
        alike[sum(worlds[world]), tuple(sorted(areas.items()))].append(worlds[world])
    for (_, areas), possible in alike.items():
        for area, heads in areas:
            values = {world["abc".index(area)] for world in possible}
            assert heads is not None or len(values) > 1, (areas, values)
