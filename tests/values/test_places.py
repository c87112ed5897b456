import csv
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catdata.entities import CODE_LISTS, REFERENCES
from catdata.values import PARSERS, bodies, body_events, check_digit
from catdata.values.municipalities import NATION, known_codes
from values.cases import NO_YEAR, filled, parse

COARSENED = ("PLACE_COARSENED",)
# The nation publishes figures too, but is no body of the code list.
COUNTRY, *_OTHERS = bodies()
BODIES = {str(b["municipality_code"]): b for b in _OTHERS}


@pytest.mark.parametrize(
    ("text", "area", "flags"),
    [
        ("宇城市松橋町東松崎701-4", "宇城市松橋町東松崎", COARSENED),
        ("水俣市八幡町３－２－７", "水俣市八幡町", COARSENED),
        ("町田市相原町1700番地付近", "町田市相原町", COARSENED),
        ("本町田3000番台", "本町田", COARSENED),
        ("本町三番地五", "本町", COARSENED),
        ("東京都千代田区千代田1番1号", "東京都千代田区千代田", COARSENED),
        ("〒100-0001 東京都千代田区千代田1-1", "東京都千代田区千代田", COARSENED),
        ("町田市金森東3丁目11番付近", "町田市金森東3丁目", COARSENED),
        ("札幌市中央区北３条西６丁目１番地", "札幌市中央区北3条西6丁目", COARSENED),
        ("西神楽2線10号", "西神楽2線", COARSENED),
        ("町田市忠生一丁目", "町田市忠生1丁目", ()),
        ("千代田区五番町", "千代田区五番町", ()),
        ("末広６条４丁目付近", "末広6条4丁目", ()),
        ("越谷市中島３丁目地内", "越谷市中島3丁目", ()),
        ("山梨市堀之内", "山梨市堀之内", ()),
        ("笛吹市石和町河内", "笛吹市石和町河内", ()),
        ("平戸市内", "平戸市", ()),
        ("須崎保健所管内", "須崎保健所管内", ()),
        ("北区　鶴羽田", "北区鶴羽田", ()),
        ("北杜市長坂町大八田（八ヶ岳PA下り）", "北杜市長坂町大八田", COARSENED),
        ("横浜市青葉区鴨志田町第二公園", "横浜市青葉区鴨志田町", COARSENED),
        ("沖縄市役所前ローソン", "沖縄市", COARSENED),
        ("糸満市ガタバル個人宅庭", "糸満市", COARSENED),
        ("自宅 那覇市泊", "那覇市泊", COARSENED),
        ("壱岐市芦辺町芦辺浦　芦辺小学校", "壱岐市芦辺町芦辺浦", COARSENED),
        ("福岡県遠賀郡岡垣町旭台、新聞屋さんの前の道路でうずくまっていた", "福岡県遠賀郡岡垣町旭台", COARSENED),
        ("E SPRING ST, LONG BEACH, CA 90815", "LONG BEACH, CA", COARSENED),
        ("BLK ATLANTIC AVE, LONG BEACH, CA 90805", "LONG BEACH, CA", COARSENED),
        ("123 Main Street, Alice River", "Alice River", COARSENED),
        ("AUSTIN, TX, United States", "AUSTIN, TX, United States", ()),
        ("Alice River", "Alice River", ()),
        ("Mount St John", "Mount St John", ()),
    ],
)  # fmt: skip
def test_place(text: str, area: str, flags: tuple[str, ...]) -> None:
    parsed = parse("place", text)
    assert (filled(parsed), parsed.flags) == ({"*": area}, flags)


@pytest.mark.parametrize(
    "text",
    ["不明", "－", "", "猫の里親　募集中　見学できます", "R8No.66 マッチング予約不可", "アパートのベランダ",
     "石川高校近くのファミリーマート", "自宅", "090-1234-5678", "佐藤様宅", "42 Main Street"],
)  # fmt: skip
def test_no_area(text: str) -> None:
    assert filled(parse("place", text)) == {}


@given(
    st.sampled_from(["宇城市松橋町東松崎", "千代田区丸の内", "四日市市諏訪町", "高山市上一之町"]),
    st.integers(1, 9999), st.integers(1, 99),
    st.sampled_from(["{}-{}", "{}番地{}", "{}番地の{}", "{}－{}", " {}-{}", "{}番{}号", "{}ー{}"]),
)  # fmt: skip
def test_a_house_number_never_stays(town: str, first: int, second: int, form: str) -> None:
    parsed = parse("place", town + form.format(first, second))
    assert (filled(parsed), parsed.flags) == ({"*": town}, COARSENED)


