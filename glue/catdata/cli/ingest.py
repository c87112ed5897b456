"""Put files into the lake's raw/ and load just those; or take an object's rows away."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import click

from catdata.cli.normalize import finish, normalize
from catdata.cli.options import engine_option, lake_option, reload_option, summary_option
from catdata.cli.terminal import explained
from catdata.contracts.load import load_contracts
from catdata.contracts.match import match
from catdata.contracts.model import Contract
from catdata.loads import Ledger, layout
from catdata.normalize.privacy import ApplicantKeys
from catdata.readers import ReadError, is_archive, member_names
from catdata.report.summary import ObjectOutcome, summarise
from catdata.storage import ObjectInfo, Storage, StorageError
from catdata.storage.disk import opened


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@lake_option
@click.option("--source", help="Contract of the files, where their names fit several.")
@engine_option("auto")
@reload_option
@summary_option
def ingest(
    paths: tuple[Path, ...],
    lake: str,
    source: str | None,
    engine: str,
    reload: bool,
    summary: Path | None,
) -> None:
    """Put files (or whole folders) into raw/ by the contract that fits their names, and load them.

    A file that fits no contract is kept in raw/unmatched/ and reported.
    """
    with explained():
        applicant_keys = ApplicantKeys.from_environment()
        contracts = load_contracts()
        if source is not None and source not in contracts:
            known = ", ".join(sorted(contracts))
            raise click.UsageError(
                f"取込契約 {source} はありません。/ No contract {source}. ({known})"
            )
        storage = Storage(lake)
        places = _places(_files(paths), contracts, source)
        infos, refused = _put(storage, places)
        result = normalize(storage, contracts, infos, applicant_keys, engine=engine, reload=reload)
        finish(summarise([*result.outcomes, *refused]), summary)


@click.command()
@click.argument("keys", nargs=-1, required=True)
@lake_option
def withdraw(keys: tuple[str, ...], lake: str) -> None:
    """Take the rows of raw objects out of all figures; the raw files stay as they are.

    KEYS are those that the run summary shows, such as raw/SOURCE/FILE.
    """
    with explained():
        storage = Storage(lake)
        ledger = Ledger(storage)
        missing = False
        for key in keys:
            try:
                source_id, _ = layout.parse_raw(key)
            except ValueError as error:
                raise click.UsageError(
                    f"{key}: raw/SOURCE/FILE の形で書いてください（要約に出ます）。/ "
                    "Write it as raw/SOURCE/FILE, below the lake; the summary shows it."
                ) from error
            if ledger.withdraw(source_id, key, datetime.now(UTC)) is None:
                click.echo(f"{key}: 取り込まれていません。/ It is not loaded.", err=True)
                missing = True
            else:
                click.echo(f"{key}: 取り下げました。/ Withdrawn.")
    if missing:
        raise SystemExit(1)


def _put(
    storage: Storage, places: Mapping[str, Path]
) -> tuple[list[ObjectInfo], list[ObjectOutcome]]:
    """Copy files into raw/; one that cannot be read or stored is an outcome, and the others go on."""
    infos: list[ObjectInfo] = []
    refused: list[ObjectOutcome] = []
    for key, path in places.items():
        try:
            storage.upload(path, key)
            infos.append(storage.info(key))
        except StorageError as error:
            source_id, _ = layout.parse_raw(key)
            known = None if source_id == layout.UNMATCHED else source_id
            refused.append(ObjectOutcome.failed(key, known, error.sentences))
    return infos, refused


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(p for p in path.rglob("*") if p.is_file())
        else:
            yield path


def _places(
    paths: Iterable[Path], contracts: Mapping[str, Contract], source: str | None
) -> dict[str, Path]:
    """Return the raw key of every file; refuses a batch in which two files have one key."""
    places: dict[str, Path] = {}
    for path in paths:
        # macOS writes ガ as two characters: the file is to have one name on every system.
        file_name = unicodedata.normalize("NFC", path.name)
        names = [file_name, *_members(path)]
        found = sorted({c.source_id for name in names for c, _ in match(name, contracts)})
        if source is None and len(found) > 1:
            raise click.UsageError(
                f"{path}: 複数の取込契約に当てはまります。--source で選んでください。/ "
                f"several contracts fit: {', '.join(found)}; choose one with --source."
            )
        key = layout.raw_file(source or (found[0] if found else layout.UNMATCHED), file_name)
        if key in places:
            raise click.UsageError(
                f"{path} と {places[key]} は同じ名前です。訂正版は別に取り込んでください。/ "
                "Two files have the same name; ingest a corrected one in a run of its own."
            )
        places[key] = path
    return places


def _members(path: Path) -> list[str]:
    """The file names in an archive; none where it is no archive or cannot be opened."""
    if not is_archive(path.name):
        return []
    try:
        members = member_names(lambda: opened(path), path.name)
    except (ReadError, StorageError):
        return []
    return [name.rpartition("/")[2] for name in members]
