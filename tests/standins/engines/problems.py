"""What the stand-ins say when they cannot do their work."""


class EngineError(Exception):
    """A sentence in Japanese and one in English for the person who started the stand-ins."""

    def __init__(self, ja: str, en: str) -> None:
        super().__init__(f"{ja} / {en}")
