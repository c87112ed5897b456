"""Breeds, and the length of hair that they and other words tell."""

import re
from collections.abc import Mapping

from catdata.values.result import EMPTY, Context, Parsed
from catdata.values.text import fold, says_nothing

MIXED = "mixed"

# slug: the words in folded text; a shelter's guess at a pedigree stands, so "系" and "風" add "_mix".
_BREEDS: tuple[tuple[str, str], ...] = (
    ("scottish_fold", r"スコティッシュ・?フォールド|scottish fold"),
    ("american_shorthair", r"アメリカン・?ショート・?ヘアー?|アメショー?|amer(?:ican)? (?:sh|short ?hair)"),
    ("british_shorthair", r"ブリティッシュ・?ショート・?ヘアー?|british (?:sh|short ?hair)"),
    ("exotic_shorthair", r"エキゾチック・?ショート・?ヘアー?|exotic (?:sh|short ?hair)"),
    ("russian_blue", r"ロシアン・?ブルー|russian(?: blue)?"),
    ("maine_coon", r"メイン・?クーン|maine coon"),
    ("norwegian_forest", r"ノルウェージャン(?:・?フォレスト・?キャット)?|norwegian(?: forest)?(?: cat)?"),
    ("munchkin", r"マンチカン|munchkin(?: [slm]h)?"),
    ("ragdoll", r"ラグ・?ドール|ragdoll"),
    ("ragamuffin", r"ラガ・?マフィン|ragamuffin"),
    ("bengal", r"ベンガル|bengal"),
    ("persian", r"ペルシャ|チンチラ(?:シルバー|ゴールデン)?|persian"),
    ("abyssinian", r"アビシニアン|abyssinian"),
    ("somali", r"ソマリ|somali"),
    ("minuet", r"ミヌエット|minuet|napoleon"),
    ("himalayan", r"ヒマラヤン|himalayan"),
    ("siamese", r"シャム|siamese"),
    ("balinese", r"バリニーズ|balinese"),
    ("burmese", r"バーミーズ|burmese"),
    ("tonkinese", r"トンキニーズ|tonkinese"),
    ("birman", r"バーマン|birman"),
    ("snowshoe", r"スノーシュー|snowshoe"),
    ("manx", r"マンクス|manx"),
    ("sphynx", r"スフィンクス|sphynx"),
    ("ocicat", r"オシキャット|ocicat"),
    ("savannah", r"サバンナ|savannah"),
    ("singapura", r"シンガプーラ|singapura"),
    ("siberian", r"サイベリアン|siberian(?! husky)"),
    ("toyger", r"トイガー|toyger"),
    ("cheetoh", r"チートー|cheetoh"),
    ("turkish_angora", r"ターキッシュ・?アンゴラ|turkish angora"),
    ("turkish_van", r"ターキッシュ・?バン|turkish van"),
    ("egyptian_mau", r"エジプシャン・?マウ|egyptian mau"),
    ("cornish_rex", r"コーニッシュ・?レックス|cornish rex"),
    ("devon_rex", r"デボン・?レックス|devon rex"),
    ("selkirk_rex", r"セルカーク・?レックス|selkirk rex"),
    ("japanese_bobtail", r"ジャパニーズ・?ボブテイル|japan(?:ese)? bobtail"),
    ("american_bobtail", r"アメリカン・?ボブテイル|amer(?:ican)? bobtail"),
    ("american_curl", r"アメリカン・?カール|amer(?:ican)? curl(?: [sl]h)?"),
    ("javanese", r"ジャバニーズ|javanese"),
    ("oriental", r"オリエンタル(?:・?ショート・?ヘアー?)?|oriental(?: (?:sh|short ?hair))?"),
)  # fmt: skip
_FINDERS = tuple((slug, re.compile(rf"(?<![a-z])(?:{words})(?![a-z])")) for slug, words in _BREEDS)
_MIXED = re.compile(
    r"雑種|^雑|ミックス|(?<![a-z])(?:mix(?:ed)?|d[sml]h|domestic|moggy|moggie|crossbreed)(?![a-z])|日本猫|和猫|混血|洋猫"
)
_LIKE = re.compile(r"系|風|(?:似|様)|ミックス|雑種|/|(?<![a-z])(?:mix|cross)(?![a-z])")
_HAIR = (
    ("medium", re.compile(r"半長毛|中(?:長)?毛|セミロング|(?<![a-z])(?:d?mh|medium ?hair(?:ed)?|medium long ?hair)(?![a-z])")),
    ("long", re.compile(r"長毛|ロングヘア|(?<![a-z])(?:d?lh|long ?hair(?:ed)?)(?![a-z])")),
    ("short", re.compile(r"短毛|ショートヘア|(?<![a-z])(?:d?sh|short ?hair(?:ed)?)(?![a-z])")),
)  # fmt: skip
# Columns for the breed also hold coats, stages and leftovers of a page's layout.
_NO_BREED = re.compile(
    r"[歳才ヶか月~: .-]+|.{0,6}(?:トラ|三毛|サビ|キジ|白|黒|猫|猫種|ネコ|ねこ)白?|大きめ|小さめ|品種|種類|猫|ネコ|(?:domestic )?cat"
)


def hair_of(folded: str) -> str | None:
    """Return the length of hair that a folded text names, None when it names none."""
    return next((length for length, words in _HAIR if words.search(folded)), None)


def find_breed(folded: str) -> str | None:
    """Return the breed that a folded text names, as a slug; `_mix` where it is only like it."""
    for slug, finder in _FINDERS:
        if finder.search(folded):
            return f"{slug}_mix" if _LIKE.search(finder.sub("", folded)) else slug
    return MIXED if _MIXED.search(folded) else None


def parse_breed(text: str, context: Context, args: Mapping[str, object]) -> Parsed:
    """Read a breed and the length of hair; `mixed` for 雑種 and domestic cats without a pedigree.

    A coat or a stage in the breed's column is no breed; other unread texts carry UNKNOWN_CODE.
    """
    folded = fold(text)
    if says_nothing(folded):
        return EMPTY
    hair = hair_of(folded)
    fields = {"hair_length": hair} if hair else {}
    breed = find_breed(folded)
    if breed:
        return Parsed({**fields, "breed": breed})
    known = hair is not None or _NO_BREED.fullmatch(folded) is not None
    return Parsed(fields, () if known else ("UNKNOWN_CODE",))
