"""Contracts from their YAML files: read, checked as a whole, refused with every mistake at once."""

import hashlib
import json
import os
from collections.abc import Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path, PurePath

from pydantic import ValidationError

from catdata.contracts.check import check_agreement, check_contract
from catdata.contracts.model import Contract
from catdata.contracts.problems import ContractError, Problem
from catdata.contracts.shape import report_invalid
from catdata.contracts.source import Source, read_source

EXTRA_FOLDER = "CATDATA_CONTRACTS"
# Read as a resource: on Glue the package may stay inside its wheel.
SOURCES = files("catdata.contracts") / "sources"


def load_contract(path: Path) -> Contract:
    """Load one contract file.

    Raises ContractError with every mistake of the file, each with its line.
    """
    contract, source = _load(path)
    if contract is None:
        raise ContractError(source.problems)
    return contract


def load_contracts(folder: Path | None = None) -> dict[str, Contract]:
    """Load every `*.yaml` of a folder, by source id in alphabetical order.

    Without a folder: the contracts of the package and those of the folder that the environment
    variable CATDATA_CONTRACTS names. Raises ContractError with every mistake of every file.
    """
    folders: Sequence[Traversable] = [folder] if folder else [SOURCES, *_extra_folder()]
    problems: list[Problem] = []
    loaded: list[tuple[Contract, Source]] = []
    for place in folders:
        if not place.is_dir():
            problems.append(
                Problem(
                    str(place),
                    1,
                    "契約のフォルダーがない",
                    "found no such folder, expected one with contracts (*.yaml)",
                )
            )
            continue
        for path in sorted(place.iterdir(), key=lambda path: path.name):
            if path.name.endswith(".yml"):
                problems.append(
                    Problem(
                        path.name,
                        1,
                        "拡張子 .yml は読まない。.yaml に直す",
                        "found the ending .yml, which is not read, expected .yaml",
                    )
                )
            if not path.name.endswith(".yaml"):
                continue
            try:
                contract, source = _load(path)
            except ContractError as error:
                problems.extend(error.problems)
                continue
            problems.extend(source.problems)
            if contract is not None:
                loaded.append((contract, source))
    check_agreement(loaded)
    for _, source in loaded:
        problems.extend(source.problems)
    if problems:
        raise ContractError(problems)
    return {c.source_id: c for c, _ in sorted(loaded, key=lambda pair: pair[0].source_id)}


def digest(contract: Contract) -> str:
    """Return the SHA-256 of what a contract says, as hex; comments and layout do not matter."""
    said = contract.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    # Order stays where it decides: of columns, codes, exclusions and records, the first that fits wins.
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def _extra_folder() -> list[Path]:
    named = os.environ.get(EXTRA_FOLDER)
    return [Path(named)] if named else []


def _load(path: Traversable) -> tuple[Contract | None, Source]:
    """Return the contract, None where it has mistakes, and its source with the mistakes found."""
    source = read_source(path)
    try:
        contract = Contract.model_validate(source.data, strict=True)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            report_invalid(detail, source)
        return None, source
    check_contract(contract, PurePath(path.name).stem, source)
    return (None if source.problems else contract), source
