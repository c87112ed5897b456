"""What a person should look at though nothing failed: files sent twice, file names that name people."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from catdata.loads import Ledger
from catdata.report.summary import ObjectOutcome
from catdata.storage import Storage
from catdata.values import names_a_person

NAMES_A_PERSON = (
    "ファイル名に人の名前か連絡先らしい文字があります。ファイル名は台帳に残ります。"
    "個人情報のない名前で送ってもらってください。",
    "The file's name seems to hold a person's name or contact. File names stay in the ledger: "
    "have it sent under a name without personal data.",
)


def warned(storage: Storage, outcomes: Iterable[ObjectOutcome]) -> list[ObjectOutcome]:
    """Return the outcomes of a run with their warnings."""
    outcomes = list(outcomes)
    loaded = {o.source_id for o in outcomes if o.status == "committed" and o.source_id is not None}
    keys: dict[tuple[str, str], list[str]] = {}
    for source_id in sorted(loaded):
        for head in Ledger(storage).heads(source_id):
            if head.visible and head.content_sha256:
                keys.setdefault((source_id, head.content_sha256), []).append(head.source_object)
    return [replace(o, warnings=tuple(_of(o, keys))) for o in outcomes]


def _of(
    outcome: ObjectOutcome, keys: dict[tuple[str, str], list[str]]
) -> Iterator[tuple[str, str]]:
    if names_a_person(outcome.key.split("/", 2)[-1]):
        yield NAMES_A_PERSON
    record = outcome.record
    if record is None or record.content_sha256 is None:
        return
    same = keys.get((record.source_id, record.content_sha256), [])
    others = sorted(key for key in same if key != record.source_object)
    if record.visible and others:
        yield (
            f"同じ内容のファイルが別の名前でもあります（{'、'.join(others)}）。"
            "行が二重に数えられることがあります。不要なほうを取り下げてください。",
            f"The very same content stands under another name too ({', '.join(others)}); rows may "
            "count twice. Withdraw the one that is not needed.",
        )