@pytest.mark.parametrize(
    ("text", "args", "code", "flags"),
    [
        ("札幌市", {}, "011002", ()), ("1100", {}, "011002", ()), ("01100", {}, "011002", ()),
        ("011002", {}, "011002", ()), ("１１００", {}, "011002", ()), ("1100.0", {}, "011002", ()),
        ("札幌市役所", {}, "011002", ()), ("北海道札幌市", {}, "011002", ()), ("北海道", {}, "010006", ()),
        ("札幌市中央区", {}, "011011", ()), ("札幌市 中央区", {}, "011011", ()),
        ("札幌市中央区", {"ward": "city"}, "011002", ()), ("札幌市", {"ward": "city"}, "011002", ()),
        ("千代田区", {"ward": "city"}, "131016", ()),
        ("東京都府中市", {}, "132063", ()), ("府中市", {"prefecture": "広島県"}, "342084", ()),
        ("福岡県糟屋郡宇美町", {}, "403415", ()), ("糟屋郡宇美町", {}, "403415", ()),
        ("茅ケ崎市", {}, "142077", ()), ("龍ヶ崎市", {}, "082082", ()),
        ("篠山市", {}, "282219", ()), ("丹波篠山市", {}, "282219", ()), ("兵庫県篠山市", {}, "282219", ()),
        # A town that stands has its name before a former one of the same name.
        ("那珂川町", {}, "094111", ()),
        ("福岡県那珂川町", {}, "402311", ("MUNICIPALITY_SUCCEEDED",)),
        ("滝沢村", {}, "032166", ("MUNICIPALITY_SUCCEEDED",)),
        ("221317", {}, "221384", ("MUNICIPALITY_SUCCEEDED",)),
        ("浜松市中区", {}, "221384", ("MUNICIPALITY_SUCCEEDED",)),
        ("浜松市中区", {"ward": "city"}, "221309", ("MUNICIPALITY_SUCCEEDED",)),
        ("浜松市北区", {}, "221392", ("MUNICIPALITY_SUCCEEDED",)),
        ("天竜市", {}, "221309", ("MUNICIPALITY_SUCCEEDED",)),
        ("埼玉県久喜市", {}, "112321", ()), ("鷲宮町", {}, "112321", ("MUNICIPALITY_SUCCEEDED",)),
        ("浜松市天竜区", {}, "221406", ()),
        ("浜松市", {}, "221309", ()), ("222020", {}, "221309", ("MUNICIPALITY_SUCCEEDED",)),
        ("USLGB0", {}, "USLGB0", ()), ("usson0", {}, "USSON0", ()),
        ("990001", {}, "990001", ()), ("全国", {}, NATION, ()), ("000000", {}, NATION, ()),
    ],
)  # fmt: skip
def test_municipality(
    text: str, args: dict[str, object], code: str, flags: tuple[str, ...]
) -> None:
    parsed = PARSERS["municipality"].function(text, NO_YEAR, args)
    assert (filled(parsed), parsed.flags, parsed.reject) == (
        {"municipality_code": code},
        flags,
        None,
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [("011003", "CHECK_DIGIT"), ("990000", "CHECK_DIGIT"), ("府中市", "AMBIGUOUS_MUNICIPALITY"),
     ("中央区", "AMBIGUOUS_MUNICIPALITY"), ("架空市", "UNKNOWN_MUNICIPALITY"),
     ("12345", "UNKNOWN_MUNICIPALITY"), ("横浜市存在しない区", "UNKNOWN_MUNICIPALITY")],
)  # fmt: skip
def test_no_municipality(text: str, reason: str) -> None:
    parsed = parse("municipality", text)
    assert (parsed.reject, filled(parsed)) == (reason, {})


def test_every_body_is_found_by_its_code_in_every_form_and_by_its_full_name() -> None:
    for code, body in BODIES.items():
        standing = body["valid_to"] is None
        for form in (code, code[:5], code[:5].lstrip("0")):
            found = parse("municipality", form)
            assert (found.fields["municipality_code"] == code) == standing, form
        if standing:
            prefecture = "" if body["kind"] == "prefecture" else str(body["prefecture"])
            found = parse("municipality", prefecture + str(body["name"]))
            assert found.fields == {"municipality_code": code}


