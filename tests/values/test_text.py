import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from catdata.entities import CODE_LISTS, ENTITIES, FLAGS, REASONS
from catdata.values import PARSERS, is_note, matches, parse_code, scrub, total_kind
from catdata.values.code import Meaning
from catdata.values.result import Parsed
from catdata.values.scrub import _ADDRESS, _CONTACT, _NAME
from catdata.values.text import fold, kanji_to_digits, plain
from values.cases import FY2023, NO_YEAR, filled, parse

FULL_WIDTH = str.maketrans({chr(c): chr(c + 0xFEE0) for c in range(0x21, 0x7F)})
COLUMNS = {c.name for e in ENTITIES.values() for c in e.columns}


@given(st.text(max_size=40))
@example("Â\x80¹")
def test_plain_is_idempotent_and_trimmed(text: str) -> None:
    once = plain(text)
    assert plain(once) == once == once.strip()
    assert unicodedata.is_normalized("NFKC", once)


@given(st.text(st.characters(min_codepoint=0x3041, max_codepoint=0x9FA5), min_size=1, max_size=20))
def test_text_misread_as_latin_1_is_read_again(text: str) -> None:
    assert plain(text.encode().decode("latin-1")) == plain(text)


def test_latin_text_stays() -> None:
    assert plain("Café Zoë") == "Café Zoë"


@pytest.mark.parametrize(
    ("kanji", "digits"),
    [("二十三", "23"), ("十", "10"), ("二〇二五", "2025"), ("百五", "105"), ("三月四日", "3月4日")],
)
def test_kanji_numbers(kanji: str, digits: str) -> None:
    assert kanji_to_digits(kanji) == digits


def test_kanji_numbers_only_before_a_unit() -> None:
    assert kanji_to_digits("第四四半期は五月", before="月") == "第四四半期は5月"


# Any text at all: a parser answers, fills only what it promises, and says only what is defined.
@given(
    st.text(max_size=30)
    | st.text("0123456789年月日歳ヶか令和平成R.-/～〜()（）黒白茶キジトラ半以上生", max_size=14)
)
@example("9" * 400)
@example("令和999年1月1日")
@example("9999999999歳")
@example("1" * 300 + "丁目")
@example("百" * 200)
@example("²")
@example("1²歳")
def test_every_parser_answers_every_text(text: str) -> None:
    for parser in PARSERS.values():
        for context in (NO_YEAR, FY2023):
            parsed = parser.function(text, context, {})
            assert set(parsed.fields) <= set(parser.outputs)
            assert set(parsed.flags) <= set(FLAGS)
            assert parsed.reject in (None, *REASONS) and parsed.exclude in (None, *REASONS)


@given(st.text(max_size=30))
@example("|")
def test_no_parser_depends_on_the_width_of_latin_characters(text: str) -> None:
    full = text.translate(FULL_WIDTH)
    if plain(full) != plain(text):
        return
    for parser in PARSERS.values():
        assert parser.function(full, NO_YEAR, {}) == parser.function(text, NO_YEAR, {})


@pytest.mark.parametrize("blank", ["", " ", "　", "\t", "\u00a0"])
@pytest.mark.parametrize("name", PARSERS)
def test_blank_is_nothing(name: str, blank: str) -> None:
    parsed = parse(name, blank)
    # The one exception: a printed table that leaves a cell blank says that it has no figure.
    expected = {"value_status": "not_collected"} if name == "statistic" else {}
    assert (filled(parsed), parsed.flags, parsed.reject) == (expected, (), None)


ANIMAL = ["text", "free_text", "date", "age", "birth_date", "sex", "neutered", "coat", "breed", "body_size", "collar", "presence", "place"]  # fmt: skip


@pytest.mark.parametrize("unsaid", ["不明", "－", "-", "―", "ー", "？", "unknown", "N/A", "…"])
@pytest.mark.parametrize("name", ANIMAL)
def test_what_is_not_known_is_null_without_a_guess(name: str, unsaid: str) -> None:
    assert parse(name, unsaid) == Parsed()


