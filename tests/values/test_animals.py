from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from values.cases import NO_YEAR, filled, parse

D = Decimal


def months(low: str, high: str | None, basis: str = "stated") -> dict[str, object]:
    bounds: dict[str, object] = {"age_months_min": D(low), "age_basis": basis}
    return bounds | ({} if high is None else {"age_months_max": D(high)})


def born(first: str, last: str) -> dict[str, object]:
    return {"birth_from": date.fromisoformat(first), "birth_to": date.fromisoformat(last)}


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("5歳", months("60", "71")),
        ("７才", months("84", "95")),
        ("0歳", months("0", "11")),
        ("1歳未満", months("0", "11")),
        ("3ヵ月以下", months("0", "3")),
        ("5歳以下", months("0", "71")),
        ("10歳以上", months("120", None)),
        ("推定10歳以上", months("120", None, "estimated")),
        ("1.5歳", months("18", "18")),
        ("0.5歳程度", months("6", "6", "estimated")),
        ("1歳半", months("18", "18")),
        ("半年", months("6", "6")),
        ("1歳7ヶ月", months("19", "19")),
        ("推定２歳１か月齢", months("25", "25", "estimated")),
        ("4週", months("0.9", "0.9")),
        ("10日齢", months("0.3", "0.3")),
        ("生後2ヶ月", months("2", "2")),
        ("8ヶ月齢程度", months("8", "8", "estimated")),
        ("推定2.5ヶ月齢", months("2.5", "2.5", "estimated")),
        ("推定4ヵ月齢前後", months("4", "4", "estimated")),
        ("3箇月", months("3", "3")),
        ("4か月～1歳", months("4", "23")),
        ("2歳～5歳", months("24", "71")),
        ("6〜10歳", months("72", "131")),
        ("5~6歳（推定）", months("60", "83", "estimated")),
        ("推定3～5歳(推定)", months("36", "71", "estimated")),
        ("約7～8ヶ月", months("7", "8", "estimated")),
        ("5,6歳", months("60", "83")),
        ("2、3歳", months("24", "47")),
        ("10歳体重：約10kg性格・特徴：写真撮影日：2025年6月30日", months("120", "131")),
        ("2 years", months("24", "35")),
        ("3 months", months("3", "3")),
        ("1 year 6 months", months("18", "18")),
        ("6 weeks", months("1.4", "1.4")),
        ("3 years old", months("36", "47")),
        ("子猫（３～６ヶ月齢）", months("3", "6") | {"life_stage": "kitten"}),
        # 1.2 may mean one or two years: both are in the range.
        ("成猫(推定1.2歳)", months("12", "35", "estimated") | {"life_stage": "adult"}),
        ("成猫(年齢不明)", {"life_stage": "adult"}),
        ("高齢", {"life_stage": "adult"}),
        ("幼齢（離乳済み）", {"life_stage": "kitten"}),
        ("Kitten", {"life_stage": "kitten"}),
        ("2025年4月下旬生まれ", born("2025-04-21", "2025-04-30")),
        ("推定２０２０年１０月生まれ", born("2020-10-01", "2020-10-31")),
        ("2025年夏生まれ", born("2025-06-01", "2025-08-31")),
        ("2025年冬生まれ", born("2025-01-01", "2026-02-28")),
        ("2023年", born("2023-01-01", "2023-12-31")),
        ("令和5年4月生まれ", born("2023-04-01", "2023-04-30")),
        ("2019年6月3日生まれ", born("2019-06-03", "2019-06-03")),
        ("９ヶ月齢（2025年4月生まれ）", months("9", "9") | born("2025-04-01", "2025-04-30")),
        # An age on a stated day is a range of births, not an age at intake.
        ("推定８ヶ月（令和８年１月現在）", born("2025-04-02", "2025-06-02")),
    ],
)
def test_age(text: str, fields: dict[str, object]) -> None:
    parsed = parse("age", text)
    assert (filled(parsed), parsed.flags) == (fields, ())


