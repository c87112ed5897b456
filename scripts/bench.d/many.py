"""A lake of many bodies for the incremental builds: one ledger of the bulk generator, dealt out."""

from itertools import islice
from pathlib import Path

from catdata.values import bodies

TEMPLATE = Path(__file__).parents[2] / "glue/catdata/contracts/sources/sample-kazemachi-intake.yaml"
NAMES = ("sample-kazemachi-intake", "991007", "風待市", "架空県")


def write_sources(ledger: Path, folder: Path, rows: int, count: int) -> tuple[Path, Path]:
    """Deal the first `rows` rows of a ledger to `count` bodies; returns contracts and files folder.

    Every body has a contract and one file of its own; the codes are those of real municipalities, so
    that they sort and partition like them, the names are not.
    """
    contracts, files = folder / "contracts", folder / "files"
    template = TEMPLATE.read_text("utf-8")
    codes = [b["municipality_code"] for b in bodies() if b["kind"] == "city"][:count]
    for place in (contracts, files):
        place.mkdir(parents=True, exist_ok=True)
    with ledger.open("rb") as file:
        head, header = next(file), next(file)
        for number, code in enumerate(codes):
            contract = template
            for old, new in zip(NAMES, names(number, code), strict=True):
                contract = contract.replace(old, new)
            (contracts / f"bench-{number:03}.yaml").write_text(contract, "utf-8")
            body = b"".join(row for row in islice(file, rows // count) if row.startswith(b"K"))
            (files / file_name(number, 7)).write_bytes(head + header + body)
    return contracts, files


def names(number: int, code: str) -> tuple[str, str, str, str]:
    """Return source, code, name and prefecture of one body of the benchmark."""
    return f"bench-{number:03}", code, f"計測{number:03}市", "架空県"


def file_name(number: int, year: int) -> str:
    """Return the name of a body's file of one year of Reiwa, as its contract expects it."""
    return f"収容台帳_令和{year}年度_計測{number:03}市.csv"