def test_outputs_are_columns_of_the_lake() -> None:
    for parser in PARSERS.values():
        assert parser.name == parser.name.lower()
        for output in parser.outputs:
            assert "*" in output or output in COLUMNS


def test_text_keeps_words_and_drops_contacts() -> None:
    assert filled(parse("text", "札幌市保健所 ")) == {"*": "札幌市保健所"}
    parsed = parse("text", "ＴＥＬ ０１１－２２２－３３３３ 本所")
    assert (filled(parsed), parsed.flags) == ({"*": "〔削除〕 本所"}, ("TEXT_SCRUBBED",))
    assert filled(parse("identifier", "Ｒ５－００１")) == {"*": "R5-001"}


PHONES = st.one_of(
    st.from_regex(r"0[789]0-[0-9]{4}-[0-9]{4}", fullmatch=True),
    st.from_regex(r"0[789]0[0-9]{8}", fullmatch=True),
    st.from_regex(r"0[1-9]{2}-[0-9]{3}-[0-9]{4}", fullmatch=True),
    st.from_regex(r"0[1-9]{3}\([0-9]{2}\)[0-9]{4}", fullmatch=True),
    st.from_regex(r"\+81-[789]0-[0-9]{4}-[0-9]{4}", fullmatch=True),
    st.from_regex(r"\([2-9][0-9]{2}\) [2-9][0-9]{2}-[0-9]{4}", fullmatch=True),
    st.from_regex(r"[2-9][0-9]{2}-[2-9][0-9]{2}-[0-9]{4}", fullmatch=True),
)
MAILS = st.from_regex(
    r"[a-z][a-z0-9._]{0,10}[a-z0-9]@[a-z]{2,8}(\.[a-z]{2,4}){1,2}", fullmatch=True
)
AROUND = st.sampled_from(["", "猫を保護。", "連絡は", "、", " 住民より ", "（", "黒猫2匹 "])


@given(AROUND, PHONES | MAILS, AROUND, st.booleans())
def test_scrub_leaves_no_phone_and_no_mail(
    before: str, secret: str, after: str, full: bool
) -> None:
    planted = before + (secret.translate(FULL_WIDTH) if full else secret) + after
    cleaned, found = scrub(planted)
    normal = unicodedata.normalize("NFKC", cleaned)
    assert found and secret not in normal
    digits = "".join(c for c in secret if c.isdigit())
    assert "@" in secret or digits[-4:] not in normal
    assert scrub(cleaned) == (cleaned, False)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("山田様より通報", "〔削除〕より通報"),
        ("鈴木太郎さんから", "〔削除〕から"),
        ("ヤマダ様宅の庭", "〔削除〕宅の庭"),
        ("佐藤氏が保護", "〔削除〕が保護"),
        ("氏名：山田 太郎、黒猫", "〔削除〕、黒猫"),
        ("飼い主:田中花子", "〔削除〕"),
        ("口座番号 1234567", "〔削除〕"),
        ("チップ 392 140 123 456 789", "チップ 〔削除〕"),
        ("本町1丁目2番3号で保護", "本町1丁目〔削除〕で保護"),
        ("本町1丁目2-3で保護", "本町1丁目〔削除〕で保護"),
        ("松橋町東松崎701-4", "松橋町東松崎〔削除〕"),
        ("東松崎701番地4の裏", "東松崎〔削除〕の裏"),
        ("〒100-0001 千代田区", "〔削除〕 千代田区"),
        ("found at 123 Main Street near park", "found at 〔削除〕 near park"),
        ("call Mr. John Smith", "call 〔削除〕"),
    ],
)  # fmt: skip
def test_scrub(text: str, cleaned: str) -> None:
    assert scrub(text) == (cleaned, True)