@pytest.mark.parametrize(
    ("text", "flag"),
    [("8月", "AGE_AMBIGUOUS"), ("12月", "AGE_AMBIGUOUS"), ("5", "AGE_AMBIGUOUS"),
     ("推定年齢", "AGE_UNPARSED"), ("歳ヶ月", "AGE_UNPARSED"), ("～歳", "AGE_UNPARSED"),
     ("DOG ReLIFE GUNMA", "AGE_UNPARSED"), ("-7", "AGE_UNPARSED"), ("数ヶ月", "AGE_UNPARSED"),
     ("5～3歳", "AGE_UNPARSED"), ("3歳4", "AGE_UNPARSED")],
)  # fmt: skip
def test_what_is_no_age_stays_empty(text: str, flag: str) -> None:
    parsed = parse("age", text)
    assert (filled(parsed), parsed.flags) == ({}, (flag,))


def test_a_birth_month_without_its_year_gives_the_stage_alone() -> None:
    parsed = parse("age", "子猫・推定9月生まれ")
    assert (filled(parsed), parsed.flags) == ({"life_stage": "kitten"}, ("AGE_AMBIGUOUS",))


def test_plain_numbers_take_the_unit_of_the_contract() -> None:
    assert filled(parse("age", "24", unit="months")) == months("24", "24")
    assert filled(parse("age", "5", unit="years")) == months("60", "71")
    assert parse("age", "-7", unit="years").flags == ("AGE_UNPARSED",)


@given(st.integers(0, 40))
def test_over_22_years_is_an_outlier(years: int) -> None:
    parsed = parse("age", f"{years}歳")
    assert (parsed.flags == ("AGE_OUTLIER",)) == (years > 22)


@given(st.integers(0, 22), st.integers(0, 11))
def test_years_and_months_are_exact(years: int, months_: int) -> None:
    fields = parse("age", f"{years}歳{months_}か月").fields
    assert fields["age_months_min"] == fields["age_months_max"] == years * 12 + months_


@given(st.integers(0, 18), st.integers(0, 6), st.sampled_from(["～", "~", "〜", "-", "から", "、"]))
def test_a_range_reaches_from_its_first_to_its_last_month(low: int, more: int, sign: str) -> None:
    fields = parse("age", f"{low}{sign}{low + more}歳").fields
    assert (fields["age_months_min"], fields["age_months_max"]) == (
        low * 12,
        (low + more) * 12 + 11,
    )


@pytest.mark.parametrize(
    ("text", "order", "first", "last"),
    [("6/21/2019", "mdy", "2019-06-21", "2019-06-21"), ("2019-06", "ymd", "2019-06-01", "2019-06-30"),
     ("令和元年", "ymd", "2019-01-01", "2019-12-31"), ("2024-06-18T00:00:00.000", "ymd", "2024-06-18", "2024-06-18"),
     ("2020年春", "ymd", "2020-03-01", "2020-05-31"), ("推定2020年2月生まれ", "ymd", "2020-02-01", "2020-02-29")],
)  # fmt: skip
def test_birth_date(text: str, order: str, first: str, last: str) -> None:
    assert filled(parse("birth_date", text, order=order)) == born(first, last)


def test_a_birth_date_never_infers_its_year() -> None:
    parsed = parse("birth_date", "4月1日", NO_YEAR)
    assert (filled(parsed), parsed.flags) == ({}, ("INVALID_DATE",))


@pytest.mark.parametrize(
    ("text", "sex", "neuter_status"),
    [
        ("♂", "male", None), ("♀", "female", None), ("ｵｽ", "male", None), ("めす", "female", None),
        ("雄", "male", None), ("牝", "female", None), ("男の子", "male", None), ("女の子", "female", None),
        ("M", "male", None), ("f", "female", None), ("Male", "male", None), ("Female", "female", None),
        ("オス（推定）", "male", None), ("オス1匹", "male", None),
        ("Neutered", "male", "neutered"), ("Spayed", "female", "neutered"),
        ("Neutered Male", "male", "neutered"), ("Intact Female", "female", "intact"),
        ("去勢オス", "male", "neutered"), ("避妊メス", "female", "neutered"),
        ("オス（去勢済）", "male", "neutered"), ("メス(未)", "female", "intact"),
        ("未去勢オス", "male", "intact"), ("メス（避妊手術なし）", "female", "intact"),
        ("不妊手術済", "unknown", "neutered"), ("性別不明", "unknown", None),
    ],
)  # fmt: skip
def test_sex(text: str, sex: str, neuter_status: str | None) -> None:
    parsed = parse("sex", text)
    expected = {"sex": sex} | ({"neuter_status": neuter_status} if neuter_status else {})
    assert (filled(parsed), parsed.flags) == (expected, ())


