"""Mistakes of contracts: where they stand and what an officer can do about them."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake: the file and line it stands in, and a sentence in Japanese and English."""

    file: str
    line: int
    ja: str
    en: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.ja} / {self.en}"


class ContractError(Exception):
    """Contracts cannot be used; `problems` holds every mistake found, in the order of the files."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))

    def __reduce__(self) -> tuple[type["ContractError"], tuple[list[Problem]]]:
        return (ContractError, (list(self.problems),))


def meant(name: str, known: Iterable[str]) -> tuple[str, str]:
    """Return what a name may have been meant for, in Japanese and English: the nearest, else all."""
    choices = list(dict.fromkeys(known))
    near = get_close_matches(name, choices, n=1)
    if near:
        return f"「{near[0]}」の誤りか", f"did you mean '{near[0]}'?"
    return (
        f"使えるもの: {'、'.join(choices) or 'なし'}",
        f"expected one of: {', '.join(choices) or 'none'}",
    )
