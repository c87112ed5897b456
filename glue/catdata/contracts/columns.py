"""Checks of one column of a contract: its use, its parser, its codes."""

from catdata.contracts.model import Column, Meaning
from catdata.contracts.problems import meant
from catdata.contracts.scope import Path, Scope
from catdata.entities import FLAGS
from catdata.entities.schema import Column as Field
from catdata.values import PARSERS

CODE = "code"
# A personal column may be read for nothing but the one harmless fact that its parser takes out of it.
PERSONAL_PARSERS = {"chip": "presence", "address": "place"}


def outputs_of(column: Column) -> list[str]:
    """Return the canonical columns that a column may fill; none for an unknown parser."""
    if column.parser == CODE:
        sets = [m.set for m in column.codes.values() if isinstance(m, Meaning)]
        return [*([column.as_] if column.as_ else []), *dict.fromkeys(k for s in sets for k in s)]
    if column.parser in PARSERS:
        return [o.replace("*", column.as_ or "*") for o in PARSERS[column.parser].outputs]
    return []


def check_column(scope: Scope, column: Column, path: Path, name: str) -> None:
    """Check what a contract says of one column; `name` is what problems call it."""
    uses = [
        label
        for label, said in (
            ("personal", column.personal),
            ("ignore", column.ignore),
            ("use", column.use),
            ("parser", column.parser),
        )
        if said
    ]
    allowed = column.personal is not None and (
        PERSONAL_PARSERS.get(column.personal) == column.parser or column.parser is None
    )
    if len(uses) != 1 and not (uses == ["personal", "parser"] and allowed):
        found = "・".join(uses) or "なし"
        scope.report(
            path,
            f"列「{name}」の扱いが一つに決まらない: {found}。"
            "personal、ignore、use、parser のどれか一つ（chip は presence、address は place と併用可）",
            f"column '{name}': found {' and '.join(uses) or 'nothing'}, expected exactly one of "
            "personal, ignore, use, parser (chip may have presence, address may have place)",
        )
    if column.applicant_key and (
        column.personal is None or "tnr_case" not in [e.name for e in scope.entities]
    ):
        scope.report(
            (*path, "applicant_key"),
            f"列「{name}」の applicant_key は tnr_case の表の個人情報の列にだけ使える",
            f"column '{name}': found applicant_key, expected it on a personal column of a "
            "table with tnr_case records",
        )
    if column.parser is None:
        for key in ("as", "args", "codes"):
            if getattr(column, "as_" if key == "as" else key):
                scope.report(
                    (*path, key),
                    f"列「{name}」に parser がないので {key} は使えない",
                    f"column '{name}': found {key} without a parser, expected a parser with it",
                )
        return
    if column.parser == CODE:
        _check_code(scope, column, path, name)
    elif column.parser in PARSERS:
        _check_parser(scope, column, path, name)
    else:
        names = [CODE, *PARSERS]
        scope.report(
            (*path, "parser"),
            f"知らないパーサー「{column.parser}」。" + meant(column.parser, names)[0],
            f"found the unknown parser '{column.parser}', " + meant(column.parser, names)[1],
        )


def _check_parser(scope: Scope, column: Column, path: Path, name: str) -> None:
    parser = PARSERS[str(column.parser)]
    for argument in column.args:
        if argument not in parser.arguments:
            scope.report(
                (*path, "args", argument),
                f"パーサー {parser.name} に引数「{argument}」はない。"
                + meant(argument, parser.arguments)[0],
                f"parser {parser.name}: found the unknown argument '{argument}', "
                + meant(argument, parser.arguments)[1],
            )
    if column.codes:
        scope.report(
            (*path, "codes"),
            f"codes はパーサー code だけで使える（ここは {parser.name}）",
            f"found codes with the parser {parser.name}, expected them with the parser code only",
        )
    starred = any("*" in output for output in parser.outputs)
    if starred and column.as_ is None:
        scope.report(
            path,
            f"列「{name}」: パーサー {parser.name} には as（入れる項目）が必要",
            f"column '{name}': found the parser {parser.name} without as, "
            "expected the canonical column it fills",
        )
        return
    if not starred and column.as_ is not None:
        scope.report(
            (*path, "as"),
            f"列「{name}」: パーサー {parser.name} の出力は決まっているので as は使えない"
            f"（{'、'.join(parser.outputs)}）",
            f"column '{name}': found as with the parser {parser.name}, expected none since it "
            f"fills {', '.join(parser.outputs)}",
        )
    if column.as_ is not None and not scope.known_field(column.as_, (*path, "as")):
        return
    outputs = outputs_of(column)
    if not any(o in e for o in outputs for e in scope.entities):
        scope.report(
            (*path, "parser"),
            f"列「{name}」の出力（{'、'.join(outputs)}）は表のどの実体にもない",
            f"column '{name}': found outputs {', '.join(outputs)}, expected one that "
            f"{' or '.join(e.name for e in scope.entities)} has",
        )


def _check_code(scope: Scope, column: Column, path: Path, name: str) -> None:
    target: Field | None = None
    if column.as_ is not None and scope.known_field(column.as_, (*path, "as")):
        target = scope.field(column.as_)
        if target is not None and target.codes is None:
            scope.report(
                (*path, "as"),
                f"項目「{column.as_}」にコード表はない。parser code はコードの項目だけに使える",
                f"found as '{column.as_}' that has no code list, expected a coded column",
            )
            target = None
    if column.args:
        scope.report(
            (*path, "args"),
            "パーサー code に引数はない",
            "found args with the parser code, expected none",
        )
    if column.as_ is None and not column.codes:
        scope.report(
            path,
            f"列「{name}」: パーサー code には as か codes が必要",
            f"column '{name}': found the parser code without as and codes, expected one of them",
        )
    for spelling, meaning in column.codes.items():
        at = (*path, "codes", spelling)
        if len(spelling) > 1 and spelling.startswith("/") and spelling.endswith("/"):
            scope.regex(spelling[1:-1], at)
        if isinstance(meaning, Meaning):
            _check_meaning(scope, meaning, at)
        elif column.as_ is None:
            scope.report(
                at,
                f"「{spelling}」のコード「{meaning}」を入れる項目(as)がない",
                f"found the code '{meaning}' for '{spelling}' without as, expected as or set",
            )
        elif target is not None:
            scope.value(target, meaning, at)


def _check_meaning(scope: Scope, meaning: Meaning, path: Path) -> None:
    for key, value in meaning.set.items():
        at = (*path, "set", key)
        field = scope.field(key) if scope.known_field(key, at) else None
        if field is not None:
            scope.value(field, value, at)
    if meaning.flag is not None and meaning.flag not in FLAGS:
        scope.report(
            (*path, "flag"),
            f"知らないフラグ「{meaning.flag}」。" + meant(meaning.flag, FLAGS)[0],
            f"found the unknown flag '{meaning.flag}', " + meant(meaning.flag, FLAGS)[1],
        )
    if meaning.exclude is not None:
        scope.reason(meaning.exclude, (*path, "exclude"))
