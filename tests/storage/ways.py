"""The ways to write an object; apart, as a child that is killed must import it quickly."""

from pathlib import Path

from catdata.storage import Storage


def write(url: str, how: str, size: int) -> None:
    """Write one object of some size by one of the ways there are."""
    storage, data = Storage(url), b"x" * size
    match how:
        case "create":
            storage.create("a/b/k", data)
        case "put":
            storage.put("a/b/k", data)
        case "open_new":
            with storage.open_new("a/b/k") as sink:
                sink.write(data)
            storage.sync(["a/b/k"])
        case "upload":
            source = Path(url).parent / "source"
            source.parent.mkdir(exist_ok=True)
            source.write_bytes(data)
            storage.upload(source, "a/b/k")
