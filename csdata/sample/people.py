"""Made-up names, ids and attributes. Nobody and no company here exists."""

from __future__ import annotations

import string
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

SERVICE: Final = "みほんアシスト"
"""Name of the made-up online-assistant service."""

OWNERS: Final = (
    "青葉 みなと",
    "霧野 はるか",
    "月岡 つむぎ",
    "花園 そら",
    "雪村 あおい",
    "髙﨑 まどか",
)
INDUSTRIES: Final = (
    "情報通信",
    "専門サービス",
    "小売",
    "製造",
    "不動産",
    "医療・福祉",
    "飲食",
    "教育",
)
REGIONS: Final = (
    "東京都",
    "大阪府",
    "神奈川県",
    "愛知県",
    "福岡県",
    "北海道",
    "宮城県",
    "広島県",
)

# The forms, words and trades are combined; some have characters that fonts and encodings miss.
_FORMS: Final = (
    "株式会社{}",
    "{}株式会社",
    "合同会社{}",
    "㈱{}",
    "有限会社{}",
    "{}㈱",
    "一般社団法人{}",
    "株式会社 {}",
)
_WORDS: Final = (
    "つきのうさぎ",
    "ねこのひげ",
    "くじら雲",
    "みかん星",
    "ほしぞら舎",
    "そらいろ",
    "ひなたぼっこ",
    "かぜまち",
    "ゆきどけ",
    "こもれび堂",
    "青りんご",
    "三日月",
    "七色",
    "琥珀亭",
    "夕凪",
    "霧笛",
    "雷鳥",
    "千の葉",
    "しろくま",
    "まめしば",
    "あめんぼ",
    "たけとんぼ",
    "水たまり",
    "綿雲",
    "南十字",
    "髙楼みほん",
    "﨑浜みほん",
    "①番星",
    "トータル",
    "ペンギンの翼",
    "ラムネびん",
    "オルゴール",
    "Kumo & Co",
    "Blue Neko",
    "Total Mikan",
    "Ｎｉｊｉ",
    "かたつむり",
    "どんぐり坂",
    "ほたる橋",
    "架空",
)
_TRADES: Final = (
    "商会",
    "工房",
    "製作所",
    "システムズ",
    "デザイン",
    "企画",
    "物産",
    "不動産",
    "会計事務所",
    "フーズ",
    "運輸",
    "建設",
    "出版",
    "クリニック",
    "総研",
    "ホールディングス",
    "トラベル",
    "スクール",
    "印刷",
    "ラボ",
)

_BASE62: Final = string.digits + string.ascii_uppercase + string.ascii_lowercase
_CHECK: Final = string.ascii_uppercase + "012345"
_KEY_PREFIX: Final = "0015h000"
_SERIAL_DIGITS: Final = 7
# An odd multiplier not divisible by 31 is coprime to 62**7, so the scrambled serials never meet.
_SCRAMBLE: Final = 1_234_567_891_033


def stream(seed: int, part: str) -> np.random.Generator:
    """The random numbers of one part of the company, so that no part disturbs another."""
    return np.random.default_rng([seed, *part.encode()])


def pick(rng: np.random.Generator, shares: Sequence[float], size: int) -> Ints:
    """``size`` indices drawn with the given shares."""
    return np.searchsorted(np.cumsum(shares)[:-1], rng.random(size), side="right")


def texts(values: Sequence[str | None], index: Ints) -> npt.NDArray[Any]:
    """``values[index]`` as an array of objects."""
    return np.array(values, dtype=object)[index]


def company_names(rng: np.random.Generator, count: int) -> list[str]:
    """Different company names; past all combinations they carry a number."""
    total = len(_FORMS) * len(_WORDS) * len(_TRADES)
    names: list[str] = []
    codes: list[int] = rng.permutation(max(total, count))[:count].tolist()
    for code in codes:
        again, code_in_total = divmod(code, total)
        rest, form = divmod(code_in_total, len(_FORMS))
        word, trade = divmod(rest, len(_TRADES))
        number = f"第{again + 1}" if again else ""
        names.append(_FORMS[form].replace("{}", _WORDS[word] + _TRADES[trade] + number))
    return names


def record_ids(seed: int, count: int) -> list[str]:
    """Account ids of 18 characters as Salesforce makes them, all different."""
    size = 62**_SERIAL_DIGITS
    offset = int(stream(seed, "ids").integers(size))
    return [with_checksum(_base62((i * _SCRAMBLE + offset) % size)) for i in range(1, count + 1)]


def _base62(serial: int) -> str:
    digits = ""
    for _ in range(_SERIAL_DIGITS):
        serial, digit = divmod(serial, 62)
        digits = _BASE62[digit] + digits
    return _KEY_PREFIX + digits


def with_checksum(short: str) -> str:
    """The 18-character form of a 15-character id: each check character tells a block's capitals."""
    checks = (
        _CHECK[sum(1 << i for i, c in enumerate(short[block : block + 5]) if c in _CHECK[:26])]
        for block in (0, 5, 10)
    )
    return short + "".join(checks)
