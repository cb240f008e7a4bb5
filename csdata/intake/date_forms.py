"""The forms in which dates are written, as patterns, and what the patterns pick out.

A form says where year, month and day stand. Which of two numbers is the day where the year comes
last is not for a form to say, but for the column (:mod:`csdata.intake.dates`).
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from csdata.intake._arrow import pc
from csdata.intake.columns import Bools, flags, floats, integers

Numbers = npt.NDArray[np.int64]
Kind = Literal["first", "last", "dotted", "short", "named", "era", "month", "serial"]

_WEEKDAY = (
    r"(?:\s*[(]?(?:[月火水木金土日](?:曜日?)?|(?i:mon|tue|wed|thu|fri|sat|sun)[a-z]*)[)]?,?)?"
)
_ZONE = r"(?P<zone>Z|z|UTC|GMT|JST|[+-]\d{2}:?\d{2}|[+-]\d{2})?"
_CLOCK = (
    r"(?P<hour>\d{1,2})[:時](?P<minute>\d{1,2})(?:[:分](?P<second>\d{2})?)?(?:[.,]\d+)?秒?"
    r"\s*(?P<half>[AaPp]\.?[Mm]\.?)?\s*" + _ZONE
)
_TIME = _WEEKDAY + r"(?:(?:T|\s*,?\s+|(?:\s*,?\s*)(?P<noon>午前|午後)\s*)" + _CLOCK + r")?$"
_MONTHS = (
    r"(?P<name>(?i:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
    r"|januar|februar|märz?|mrz|mai|juni|juli|okt(?:ober)?|dez(?:ember)?))"
)
_ERA = r"(?P<era>令和|平成|昭和|大正|明治|[RHSTMrhstm])\s*\.?\s*(?P<y>元|\d{1,2})\s*[年./-]\s*"
_NTH = r"(?:st|nd|rd|th)?"

NAMES: Final = MappingProxyType(
    {
        name: number
        for number, names in enumerate(
            (
                *(("jan",), ("feb",), ("mar", "mär", "mrz"), ("apr",), ("may", "mai"), ("jun",)),
                *(("jul",), ("aug",), ("sep",), ("oct", "okt"), ("nov",), ("dec", "dez")),
            ),
            start=1,
        )
        for name in names
    }
)
ERAS: Final = MappingProxyType(
    {
        name: before
        for names, before in (
            *((("令和", "r"), 2018), (("平成", "h"), 1988), (("昭和", "s"), 1925)),
            *((("大正", "t"), 1911), (("明治", "m"), 1867)),
        )
        for name in names
    }
)
"""The year before the first one of an era."""


@dataclass(frozen=True, slots=True)
class Form:
    """One way of writing dates.

    ``wanted``: the form is only looked for where a date is wanted; elsewhere the same characters
    may be a part number, a version or a ratio.
    """

    kind: Kind
    pattern: str
    wanted: bool = False


FORMS: Final = (
    Form(
        "first",
        r"^(?P<y>\d{4})[-/.年]\s*(?P<m>\d{1,2})[-/.月]\s*(?P<d>\d{1,2})日?" + _TIME,
    ),
    Form("last", r"^(?P<a>\d{1,2})[/-](?P<b>\d{1,2})[/-](?P<y>\d{4})" + _TIME),
    Form("dotted", r"^(?P<a>\d{1,2})\.\s?(?P<b>\d{1,2})\.\s?(?P<y>\d{4})" + _TIME),
    Form(
        "era",
        r"^(?P<era>令和|平成|昭和|大正|明治)\s*(?P<y>元|\d{1,2})\s*年\s*"
        r"(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*日" + _TIME,
    ),
    Form(
        "named",
        r"^(?:(?i:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+)?"
        + _MONTHS
        + r"\.?\s+(?P<d>\d{1,2})"
        + _NTH
        + r",?\s+(?P<y>\d{4})"
        + _TIME,
    ),
    Form(
        "named",
        r"^(?:(?i:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+)?(?P<d>\d{1,2})"
        + _NTH
        + r"\.?[-\s/]+"
        + _MONTHS
        + r"\.?[-\s,/]+(?P<y>\d{4})"
        + _TIME,
    ),
    Form("era", "^" + _ERA + r"(?P<m>\d{1,2})\s*[月./-]\s*(?P<d>\d{1,2})日?" + _TIME, wanted=True),
    Form(
        "named",
        r"^(?P<d>\d{1,2})[-\s/]+" + _MONTHS + r"\.?[-\s,/]+'?(?P<y>\d{2})" + _TIME,
        wanted=True,
    ),
    Form("first", r"^(?P<y>(?:19|20)\d{2}|2999|9999)(?P<m>\d{2})(?P<d>\d{2})$", wanted=True),
    Form("short", r"^'?(?P<a>\d{1,2})[-/.](?P<b>\d{1,2})[-/.](?P<c>\d{2})" + _TIME, wanted=True),
    Form("month", r"^(?P<y>\d{4})\s*[-/.年]\s*(?P<m>\d{1,2})(?:月度?|月分)?$", wanted=True),
    Form("month", r"^(?P<m>\d{1,2})/(?P<y>\d{4})$", wanted=True),
    Form("month", r"^(?P<y>(?:19|20)\d{2})(?P<m>0[1-9]|1[0-2])$", wanted=True),
    Form("month", "^" + _ERA + r"(?P<m>\d{1,2})\s*月?(?:度|分)?$", wanted=True),
    Form("month", "^" + _MONTHS + r"\.?[-\s,/]+(?P<y>\d{4})$", wanted=True),
    Form("month", "^" + _MONTHS + r"\.?(?:-'?|\s?')(?P<y>\d{2})$", wanted=True),
    Form("serial", r"^(?P<serial>\d{5,7}(?:\.\d+)?)$", wanted=True),
)


@dataclass(frozen=True, eq=False, slots=True)
class Found:
    """What a form picked out of the texts at ``at``: numbers, 0 where the form has none.

    ``offset``: minutes by which the clock is ahead of UTC, 0 unless ``zoned``.
    """

    form: Form
    at: npt.NDArray[np.intp]
    year: Numbers
    month: Numbers
    day: Numbers
    a: Numbers
    b: Numbers
    c: Numbers
    seconds: Numbers
    """Time of day; negative if there is no such time."""

    offset: Numbers
    zoned: Bools
    serial: npt.NDArray[np.float64]


def find(texts: pa.StringArray, *, wanted: bool) -> list[Found]:
    """Which texts have which form; each text belongs to the first form that it fits."""
    found: list[Found] = []
    rest = np.arange(len(texts))
    for form in FORMS:
        if form.wanted and not wanted:
            continue
        if not len(rest):
            break
        matched = pc.extract_regex(texts, form.pattern)
        fits = flags(pc.is_valid(matched))
        if not fits.any():
            continue
        found.append(_picked(form, rest[fits], matched.filter(pa.array(fits))))
        rest = rest[~fits]
        texts = texts.filter(pa.array(~fits))
    return found


def _picked(form: Form, at: npt.NDArray[np.intp], matched: Any) -> Found:
    names = {matched.type.field(i).name for i in range(matched.type.num_fields)}
    nothing = np.zeros(len(at), dtype=np.int64)

    def texts(name: str) -> Any:
        return pc.struct_field(matched, name)

    def numbers(name: str) -> Numbers:
        return integers(texts(name)) if name in names else nothing

    clock = "hour" in names
    return Found(
        form=form,
        at=at,
        year=_years(texts, names, nothing),
        month=_named_months(texts("name")) if "name" in names else numbers("m"),
        day=numbers("d"),
        a=numbers("a"),
        b=numbers("b"),
        c=numbers("c"),
        seconds=_seconds(numbers, texts) if clock else nothing,
        offset=_offsets(texts("zone")) if clock else nothing,
        zoned=flags(pc.not_equal(texts("zone"), "")) if clock else nothing.astype(bool),
        serial=floats(texts("serial")) if "serial" in names else nothing.astype(np.float64),
    )


def _whole_years(texts: Any) -> Numbers:
    years = integers(texts)
    two_digits = flags(pc.equal(pc.utf8_length(texts), 2))
    return np.where(two_digits, century(years), years)


def century(years: Numbers) -> Numbers:
    """Years of two digits as POSIX reads them: 69–99 are 19.., 0–68 are 20..."""
    return np.where(years >= 69, 1900 + years, 2000 + years)  # noqa: PLR2004


def _years(texts: Any, names: set[str], nothing: Numbers) -> Numbers:
    if "y" not in names:
        return nothing
    if "era" in names:
        return _era_years(texts("era"), texts("y"))
    return _whole_years(texts("y"))


def _era_years(eras: Any, years: Any) -> Numbers:
    first = flags(pc.equal(years, "元"))
    count = integers(pc.if_else(pa.array(first), "1", years))
    return np.where(count > 0, _looked_up(pc.utf8_lower(eras), ERAS) + count, 0)


def _named_months(names: Any) -> Numbers:
    return _looked_up(pc.utf8_slice_codeunits(pc.utf8_lower(names), 0, 3), NAMES)


def _looked_up(keys: Any, table: Any) -> Numbers:
    places = pc.index_in(keys, value_set=pa.array(list(table), pa.string()))
    return np.array(list(table.values()))[places.to_numpy(zero_copy_only=False)]


def _seconds(numbers: Any, texts: Any) -> Numbers:
    hours, minutes, seconds = numbers("hour"), numbers("minute"), numbers("second")
    half = pc.utf8_slice_codeunits(pc.ascii_lower(texts("half")), 0, 1)
    noon = texts("noon")
    after = flags(pc.or_(pc.equal(half, "p"), pc.equal(noon, "午後")))
    before = flags(pc.or_(pc.equal(half, "a"), pc.equal(noon, "午前")))
    # 午後13時 is written, too.
    twelve = (after | before) & (hours <= 12)  # noqa: PLR2004 (hours on a clock)
    hours = np.where(twelve, hours % 12 + 12 * after, hours)
    exists = (hours < 24) & (minutes < 60) & (seconds < 60)  # noqa: PLR2004
    return np.where(exists, hours * 3600 + minutes * 60 + seconds, -1)


def _offsets(zones: Any) -> Numbers:
    """Minutes ahead of UTC: +0900 and JST are 540, Z and UTC are 0."""
    parts = pc.extract_regex(zones, r"^(?P<sign>[+-])(?P<hours>\d{2}):?(?P<minutes>\d{2})?$")
    sign = np.where(flags(pc.equal(pc.struct_field(parts, "sign"), "-")), -1, 1)
    hours = integers(pc.struct_field(parts, "hours"))
    minutes = integers(pc.struct_field(parts, "minutes"))
    return np.where(flags(pc.equal(zones, "JST")), 540, sign * (60 * hours + minutes))
