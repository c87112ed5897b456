"""Errors that a person can act on: a sentence in Japanese, one in English, and what they speak of."""

import re

_NO_TEXT = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def printable(name: str) -> str:
    """Return a file's name with an escape for what no screen shows and no file of text may hold."""
    return _NO_TEXT.sub(lambda found: found[0].encode("unicode_escape").decode(), name)


class SentenceError(Exception):
    """`ja` and `en` are whole sentences; `place` is the key or URL that they speak of."""

    def __init__(self, ja: str, en: str, place: str) -> None:
        self.ja, self.en, self.place = ja, en, place
        super().__init__(f"{place}: {ja} / {en}")

    @property
    def sentences(self) -> tuple[str, str]:
        """Return both sentences with the place that they speak of."""
        return f"{self.place}: {self.ja}", f"{self.place}: {self.en}"

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.ja, self.en, self.place))