def test_sex_that_cannot_be_told() -> None:
    assert parse("sex", "オス・メス").flags == ("SEVERAL_ANIMALS",)
    assert parse("sex", "abc").flags == ("UNKNOWN_SEX",)
    assert parse("sex", "不明").fields == {}


@pytest.mark.parametrize(
    ("text", "status"),
    [("Yes", "neutered"), ("TRUE", "neutered"), ("済", "neutered"), ("○", "neutered"),
     ("手術済", "neutered"), ("不妊手術済", "neutered"), ("去勢済み", "neutered"), ("No", "intact"),
     ("False", "intact"), ("未", "intact"), ("未手術", "intact"), ("×", "intact"), ("未実施", "intact")],
)  # fmt: skip
def test_neutered(text: str, status: str) -> None:
    assert parse("neutered", text).fields == {"neuter_status": status}


def test_neutered_unread() -> None:
    parsed = parse("neutered", "たぶん")
    assert (parsed.fields, parsed.flags) == ({"neuter_status": "unknown"}, ("UNKNOWN_CODE",))


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("短毛／黒白", {"coat": "black_white", "hair_length": "short"}),
        ("半長毛／茶トラ", {"coat": "orange_tabby", "hair_length": "medium"}),
        ("キジ（長毛） 去勢オス", {"coat": "brown_tabby", "hair_length": "long", "sex": "male", "neuter_status": "neutered"}),
        ("黒 オス", {"coat": "black", "sex": "male"}),
        ("オス", {"coat": "unknown", "sex": "male"}),
        ("雑種", {"coat": "unknown", "breed": "mixed"}),
        ("ラガマフィン（茶）", {"coat": "orange_tabby", "breed": "ragamuffin"}),
    ],
)  # fmt: skip
def test_what_a_coat_cell_tells_besides(text: str, fields: dict[str, object]) -> None:
    parsed = parse("coat", text)
    assert (filled(parsed), parsed.flags) == (fields, ())


