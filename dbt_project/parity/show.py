"""What a comparison looks like to people: a table at the terminal, markdown in a pull request."""

from collections.abc import Iterable, Mapping, Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from parity.compare import Comparison

Row = tuple[str, str, str]


def cell(value: object) -> str:
    """Return a value so that null, the empty text and a text are told apart."""
    if value is None:
        return "null"
    return f"'{value}'" if isinstance(value, str) else str(value)


def findings(found: Comparison) -> list[Row]:
    """Return what differs as rows of where, left and right; the first examples of each sort."""
    rows: list[Row] = []
    left, right = found.columns
    if left != right:
        rows.append(("列 / columns", ", ".join(left), ", ".join(right)))
    rows += [(f"型 / type: {name}", *pair) for name, pair in found.types.items()]
    for side, repeated in enumerate(found.repeated):
        for key in repeated[:5]:
            pair = ["", ""]
            pair[side] = "重複 / repeated"
            rows.append((_key(found.key, key), pair[0], pair[1]))
    for side, examples in enumerate(found.only_examples):
        for row in examples:
            pair = ["行なし / no row"] * 2
            pair[side] = "行あり / row"
            rows.append((_key(found.key, [row.get(name) for name in found.key]), pair[0], pair[1]))
    for change in found.examples:
        where = _key(found.key, change.key)
        rows += [(f"{where}: {n}", cell(a), cell(b)) for n, (a, b) in change.cells.items()]
    return rows


def _key(names: Sequence[str], values: Sequence[object]) -> str:
    return ", ".join(f"{n}={cell(v)}" for n, v in zip(names, values, strict=True))


def verdict(found: Comparison) -> str:
    """Return in a few words whether the two sides agree, and in what they do not."""
    if found.is_same:
        return "同一 / same"
    parts = []
    if found.columns[0] != found.columns[1]:
        parts.append("列 / columns")
    if found.types:
        parts.append(f"型 / types {len(found.types)}")
    if any(found.repeated):
        parts.append(f"重複 / repeated keys {sum(map(len, found.repeated))}")
    if any(found.only):
        parts.append(f"行 / rows -{found.only[0]} +{found.only[1]}")
    if found.changed:
        parts.append(f"値 / cells {sum(found.changed_cells.values())}")
    return "相違 / differs: " + ", ".join(parts)


def engines_table(base: str, found: Mapping[str, Iterable[Comparison]]) -> RenderableType:
    """Return all marts with their counts and each target's verdict, then what differs."""
    marts: dict[str, dict[str, Comparison]] = {}
    for target, comparisons in found.items():
        for comparison in comparisons:
            marts.setdefault(comparison.mart, {})[target] = comparison
    table = Table(
        title=f"マートの一致 / marts compared with {base}",
        title_justify="left",
        box=box.SIMPLE_HEAD,
    )
    table.add_column("マート\nmart", no_wrap=True)
    table.add_column("列\ncolumns", justify="right")
    table.add_column("行\nrows", justify="right")
    for target in found:
        table.add_column(target)
    details: list[RenderableType] = []
    for mart, by_target in marts.items():
        one = next(iter(by_target.values()))
        table.add_row(
            mart,
            str(len(one.columns[0])),
            f"{one.rows[0]:,}",
            *(_coloured(by_target.get(target)) for target in found),
        )
        details += [_side_by_side(base, t, c) for t, c in by_target.items() if not c.is_same]
    return Group(table, *details)


def _coloured(found: Comparison | None) -> Text:
    if found is None:
        return Text("ない / missing", style="bold red")
    return Text(verdict(found), style="green" if found.is_same else "bold red")


def _side_by_side(left: str, right: str, found: Comparison) -> Table:
    table = Table(
        title=f"{found.mart}: {left} | {right}", title_justify="left", box=box.SIMPLE_HEAD
    )
    for title in ("どこ / where", left, right):
        table.add_column(title, overflow="fold")
    for row in findings(found):
        table.add_row(*map(Text, row))
    return table


def markdown(found: Sequence[Comparison], added: Iterable[str], removed: Iterable[str]) -> str:
    """Return the data diff of a change: which marts' figures it adds, removes and changes."""
    added, removed = list(added), list(removed)
    differing = [comparison for comparison in found if not comparison.is_same]
    lines = ["## 数値の変化 / what this change does to the figures", ""]
    if not (differing or added or removed):
        return "\n".join([*lines, "変化なし / no change", ""])
    lines += [f"- 新しいマート / new mart: `{mart}`" for mart in added]
    lines += [f"- なくなったマート / mart removed: `{mart}`" for mart in removed]
    if added or removed:
        lines.append("")
    lines += [
        "| マート / mart | 行 / rows | 追加 / added | 削除 / removed | 変更 / changed |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for c in differing:
        lines.append(f"| `{c.mart}` | {c.rows[1]} | {c.only[1]} | {c.only[0]} | {c.changed} |")
    unchanged = len(found) - len(differing)
    lines += ["", f"変化なし / no change: {unchanged} / {len(found)}", ""]
    for c in differing:
        lines += _mart(c)
    return "\n".join(lines)


def _mart(found: Comparison) -> list[str]:
    lines = [f"### `{found.mart}`", ""]
    if found.changed_cells:
        lines += ["| 列 / column | 変わった値 / cells changed |", "| --- | ---: |"]
        lines += [f"| `{name}` | {count} |" for name, count in found.changed_cells.items()]
        lines.append("")
    lines += ["| 例 / example | 前 / before | 後 / after |", "| --- | --- | --- |"]
    lines += ["| " + " | ".join(map(_escaped, row)) + " |" for row in findings(found)]
    return [*lines, ""]


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
