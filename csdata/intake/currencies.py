"""Currencies: their codes and signs, and what a heading says about the money under it."""

from __future__ import annotations

import functools
import re
import unicodedata
from types import MappingProxyType
from typing import Final

from csdata.intake.headers import clean, normal

CODES: Final = frozenset(
    re.findall(
        "[A-Z]{3}",
        """
        AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP
        BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP
        GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR
        KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK
        MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR
        SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH
        UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWL
        """,
    )
)
DOTTED: Final = frozenset(
    re.findall(
        "[A-Z]{3}",
        "ARS BRL CLP COP CRC CZK DKK EUR HUF IDR ISK NOK PLN PYG RON RSD SEK TRY UYU VND",
    )
)
"""Currencies of countries that write a dot between thousands: 1.200,50."""

WHOLE: Final = frozenset({"CLP", "ISK", "JPY", "KRW", "PYG", "VND"})
"""Currencies of which nobody writes decimals."""

_SIGNS_OF: Final = (
    *(
        ("JPY", ("¥", "\\", "円")),
        ("USD", ("$", "US$", "ドル", "米ドル")),
        ("EUR", ("€", "ユーロ")),
    ),
    *(("GBP", ("£", "ポンド")), ("KRW", ("₩", "ウォン")), ("CNY", ("人民元",)), ("INR", ("₹",))),
    *(("THB", ("฿",)), ("VND", ("₫",)), ("AUD", ("A$",)), ("CAD", ("C$",)), ("HKD", ("HK$",))),
    *(("SGD", ("S$",)), ("TWD", ("NT$",)), ("BRL", ("R$",))),
)
SIGNS: Final = MappingProxyType({sign: code for code, signs in _SIGNS_OF for sign in signs})
"""What stands for a code. ¥ is yen: this is read in Japan, where the renminbi is written 元."""

SCALES: Final = MappingProxyType(
    {"千": 1e3, "万": 1e4, "百万": 1e6, "千万": 1e7, "億": 1e8, "十億": 1e9, "兆": 1e12}
)

_SCALED = re.compile(r"(?:単位[::]?)?(十億|千万|百万|千|万|億)円?")
_THOUSANDS = re.compile(
    r"(?:in)?(?:(?P<thousands>thousands?|k)|(?P<millions>millions?|mm?))(?:of)?(?P<code>[a-z]{3})?"
)
_PARTS = re.compile(r"[()\[\]【】〔〕<>/、,・:;]|\s")


@functools.lru_cache(maxsize=4096)
def scale_of(header: str) -> float:
    """How much one unit of a column is by its heading: 月額(千円) counts thousands; else 1."""
    for part in _told(header):
        if found := _SCALED.fullmatch(part):
            return SCALES[found[1]]
        if (found := _THOUSANDS.fullmatch(part.casefold())) and part not in "mM":
            return 1e3 if found["thousands"] else 1e6
    return 1.0


@functools.lru_cache(maxsize=4096)
def currency_of(header: str) -> str | None:
    """The currency that a heading names: 月額(円), MRR (USD), 金額 [千円]."""
    for part in _told(header):
        if part.upper() in CODES and part.isupper():
            return part.upper()
        if part in SIGNS:
            return SIGNS[part]
        if _SCALED.fullmatch(part) and part.endswith("円"):
            return "JPY"
        thousands = _THOUSANDS.fullmatch(part.casefold())
        if thousands and thousands["code"] and thousands["code"].upper() in CODES:
            return thousands["code"].upper()
    return None


def _told(header: str) -> list[str]:
    """The parts of a heading behind a bracket or a space: the name itself says no unit."""
    text = unicodedata.normalize("NFKC", clean(header))
    return [part for part in _PARTS.split(text)[1:] if part]


# ------------------------------------------------------------------------------ companion columns

_CONVERTED: Final = ("(換算値)", "(換算)", "(converted)")
_WORDS: Final = ("通貨", "通貨コード", "Currency", "Currency Code", "ISO Code")
_GENERAL: Final = frozenset(
    normal(label)
    for label in (
        *("通貨", "通貨コード", "通貨 ISO コード", "取引先 通貨", "商談 通貨", "契約 通貨"),
        *("Currency", "Currency Code", "CurrencyIsoCode", "Currency ISO Code", "Account Currency"),
        *("Opportunity Currency", "Contract Currency", "Record Currency"),
    )
)


def converted(header: str, headers: list[str]) -> str | None:
    """The column that has the same money in one currency: 月額(換算値) of 月額."""
    wanted = {normal(f"{header}{mark}") for mark in _CONVERTED}
    return next((other for other in headers if normal(other) in wanted), None)


def currency_columns(header: str, headers: list[str]) -> list[str]:
    """Columns that can name the currency of each amount under a heading, the surest first."""
    own = {normal(f"{header} {word}") for word in _WORDS}
    if is_converted(header):
        # The general column names the currency of the record, not of what was converted.
        return [other for other in headers if normal(other) in own]
    sure = [other for other in headers if normal(other) in own]
    return sure + [other for other in headers if normal(other) in _GENERAL]


def is_converted(header: str) -> bool:
    """Whether a heading says that its amounts were converted to one currency."""
    return any(normal(header).endswith(normal(mark)) for mark in _CONVERTED)