COATS = {
    "brown_tabby": "キジ キジトラ ギジトラ 茶キジ 黒トラ ブラックタビー ブラウンマッカレルタビー 暗めのキジトラ",
    "brown_tabby_white": "キジ白 白キジ キジトラ白 白色、キジトラ柄 キジトラ（足は白） 黒系キジ白 トラ(茶黒)白",
    "orange_tabby": "茶トラ 茶 茶虎 薄い茶トラ 茶色系 茶トラ、ずんぐりむっくり",
    "orange_white": "茶白 白茶 白・茶 茶色、白色 白茶トラ 茶トラ白 レッド＆ホワイト 茶白、太め",
    "silver_tabby": "サバトラ サバ シルバータビー グレーのしま サバトラ（グレー） グレーのキジトラ",
    "silver_white": "サバ白 白サバ、やせ サバトラ／白",
    "black": "黒 黒色 黒系 黒猫 真っ黒 黒、大きい 黒(エンジェルマーク有)",
    "black_white": "白黒 黒白 白・黒 黒と白 白黒ハチワレ ハチワレ ハチワレ（白黒） 白黒のハチワレ 黒（首元が白）",
    "white": "白 ホワイト 全体的に白 白系",
    "grey": "灰 グレー 灰色 ブルー 銀色 全体的にグレー",
    "grey_white": "灰白 白灰 白とグレー 白地にグレー 全身グレー（足先白っぽい）",
    "calico": "三毛 三毛猫 白黒茶 白、黒、茶 茶黒白 三毛（黒茶白） 白ミケ",
    "tabby_calico": "縞三毛 キジ三毛 三毛キジ",
    "tortoiseshell": "サビ さび色 べっ甲 サビ猫 黒(少しサビ入り) 茶・黒（さび）",
    "torbie": "キジサビ シルバーパッチドタビー 麦わら",
    "cream": "クリーム ベージュ 薄茶 ミルクティー色（耳の先と尻尾の色が濃い）",
    "point": "ポイント シールポイント ブルーポイントバイカラー シャム柄 シャムトラ系 白に茶色のポイント",
    "other": "その他 こげ茶 黒灰 雑色 ゴールド トラ 黒茶",
}
COATS_EN = {
    "brown_tabby": "BRN TABBY|BLK TABBY|Brown Tabby/Black|BRN TIGER|AGOUTI|Black/Tabby|Brown Ticked",
    "brown_tabby_white": "BRN TABBY/WHITE|WHITE/BRN TABBY|Brown Tabby/White",
    "orange_tabby": "ORG TABBY|ORANGE|RED|Cream Ginger Tabby|ORG TIGER",
    "orange_white": "ORG TABBY/WHITE|WHITE/ORANGE|Orange Tabby/White",
    "silver_tabby": "GRAY TABBY|SLVR TABBY|BLUE TABBY|GRAY TABBY/BLACK|Smoke Tabby",
    "silver_white": "GRAY TABBY/WHITE|WHITE/GRAY TABBY",
    "black": "BLACK|BLK SMOKE|BLACK/BLACK",
    "black_white": "BLACK/WHITE|WHITE/BLACK|BLK SMOKE/WHITE",
    "grey": "GRAY|BLUE|SILVER|Grey",
    "grey_white": "GRAY/WHITE|WHITE/BLUE",
    "calico": "CALICO|CALICO DIL|TRICOLOR|TORTIE/WHITE|BLUE CREAM/WHITE|Muted Calico",
    "tabby_calico": "CALICO TAB|BRN TABBY/CALICO|Torbie/White",
    "tortoiseshell": "TORTIE|TORTIE DIL|BLUE CREAM|BLACK/ORANGE|Muted Tortoiseshell",
    "torbie": "TORBI|BRN TABBY/TORTIE|Torbie|Silver Patch Tabby",
    "cream": "CREAM|BUFF|CRM TABBY|TAN/WHITE",
    "point": "SEAL PT|LYNX PT|LI LYNX PT|S-T PT|FLAME PT/WHITE|Seal Bicolor|TORTIE PT|SNOWSHOE",
    "white": "WHITE|WHITE/WHITE",
    "other": "BROWN|GRAY/BLACK|Tabby|CHOCOLATE",
}


@pytest.mark.parametrize(
    ("text", "coat"),
    [(text, coat) for coat, texts in COATS.items() for text in texts.split()]
    + [(text, coat) for coat, texts in COATS_EN.items() for text in texts.split("|")],
)
def test_coat(text: str, coat: str) -> None:
    parsed = parse("coat", text)
    assert (parsed.fields["coat"], parsed.flags) == (coat, ())


def test_coat_read_with_the_wrong_encoding_by_its_publisher() -> None:
    assert parse("coat", "キジトラ".encode().decode("latin-1")) == parse("coat", "キジトラ")


@pytest.mark.parametrize(
    "text", ["毛色", "種類・毛色・オスメス", "特定非営利活動法人 群馬わんにゃんネットワーク", "xyz"]
)
def test_no_coat(text: str) -> None:
    assert parse("coat", text).fields["coat"] == "unknown"


@pytest.mark.parametrize(
    ("text", "coat"),
    [("短毛／2匹ともキジ白", "brown_tabby_white"), ("黒１頭 黒白１頭 キジトラ２頭", "unknown"),
     ("1.キジ白 2.キジトラ白", "brown_tabby_white"), ("キジ白×2、黒白×2", "unknown"),
     ("短毛／サビ、キジ、茶キジ、黒", "unknown")],
)  # fmt: skip
def test_several_animals_in_one_cell(text: str, coat: str) -> None:
    parsed = parse("coat", text)
    assert (parsed.fields["coat"], parsed.flags) == (coat, ("SEVERAL_ANIMALS",))


