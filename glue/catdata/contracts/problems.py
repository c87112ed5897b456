"""Mistakes of contracts: where they stand and what an officer can do about them."""

from dataclasses import dataclass


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