@pytest.mark.parametrize(
    "text",
    ["黒猫3匹を保護", "3-4匹の子猫", "飼い主さん不明", "同様の被害", "様子を見る", "仕様書", "2023年4月1日", "2023-04-01",
     "1丁目で保護", "体重3.5kg", "令和5年度 第2回", "皆さん", "獣医さん", "猫ちゃん", "摂氏20度", "12,345円", "町田市図師町2000番台",
     "縞模様の猫", "飼い主:不明"],
)  # fmt: skip
def test_scrub_leaves_what_is_not_personal(text: str) -> None:
    assert scrub(text) == (text, False)


def test_the_privacy_step_ends_in_time_on_long_texts() -> None:
    for piece in ("1-", "あ", "〒", "田中", "a.", "0", "( ", "丁目1の", "x@"):
        scrub(piece * 20_000)


@pytest.mark.parametrize(
    ("cell", "kind"),
    [("合計", "total"), ("合　計", "total"), ("総計", "total"), ("計", "total"), ("TOTAL", "total"),
     ("Grand Total", "total"), ("総数", "total"), ("市合計", "total"), ("小計", "subtotal"), ("4月小計", "subtotal"),
     ("4月計", "subtotal"), ("Subtotal", "subtotal"), ("時計", None), ("計画", None), ("札幌市", None), ("", None),
     ("合計特殊", None), ("全国", None)],
)  # fmt: skip
def test_total_kind(cell: str, kind: str | None) -> None:
    assert total_kind(cell) == kind


@pytest.mark.parametrize(
    ("cell", "note"),
    [("（注）数値は速報", True), ("(注1) 速報", True), ("注）", True), ("注: 速報", True), ("注1 速報", True),
     ("※速報", True), ("＊速報", True), ("Note: preliminary", True), ("備考", True), ("出典：環境省", True),
     ("注射済", False), ("札幌市", False), ("Notre Dame", False), ("", False), ("備考欄参照の猫", False)],
)  # fmt: skip
def test_is_note(cell: str, note: bool) -> None:
    assert is_note(cell) == note


@pytest.mark.parametrize(
    ("cell", "tests", "met"),
    [
        ("CAT", "cat", True), ("ＣＡＴ ", "cat", True), ("dog", "cat", False), ("dog", "!cat", True),
        ("", "blank", True), ("　", "blank", True), ("x", "filled", True), ("", "filled", False), ("", "!blank", False),
        ("猫A12", "/猫[A-Z][0-9]+/", True), ("猫A12x", "/猫[A-Z][0-9]+/", False), ("猫Ａ１２", "/猫a[0-9]+/", True),
        ("犬", "!/猫.*/", True), ("猫", ["犬", "猫"], True), ("鳥", ["犬", "猫"], False),
        ("鳥", ["!犬", "!猫"], True), ("猫", ["!犬", "!猫"], False), ("猫2", ["/猫.*/", "!猫2"], False), ("猫（黒）", "/猫（.+）/", True),
    ],
)  # fmt: skip
def test_matches(cell: str, tests: str | list[str], met: bool) -> None:
    assert matches(cell, tests) is met


def test_code_looks_in_the_contract_before_the_list() -> None:
    outcome = CODE_LISTS["outcome_type"]
    codes: dict[str, Meaning] = {
        "譲渡": "transfer_out",
        "RTO": "returned",
        "/FOSTER.*/": {"set": {}, "flag": "INTERNAL_MOVEMENT", "exclude": "INTERNAL_MOVEMENT"},
        "DOA": {"set": {"outcome_type": "died", "euthanasia_category": "3"}, "flag": "DEAD_ON_ARRIVAL"},
    }  # fmt: skip

    def read(text: str) -> Parsed:
        return parse_code(text, "outcome_type", outcome, codes)

    assert read("譲渡").fields == {"outcome_type": "transfer_out"}
    assert read("ｒｔｏ ").fields == {"outcome_type": "returned"}
    assert read("Foster home") == Parsed({}, ("INTERNAL_MOVEMENT",), exclude="INTERNAL_MOVEMENT")
    assert read("doa").fields == {"outcome_type": "died", "euthanasia_category": "3"}
    assert read("doa").flags == ("DEAD_ON_ARRIVAL",)
    assert read("返還済").fields == {"outcome_type": "returned"}
    assert read("不明").fields == {"outcome_type": "unknown"}
    assert read("消えた") == Parsed({"outcome_type": "unknown"}, ("UNKNOWN_CODE",))
    assert read("　") == Parsed()
    assert parse_code("消えた", "outcome_type", outcome, {"*": "escaped"}).fields == {
        "outcome_type": "escaped"
    }
    assert parse_code("", "outcome_type", outcome, {"": "in_care"}).fields == {
        "outcome_type": "in_care"
    }


