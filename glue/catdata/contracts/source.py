"""The YAML text of a contract as plain data, with the line of every part of it."""

from dataclasses import dataclass, field
from importlib.resources.abc import Traversable

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from catdata.contracts.problems import ContractError, Problem

Part = str | int
Data = dict[str, "Data"] | list["Data"] | str | int | float | bool | None

# Contracts are written by hand; these only stop a text made to exhaust the reader.
_MAX_BYTES, _MAX_DEPTH, _MAX_PARTS = 2_000_000, 40, 200_000


@dataclass(slots=True)
class Source:
    """A contract's text as data; `lines` maps the path of each part to its 1-based line."""

    file: str
    data: Data = None
    lines: dict[tuple[Part, ...], int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def line(self, path: tuple[Part, ...]) -> int:
        """Return the line of the part at that path, or of the nearest part around it."""
        while path not in self.lines and path:
            path = path[:-1]
        return self.lines.get(path, 1)

    def report(self, path: tuple[Part, ...], ja: str, en: str) -> None:
        """Add a mistake that stands at that path."""
        self.problems.append(Problem(self.file, self.line(path), ja, en))


def read_source(path: Traversable) -> Source:
    """Read a contract file; duplicate keys are collected as problems.

    Raises ContractError where the text is no YAML at all.
    """
    raw = path.read_bytes()
    if len(raw) > _MAX_BYTES:
        raise _refused(
            path,
            1,
            f"契約が大きすぎる（{len(raw)}バイト、上限{_MAX_BYTES}）",
            f"the contract is too large: found {len(raw)} bytes, expected at most {_MAX_BYTES}",
        )
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise _refused(
            path,
            line,
            f"UTF-8で読めない文字がある（バイト0x{raw[error.start]:02x}）。UTF-8で保存する",
            f"found byte 0x{raw[error.start]:02x} that is no UTF-8; expected a file saved as UTF-8",
        ) from error
    try:
        node = YAML(typ="safe").compose(text)
        source = Source(path.name)
        if node is not None:
            source.data = _data(node, (), source)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = min(mark.line + 1, len(text.splitlines())) if mark else 1
        what = " ".join(str(error.problem or error.context).split())
        raise _refused(
            path,
            line,
            f"YAMLとして読めない: {what}。字下げ、コロン、引用符を確かめる",
            f"not readable as YAML: {what}; expected valid indentation, colons and quotes",
        ) from error
    except (YAMLError, RecursionError, ValueError) as error:
        raise _refused(
            path,
            1,
            "YAMLとして読めない（入れ子が深すぎるか、使えない文字がある）",
            "not readable as YAML: found nesting too deep or forbidden characters",
        ) from error
    if not isinstance(source.data, dict):
        raise _refused(
            path,
            1,
            "契約の項目がない（空か、項目の並びでない）",
            "found no keys, expected a contract that starts with source_id",
        )
    return source


def _refused(path: Traversable, line: int, ja: str, en: str) -> ContractError:
    return ContractError([Problem(path.name, line, ja, en)])


def _data(node: Node, path: tuple[Part, ...], source: Source) -> Data:
    if len(path) > _MAX_DEPTH or len(source.lines) > _MAX_PARTS:
        raise RecursionError
    source.lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, ScalarNode):
        return _scalar(node)
    if isinstance(node, SequenceNode):
        return [_data(item, (*path, i), source) for i, item in enumerate(node.value)]
    assert isinstance(node, MappingNode)
    found: dict[str, Data] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, ScalarNode):
            source.problems.append(
                Problem(
                    source.file,
                    line,
                    "項目名が文字列でない",
                    "found a key that is no text, expected a name",
                )
            )
            continue
        # Keys are names or spellings, so `1:` and `yes:` mean what is written.
        name = str(key.value)
        if name in found:
            first = source.lines[(*path, name)]
            source.problems.append(
                Problem(
                    source.file,
                    line,
                    f"項目「{name}」が重複している（初出は{first}行目）",
                    f"found the key '{name}' again (first in line {first}), expected it once",
                )
            )
            continue
        source.lines[(*path, name)] = line
        found[name] = _data(value, (*path, name), source)
    return found


def _scalar(node: ScalarNode) -> Data:
    kind, text = str(node.tag).rpartition(":")[2], str(node.value)
    match kind:
        case "null":
            return None
        case "bool":
            return text.lower() == "true"
        case "int":
            return int(text.replace("_", ""), 0 if text[:2].lower() in ("0x", "0o") else 10)
        case "float":
            return float(text.replace("_", ""))
        case _:
            return text