def test_a_code_that_lost_its_zero_is_restored_by_its_check_digit() -> None:
    lost = {code: parse("municipality", code[1:]) for code in BODIES if code[0] == "0"}
    five_digits = {code[:5] for code in BODIES}
    for code, found in lost.items():
        if code[1:] not in five_digits and BODIES[code]["valid_to"] is None:
            assert found.fields == {"municipality_code": code}
    assert parse("municipality", "11002").fields == {"municipality_code": "011002"}


@given(st.sampled_from(sorted(BODIES)), st.integers(0, 9))
def test_a_wrong_check_digit_is_refused(code: str, digit: int) -> None:
    parsed = parse("municipality", code[:5] + str(digit))
    assert (parsed.reject == "CHECK_DIGIT") == (str(digit) != code[5])


@pytest.mark.parametrize(
    ("code5", "digit"),
    [("01100", "2"), ("13101", "6"), ("28221", "9"), ("47382", "1"), ("99000", "1")],
)
def test_check_digit(code5: str, digit: str) -> None:
    assert check_digit(code5) == digit


@pytest.mark.parametrize("code5", ["", "0110", "011002", "0110a", "０１１００"])
def test_check_digit_needs_five_digits(code5: str) -> None:
    with pytest.raises(ValueError, match="five digits"):
        check_digit(code5)


def test_the_bodies_of_japan_are_complete() -> None:
    standing = [b for b in BODIES.values() if b["valid_to"] is None]
    kinds = {
        kind: sum(b["kind"] == kind for b in standing) for kind in CODE_LISTS["body_kind"].names()
    }
    wards, prefectures = kinds.pop("ward"), kinds.pop("prefecture")
    assert (wards, prefectures, sum(kinds.values())) == (171, 47, 1741)
    assert (kinds["designated_city"], kinds["core_city"], kinds["special_ward"]) == (20, 62, 23)
    assert kinds["town"] == 743 and kinds["village"] == 183


def people(body: dict[str, object]) -> int:
    """Return the population; nobody lived in 双葉町 at the census, and its cell is blank."""
    return int(str(body["population"] or 0))


def test_municipalities_add_up_to_their_prefecture() -> None:
    parts: dict[object, int] = {}
    for body in BODIES.values():
        if body["kind"] not in ("ward", "prefecture") and body["valid_to"] is None:
            parts[body["prefecture"]] = parts.get(body["prefecture"], 0) + people(body)
    assert parts == {
        b["name"]: b["population"] for b in BODIES.values() if b["kind"] == "prefecture"
    }


def test_rows_have_the_columns_of_the_reference_tables() -> None:
    for rows, table in ((bodies(), "ref_body"), (body_events(), "ref_body_event")):
        columns = REFERENCES[table].columns
        assert {frozenset(row) for row in rows} == {frozenset(c.name for c in columns)}
        for row in rows:
            assert all(row[c.name] is not None for c in columns if c.required), row
    assert all(b["kind"] in CODE_LISTS["body_kind"] for b in bodies())


def test_events_join_known_bodies_and_close_former_ones() -> None:
    for event in body_events():
        old, new = BODIES[str(event["predecessor_code"])], BODIES[str(event["successor_code"])]
        assert new["valid_to"] is None or str(new["valid_to"]) >= str(event["event_date"])
        if old is not new:
            assert old["valid_to"] is not None and str(old["valid_to"]) < str(event["event_date"])
    assert known_codes() == set(BODIES)


def test_built_tables_follow_the_changes_kept_by_hand() -> None:
    text = (files("catdata.values") / "data" / "changes.csv").read_text(encoding="utf-8")
    changes = list(csv.DictReader(text.splitlines()))
    assert sorted((c["old_code"], c["new_code"], c["date"]) for c in changes) == sorted(
        (str(e["predecessor_code"])[:5], str(e["successor_code"])[:5], str(e["event_date"]))
        for e in body_events()
    )


def test_the_country_stands_first_with_the_people_of_the_census() -> None:
    assert (COUNTRY["municipality_code"], COUNTRY["kind"]) == (NATION, "nation")
    assert COUNTRY["population"] == 126_226_568