def test_code_without_an_unknown_and_without_a_list() -> None:
    assert parse_code("謎", "recipient_type", CODE_LISTS["recipient_type"], {}) == Parsed(
        {}, ("UNKNOWN_CODE",)
    )
    assert parse_code("謎", "measure", CODE_LISTS["measure"], {}).reject == "UNKNOWN_MEASURE"
    assert parse_code("謎", "anything", None, {}) == Parsed({}, ("UNKNOWN_CODE",))
    assert parse_code("a", "categories", None, {"a": "noise"}).fields == {"categories": ("noise",)}


@pytest.mark.parametrize(
    "code_list",
    [c for c in CODE_LISTS.values() if c.name != "complaint_category"],
    ids=lambda c: c.name,
)
def test_every_spelling_of_every_list_gives_its_code(code_list: object) -> None:
    assert isinstance(code_list, type(CODE_LISTS["sex"]))
    seen: dict[str, str] = {}
    for code in code_list.codes:
        for spelling in (code.code, code.ja, code.en, *code.spellings):
            first = seen.setdefault(fold(spelling), code.code)
            assert parse_code(spelling, "x", code_list, {}).fields == {"x": first}


@pytest.mark.parametrize(
    ("text", "categories", "flags"),
    [
        ("ふん尿", ("waste",), ()), ("ふん尿、鳴き声", ("noise", "waste"), ()), ("糞尿・鳴き声", ("noise", "waste"), ()),
        ("器物・庭荒らし", ("property",), ()), ("①ふん尿／②餌やり", ("feeding", "waste"), ()),
        ("ふん尿\n餌やり", ("feeding", "waste"), ()), ("ふん尿,ふん尿", ("waste",), ()), ("noise", ("noise",), ()),
        ("ふん尿及び鳴き声", ("noise", "waste"), ()), ("その他", ("other",), ()),
        ("悪臭、謎", ("other", "waste"), ("UNKNOWN_CODE",)), ("謎", ("other",), ("UNKNOWN_CODE",)),
    ],
)  # fmt: skip
def test_categories(text: str, categories: tuple[str, ...], flags: tuple[str, ...]) -> None:
    parsed = parse("categories", text)
    assert (parsed.fields, parsed.flags) == ({"categories": categories}, flags)


LABELS = ["tel", "電話番号", "℡", "☎", "連絡先", "携帯", "口座", "普通", "〒", "丁目", "番地", "号"]
PEOPLE = ["氏名", "担当", "飼い主", "山田", "さん", "様", "氏", "Mr", "Dr.", "Smith", "St"]
SIGNS = [
    ":",
    "=",
    "-",
    "(",
    ")",
    "@",
    "a",
    ".jp",
    "の",
    "桜町",
    "猫",
    " ",
    "090",
    "+81",
    "1",
    "２",
    "三",
]
PIECES = st.sampled_from([*LABELS, *PEOPLE, *SIGNS])


@given(st.lists(PIECES, max_size=14).map("".join))
def test_what_is_looked_for_first_passes_over_no_finding(text: str) -> None:
    normal = unicodedata.normalize("NFKC", text)
    for needed, patterns in (_CONTACT, _NAME, _ADDRESS):
        if any(pattern.search(normal) for pattern in patterns):
            assert needed.search(normal)