@pytest.mark.parametrize(
    ("text", "breed", "hair"),
    [
        ("雑種", "mixed", None), ("雑", "mixed", None), ("MIX", "mixed", None), ("ミックス（キジ白）", "mixed", None),
        ("雑種（長毛）", "mixed", "long"), ("DOMESTIC SH", "mixed", "short"), ("Domestic Medium Hair", "mixed", "medium"),
        ("DLH", "mixed", "long"), ("SIAMESE", "siamese", None), ("SIAMESE/MIX", "siamese_mix", None),
        ("アメリカンショートヘアー風", "american_shorthair_mix", "short"), ("スコティッシュフォールド", "scottish_fold", None),
        ("ノルウェージャン系", "norwegian_forest_mix", None), ("チンチラシルバー", "persian", None),
        ("DOMESTIC LH/MAINE COON", "maine_coon_mix", "long"), ("RUSSIAN BLUE", "russian_blue", None),
        ("三毛猫", None, None), ("～歳", None, None), ("長毛キジトラ白", None, "long"),
    ],
)  # fmt: skip
def test_breed(text: str, breed: str | None, hair: str | None) -> None:
    parsed = parse("breed", text)
    expected = {"breed": breed, "hair_length": hair}
    assert filled(parsed) == {k: v for k, v in expected.items() if v} and parsed.flags == ()


def test_breed_unread() -> None:
    assert parse("breed", "柴犬").flags == ("UNKNOWN_CODE",)


@pytest.mark.parametrize(
    ("text", "size"),
    [("中型", "medium"), ("小", "small"), ("大型\t(6.7kg)", "large"), ("中（8.6㎏）", "medium"), ("KITTN", "small"),
     ("X-LRG", "large"), ("MED", "medium"), ("TOY", "small"), ("やや大きめの中型", "medium")],
)  # fmt: skip
def test_body_size(text: str, size: str) -> None:
    assert parse("body_size", text).fields == {"body_size": size}


def test_a_weight_is_no_size() -> None:
    assert filled(parse("body_size", "約3.5kg")) == {}
    assert parse("body_size", "キジトラ").flags == ("UNKNOWN_CODE",)
    assert parse("body_size", "小型・中型").flags == ("UNKNOWN_CODE",)


@pytest.mark.parametrize(
    ("text", "present"),
    [("あり", True), ("有", True), ("○", True), ("Yes", True), ("装着済", True), ("左耳カット", True), ("右", True),
     ("Vカット済", True), ("左(V)", True), ("392140123456789", True), ("985 112 003 456 789", True),
     ("有（392140123456789）", True), ("なし", False), ("無し", False), ("×", False), ("No", False), ("未", False),
     ("カットなし", False)],
)  # fmt: skip
def test_presence(text: str, present: bool) -> None:
    assert parse("presence", text).fields == {"*": present}


@given(
    st.from_regex(r"[39][0-9]{14}", fullmatch=True),
    st.sampled_from(["{}", "有({})", "MC:{}", "番号 {}"]),
)
def test_a_chip_number_means_yes_and_is_never_kept(number: str, form: str) -> None:
    assert parse("presence", form.format(number)).fields == {"*": True}
    for name in ("text", "free_text", "collar"):
        kept = str(parse(name, form.format(number)).fields)
        assert number not in kept
    assert filled(parse("identifier", number)) == {}


@pytest.mark.parametrize(
    ("text", "fields", "flags"),
    [
        ("なし", {"collar_present": False}, ()),
        ("首輪なし", {"collar_present": False}, ()),
        ("あり", {"collar_present": True}, ()),
        ("首輪有り", {"collar_present": True}, ()),
        ("赤い首輪", {"collar_present": True, "collar": "赤い首輪"}, ()),
        ("赤（℡090-1234-5678）", {"collar_present": True, "collar": "赤(〔削除〕)"}, ("TEXT_SCRUBBED",)),
        ("不明", {}, ()),
    ],
)  # fmt: skip
def test_collar(text: str, fields: dict[str, object], flags: tuple[str, ...]) -> None:
    parsed = parse("collar", text)
    assert (filled(parsed), parsed.flags) == (fields, flags)
