"""Coats: Japanese and English colour words to the codes of the coat list."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from catdata.values.breeds import MIXED, find_breed, hair_of
from catdata.values.result import EMPTY, Context, Parsed, Value
from catdata.values.sex import SEX_WORDS, parse_sex
from catdata.values.text import fold, says_nothing

WHITE, BLACK, GREY, SILVER, ORANGE, TAN, CREAM, BROWN = (
    "white", "black", "grey", "silver", "orange", "tan", "cream", "brown",
)  # fmt: skip
TABBY, CALICO, TORTIE, TORBIE, POINT, SMOKE = (
    "tabby", "calico", "tortie", "torbie", "point", "smoke",
)  # fmt: skip
OTHER, UNKNOWN = "other", "unknown"

_MASK = r"ハチワレ|はちわれ|八割れ|鉢割れ"
# Words and what they say, longest reading first; TAN is 茶, a red or a brown that the word leaves open.
_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    # points
    (r"シャム(?:系|トラ|猫|柄|色|風)*|ポイント(?:カラー)?|ヒマラヤン|トンキニーズ|スノーシュー", (POINT,)),
    (r"\b(?:[a-z]{1,2}-[a-z]|[a-z]{2})? ?(?:lynx )?(?:pt|points?|pointed)\b|\bsnowshoe\b|\bseal(?: bicolou?r)?\b|\bsiamese\b|\bcolou?rpoint\b", (POINT,)),
    # several colours in one word
    (r"縞三毛|しま三毛|三毛(?:縞|トラ|とら|キジ|きじ)|(?:キジ|きじ|雉|トラ|とら|サバ)三毛|三毛柄の?キジ", (CALICO, TABBY)),
    (r"キジサビ|サビキジ|サビ(?:トラ|とら|縞)|(?:トラ|とら)サビ|麦わら|むぎわら|ムギワラ|トービー", (TORBIE,)),
    (r"シルバーパッチ(?:ド)?タビー|パッチ(?:ド)?タビー", (TORBIE,)),
    (r"\btorbie?\b|\bpatch(?:ed)? tabby\b", (TORBIE,)),
    (r"三毛|三色|ミケ|みけ|キャリコ|トライカラー", (CALICO,)),
    (r"\bcalico\b|\btri-?colou?r(?:ed)?\b", (CALICO,)),
    (r"サビ|さび|錆|べっ甲|鼈甲|トーティ(?:ー|シェル)?", (TORTIE,)),
    (r"\btorti(?:e|es|shell)?\b|\btortoise ?shell\b|\bblue cream\b", (TORTIE,)),
    # tabbies by name
    (r"[茶黒薄濃]?キジ(?:トラ|とら)?|[茶黒]?きじ(?:とら|トラ)?|雉(?:虎|トラ)?|ギジトラ|キシトラ|キジとら", (BROWN, TABBY)),
    (r"サバ(?:トラ|とら|虎)?|さば(?:トラ|とら)?|鯖(?:虎|トラ)?|アメショー?柄", (SILVER, TABBY)),
    (r"(?:薄い?|濃い?)?茶(?:トラ|とら|虎|縞|シマ|しま)|オレンジ(?:タビー)?|赤(?:トラ|毛)|レッド(?:タビー)?", (ORANGE, TABBY)),
    (r"(?:グレー|グレイ|灰)(?:色)?の?(?:トラ|とら|縞|しま|シマ|キジ)", (GREY, TABBY)),
    (r"チャトラ|ちゃとら", (ORANGE, TABBY)),
    (r"ブラウン(?:・)?(?:クラシック|マッカレル|スポテッド|スポッテッド|パッチド?)?タビー", (BROWN, TABBY)),
    (r"シルバー(?:クラシック|マッカレル|スポテッド|スポッテッド)?タビー", (SILVER, TABBY)),
    (r"ティッキング|ティックド|アグーティ", (BROWN, TABBY)),
    (r"\bagouti\b|\bruddy\b", (BROWN, TABBY)),
    (r"タビー|トラ|とら|虎|縞|しま模様|シマ|しましま|ヒョウ柄|ロゼット|スポット", (TABBY,)),
    (r"\b(?:tab|tabby|tabbies|tiger|ticked|brindle|mackerel|spotted)\b", (TABBY,)),
    # plain colours
    (_MASK, (WHITE,)),
    (r"こげ ?茶|焦げ?茶|コゲ茶|濃い?茶(?:色)?|チョコレート(?:色)?|チョコ", (BROWN,)),
    (r"薄い?茶(?:色)?|うす茶|薄茶|ベージュ|クリーム(?:色)?|ミルクティー(?:色)?|生成り|黄土色|黄色|フォーン|アイボリー|バフ", (CREAM,)),
    (r"茶(?:褐色|色)?系?|ブラウン", (TAN,)),
    (r"グレー|グレイ|灰(?:色)?|鼠色|ねずみ色|ブルー|銀色", (GREY,)),
    (r"シルバー", (SILVER,)),
    (r"スモーク", (SMOKE,)),
    (r"真っ黒|黒(?:色|系|猫|毛)?|クロ|ブラック|くろ", (BLACK,)),
    (r"真っ白|白(?:色|系|猫|毛)?|シロ|ホワイト|しろ", (WHITE,)),
    (r"\b(?:black|blk)\b", (BLACK,)),
    (r"\b(?:white|wht|bicolou?r)\b", (WHITE,)),
    (r"\b(?:gr[ae]y|gry|blue|lilac)\b", (GREY,)),
    (r"\b(?:silver|slvr)\b", (SILVER,)),
    (r"\b(?:smoke|smk)\b", (SMOKE,)),
    (r"\b(?:orange|org|red|ginger|marmalade|rd)\b", (ORANGE,)),
    (r"\b(?:cream|crm|buff|tan|apricot|peach|wheat|blonde|beige|champagne|yellow|fawn)\b", (CREAM,)),
    (r"\b(?:brown|brn|br|chocolate|choc|sable|cinnamon)\b", (BROWN,)),
    (r"その他|雑色|ブチ|ぶち|まだら|ゴールド|金色|\bother\b|\bgold(?:en)?\b|\bshaded\b|\bpink\b|\bmerle\b|\bchinchilla\b|チンチラ", (OTHER,)),
)  # fmt: skip
_SCANNER = re.compile("|".join(f"(?P<w{i}>{words})" for i, (words, _) in enumerate(_WORDS)))
_ENGLISH = re.compile(r"[a-z]{2,}")
# Eyes, collars, ear tips and tags have colours of their own.
_NOT_COAT = re.compile(
    r"(?:目|眼|瞳|首輪|リード|ハーネス|鼻|肉球)(?:は|が|の色|色)?[^、,。・/ 尻尾]*"
)
_HEADS = re.compile(
    r"[0-9]+ ?(?:匹|頭)|(?:^| )0[1-9] |[×x] ?[2-9]|(?:^|\s)[1-9]\. ?(?=\S)|(?:匹|頭)ずつ|兄弟"
)
_SAME = re.compile(r"[0-9] ?(?:匹|頭)とも")
_LIST = re.compile(r"[、,/・\n ]|(?:^|\s)[1-9]\.")
# Patterns that are a whole coat each; two of them side by side are two cats.
_LITTER = re.compile(r"キジ(?!三毛|サビ)|茶(?:トラ|白|キジ)|サバ|サビ(?!キジ)|三毛|黒白|白黒")
MAKES_LITTER = 3
# Breeds that a coat's word is taken from: it tells the points, not the pedigree.
_POINTED = frozenset(
    f"{breed}{like}"
    for breed in ("siamese", "himalayan", "snowshoe", "tonkinese")
    for like in ("", "_mix")
)


@dataclass(slots=True)
class Signs:
    """What the words of a coat say: its colours and its patterns."""

    colours: set[str] = field(default_factory=set)
    patterns: set[str] = field(default_factory=set)


def parse_coat(text: str, context: Context, args: Mapping[str, object]) -> Parsed:
    """Read a coat, with hair length, breed, sex and neuter status where the cell tells them too.

    English colours may be joined by a slash, the primary one first. Several animals in a cell that
    differ give unknown with SEVERAL_ANIMALS; unreadable texts give unknown with UNKNOWN_COAT.
    """
    folded = fold(text)
    if says_nothing(folded):
        return EMPTY
    fields: dict[str, Value] = {}
    hair = hair_of(folded)
    if hair:
        fields["hair_length"] = hair
    rest = folded
    if SEX_WORDS.search(rest) and not _ENGLISH.search(rest):
        parsed = parse_sex(rest, context, args)
        fields |= {k: v for k, v in parsed.fields.items() if v != UNKNOWN}
        rest = SEX_WORDS.sub(" ", rest)
    breed = find_breed(rest)
    if breed and breed not in _POINTED and (breed != MIXED or "雑種" in rest):
        fields["breed"] = breed
        rest = rest.replace("雑種", " ")
    told = bool(fields)
    if _HEADS.search(rest) and not _SAME.search(rest):
        several = {c for part in _LIST.split(rest) if (c := read_coat(part))}
        coat = several.pop() if len(several) == 1 else UNKNOWN
        return Parsed({**fields, "coat": coat}, ("SEVERAL_ANIMALS",))
    if _is_litter(rest):
        return Parsed({**fields, "coat": UNKNOWN}, ("SEVERAL_ANIMALS",))
    coat_ = read_coat(rest)
    flags = ("SEVERAL_ANIMALS",) if _SAME.search(rest) else ()
    if coat_ is None:
        return Parsed({**fields, "coat": UNKNOWN}, flags + (() if told else ("UNKNOWN_COAT",)))
    return Parsed({**fields, "coat": coat_}, flags)


def _is_litter(rest: str) -> bool:
    parts = [p for p in re.split(r"[、,]", rest) if _LITTER.search(p)]
    return len(parts) >= MAKES_LITTER


def read_coat(folded: str) -> str | None:
    """Return the coat code of a folded text, None when it has no word of a coat."""
    signs = _signs(_NOT_COAT.sub(" ", folded))
    if not signs.colours and not signs.patterns:
        return None
    if signs.colours == {WHITE} and not signs.patterns and re.search(_MASK, folded):
        # The mask of white needs a colour beside it; where none is told it is the usual black.
        signs.colours.add(BLACK)
    primary = _signs(folded.partition("/")[0])
    if primary.patterns == {TABBY} and primary.colours and signs.patterns == {TABBY}:
        # BRN TABBY/BLACK: the primary colour names the tabby, the second one only adds white.
        signs.colours = primary.colours | (signs.colours & {WHITE})
    return _coat(signs)


def _signs(folded: str) -> Signs:
    signs = Signs()
    for found in _SCANNER.finditer(folded):
        _, says = _WORDS[int(str(found.lastgroup)[1:])]
        for sign in says:
            known = (TABBY, CALICO, TORTIE, TORBIE, POINT, SMOKE)
            (signs.patterns if sign in known else signs.colours).add(sign)
    return signs


def _coat(signs: Signs) -> str:
    patterns, white = signs.patterns, WHITE in signs.colours
    colours = signs.colours - {WHITE, OTHER}
    if POINT in patterns:
        return "point"
    if CALICO in patterns or TORBIE in patterns or TORTIE in patterns:
        return _two_coloured(patterns, white)
    if TABBY in patterns:
        return _tabby(colours, patterns, white)
    if white and BLACK in colours and colours & {ORANGE, TAN} and not colours & {GREY, BROWN}:
        return "calico"
    if colours == {BLACK, ORANGE} and not white:
        return "tortoiseshell"
    if SMOKE in patterns and not colours - {BLACK, GREY}:
        return _plain(colours, white) if colours else OTHER
    return _plain(colours, white)


def _two_coloured(patterns: set[str], white: bool) -> str:
    tabby = TABBY in patterns or TORBIE in patterns
    if CALICO in patterns or white:
        return "tabby_calico" if tabby else "calico"
    return "torbie" if tabby else "tortoiseshell"


def _tabby(colours: set[str], patterns: set[str], white: bool) -> str:
    grey = colours & {GREY, SILVER} and not colours & {BROWN, ORANGE, TAN}
    if colours & {BROWN, BLACK} and not grey:
        return "brown_tabby_white" if white else "brown_tabby"
    if colours & {GREY, SILVER} or SMOKE in patterns:
        if colours & {ORANGE, TAN}:
            return OTHER
        return "silver_white" if white else "silver_tabby"
    if colours & {ORANGE, TAN}:
        return "orange_white" if white else "orange_tabby"
    return "cream" if CREAM in colours else OTHER


def _plain(colours: set[str], white: bool) -> str:
    match sorted(colours):
        case []:
            return "white" if white else OTHER
        case ["black"]:
            return "black_white" if white else "black"
        case ["grey"] | ["silver"] | ["grey", "silver"]:
            return "grey_white" if white else "grey"
        case ["orange"] | ["tan"] | ["orange", "tan"] | ["cream", "orange"]:
            return "orange_white" if white else "orange_tabby"
        case ["cream"]:
            return "cream"
        case _:
            return OTHER
