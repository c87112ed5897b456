"""What a contract must mean: its body is right, its tables fit, and contracts agree with each other."""

from collections.abc import Iterable

from catdata.contracts.model import Body, Contract
from catdata.contracts.problems import meant
from catdata.contracts.source import Source
from catdata.contracts.table import check_table
from catdata.entities import CODE_LISTS
from catdata.values.municipalities import NATION, check_digit, known_codes


def check_contract(contract: Contract, stem: str, source: Source) -> None:
    """Add every mistake of meaning of one contract to the problems of its source.

    `stem` is the file's name without `.yaml`.
    """
    if contract.source_id != stem:
        source.report(
            ("source_id",),
            f"source_id「{contract.source_id}」がファイル名と違う。期待: {stem}",
            f"found source_id '{contract.source_id}', expected the file's name '{stem}'",
        )
    if contract.body is not None:
        _check_body(contract.body, source)
    names: set[str] = set()
    for number, table in enumerate(contract.tables):
        if table.name in names:
            source.report(
                ("tables", number, "name"),
                f"表の名前「{table.name}」が重複している",
                f"found the table name '{table.name}' twice, expected each once",
            )
        names.add(table.name)
        check_table(table, ("tables", number), source, has_body=contract.body is not None)
    for number, target in enumerate(contract.targets):
        if contract.body is None:
            source.report(
                ("targets", number),
                "目標には自治体(body)が必要",
                "found a target, expected a body that set it",
            )
        if target.target_year <= target.base_year:
            source.report(
                ("targets", number, "target_year"),
                f"目標年度 {target.target_year} が基準年度 {target.base_year} より後でない",
                f"found target_year {target.target_year}, expected a year after {target.base_year}",
            )


def check_agreement(loaded: Iterable[tuple[Contract, Source]]) -> None:
    """Add a problem where two contracts share a source id, or tell one body in two ways."""
    ids: dict[str, str] = {}
    bodies: dict[str, tuple[Body, str]] = {}
    for contract, source in loaded:
        if contract.source_id in ids:
            source.report(
                ("source_id",),
                f"source_id「{contract.source_id}」は{ids[contract.source_id]}にもある",
                f"found source_id '{contract.source_id}' here and in {ids[contract.source_id]}, "
                "expected it once",
            )
        ids.setdefault(contract.source_id, source.file)
        if contract.body is None:
            continue
        first, file = bodies.setdefault(contract.body.code, (contract.body, source.file))
        for name, value in contract.body:
            if value != getattr(first, name):
                source.report(
                    ("body", name),
                    f"自治体{contract.body.code}の{name}が{file}と違う: {value}。期待: {getattr(first, name)}",
                    f"body {contract.body.code}: found {name} {value}, "
                    f"expected {getattr(first, name)} as in {file}",
                )


def _check_body(body: Body, source: Source) -> None:
    told = body.name is not None and body.kind is not None
    if body.kind is not None and body.kind not in CODE_LISTS["body_kind"]:
        source.report(
            ("body", "kind"),
            f"知らない自治体の種類「{body.kind}」。"
            + meant(body.kind, CODE_LISTS["body_kind"].names())[0],
            f"found the unknown kind '{body.kind}', "
            + meant(body.kind, CODE_LISTS["body_kind"].names())[1],
        )
    numeric = body.code.isdigit()
    if (body.country == "JP") != numeric:
        source.report(
            ("body", "code"),
            f"国{body.country}とコード「{body.code}」が合わない。日本は数字6桁、外国は英字2字で始まる6字",
            f"found code '{body.code}' for country {body.country}, expected 6 digits in Japan "
            "and 2 letters with 4 more elsewhere",
        )
    elif numeric and body.code != NATION:
        expected = body.code[:5] + check_digit(body.code[:5])
        if body.code != expected:
            source.report(
                ("body", "code"),
                f"自治体コード「{body.code}」の検査数字が合わない。期待: {expected}",
                f"found code '{body.code}' with a wrong check digit, expected {expected}",
            )
        elif body.code not in known_codes() and not told:
            source.report(
                ("body", "code"),
                f"コード表にない自治体「{body.code}」。名称(name)と種類(kind)を書く",
                f"found code '{body.code}' that the code list lacks, expected its name and kind",
            )
    elif not numeric and not told:
        source.report(
            ("body",),
            f"自治体「{body.code}」の名称(name)と種類(kind)がない",
            f"found body '{body.code}' without name or kind, expected both",
        )
