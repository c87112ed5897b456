"""What the tests of contracts share: a small right contract that each test spoils in one place."""

from collections.abc import Callable
from pathlib import Path

import pytest

RIGHT = """\
source_id: test-city
title: 試験市 収容台帳
title_en: Test city intakes
publisher: 試験市
body: {code: '011002'}
tables:
  - name: intakes
    file: intake_(?P<day>\\d{8})\\.csv
    format: csv
    header: {contains: [管理番号]}
    parts:
      town: {column: 場所, extract: '^[^0-9]+'}
    columns:
      管理番号: {parser: identifier, as: management_no}
      収容日: {parser: date, as: intake_date}
      区分:
        parser: code
        as: intake_type
        codes: {捨て猫: stray, '/迷い.*/': stray}
      性別: {parser: sex}
      場所: {use: true}
      '@part.town': {parser: place, as: place_area}
      氏名: {personal: name}
      備考: {ignore: free text}
      頭数: {use: true}
    exclude:
      - {when: {区分: 犬}, reason: OTHER_SPECIES}
    totals: {label: 管理番号}
    records:
      - entity: shelter_intake
        id: [管理番号]
"""

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Return a function that writes a contract file and gives its path."""

    def write(text: str = RIGHT, name: str = "test-city.yaml") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def right() -> str:
    """Return the text of the right contract."""
    return RIGHT
