"""Text → typed values, a column at a time.

A column is typed through its distinct values: parsing is vectorised over them, and the result is
spread over the rows. Only blanks are missing; a text such as ``NA`` is text. What a wanted type
cannot take is left missing and reported by the caller, never guessed.
"""

from __future__ import annotations

import functools
import unicodedata
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from csdata.intake._arrow import pc
from csdata.intake.catalogue import boolean_words

Bools = npt.NDArray[np.bool_]
DayFirst = Literal["ymd", "day", "month", "undecided"]

NUMBER: Final = (
    r"^(?P<sign>[-+]?)(?P<money>[¥\\]?)(?P<sign2>[-+]?)"
    r"(?P<digits>(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+)(?P<power>[eE][-+]?\d{1,3})?$"
)
UNIT: Final = r"\s*(?:円|か月間?|ヶ月間?|カ月間?|ヵ月間?|months?|時間|hours?|h|回|点)$"
"""Units that a wanted number may carry; in a column of unknown meaning only 円 is taken off."""

YEN: Final = r"\s*円$"
_TIME = (
    r"(?:(?:T|\s*,?\s+)(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::\d{2}(?:\.\d+)?)?"
    r"\s*(?P<half>[AaPp][Mm])?(?P<zone>Z|[+-]00:?00)?)?$"
)
YEAR_FIRST: Final = r"^(?P<y>\d{4})[-/.年](?P<m>\d{1,2})[-/.月](?P<d>\d{1,2})日?" + _TIME
YEAR_LAST: Final = r"^(?P<a>\d{1,2})[/-](?P<b>\d{1,2})[/-](?P<y>\d{4})" + _TIME
DOTTED: Final = r"^(?P<a>\d{1,2})\.(?P<b>\d{1,2})\.(?P<y>\d{4})" + _TIME
LEADING_ZERO: Final = r"^0\d"
SAMPLE: Final = 500
JAPAN: Final = np.timedelta64(9 * 60, "m")
"""A time that says it is UTC becomes a Japanese date before the date is taken."""


@dataclass(frozen=True, eq=False, slots=True)
class Column:
    """One column of a file: trimmed text with missing blanks, once per distinct value.

    Attributes:
        header: The heading as the file has it, made unique.
        codes: For every row the position in ``distinct``; −1 where blank.
        distinct: The distinct texts.
    """

    header: str
    codes: npt.NDArray[np.int32]
    distinct: pa.StringArray

    @property
    def blank(self) -> Bools:
        """Rows without a value."""
        return self.codes < 0

    def at(self, rows: npt.NDArray[np.intp]) -> list[str]:
        """The texts of some rows; a blank is empty."""
        texts = self.distinct.to_pylist()
        return [texts[c] if c >= 0 else "" for c in self.codes[rows]]

    def keep(self, rows: Bools) -> Column:
        """The column of some rows, with the texts that occur in them."""
        if rows.all():
            return self
        codes = self.codes[rows]
        occurs = np.zeros(len(self.distinct) + 1, dtype=bool)
        occurs[codes] = True  # the last place takes the blanks
        used = np.flatnonzero(occurs[:-1])
        place = np.full(len(occurs), -1, dtype=np.int32)
        place[used] = np.arange(len(used), dtype=np.int32)
        return Column(self.header, place[codes], self.distinct.take(pa.array(used)))

    def objects(self) -> npt.NDArray[np.object_]:
        """The texts, None where blank."""
        texts = np.array([*self.distinct.to_pylist(), None], dtype=object)
        return texts[self.codes]

    def spread(self, values: npt.NDArray[np.generic], missing: object) -> npt.NDArray[np.generic]:
        """Values of the distinct texts, given to every row; ``missing`` where blank."""
        return np.append(values, np.array([missing], dtype=values.dtype))[self.codes]


def column(header: str, cells: pa.StringArray) -> Column:
    """A column of trimmed cells with missing blanks, as distinct texts."""
    encoded = pc.dictionary_encode(cells)
    codes = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int32)
    return Column(header, codes, encoded.dictionary)


# --------------------------------------------------------------------------------------- numbers


@dataclass(frozen=True, eq=False, slots=True)
class Parsed:
    """Values of the distinct texts of a column, and which of them could be read."""

    values: npt.NDArray[np.generic]
    ok: Bools


def folded(texts: pa.StringArray) -> pa.StringArray:
    """Full-width digits and signs as plain ones."""
    if len(texts) and pc.all(pc.string_is_ascii(texts)).as_py():
        return texts
    return pc.utf8_trim_whitespace(pc.utf8_normalize(texts, "NFKC"))


def numbers(texts: pa.StringArray, *, units: bool = False) -> Parsed:
    """Numbers with thousands separators, ¥ or 円; with ``units`` also か月, 時間 and the like.

    A percentage is none: whether ``12%`` means 12 or 0.12 is not for this rule to decide.
    """
    plain = pc.replace_substring_regex(folded(texts), UNIT if units else YEN, "")
    ok = _flags(pc.match_substring_regex(plain, NUMBER))
    digits = pc.replace_substring_regex(plain, r"[¥\\,+]", "")
    usable = pc.if_else(pa.array(ok), digits, None)
    values = pc.cast(usable, pa.float64()).to_numpy(zero_copy_only=False)
    return Parsed(np.asarray(values, dtype=np.float64), ok & np.isfinite(values))


def _flags(array: pa.Array) -> Bools:
    return np.asarray(pc.fill_null(array, fill_value=False).to_numpy(zero_copy_only=False), bool)


# ----------------------------------------------------------------------------------------- dates


@dataclass(frozen=True, eq=False, slots=True)
class Dates:
    """Dates of the distinct texts of a column.

    Attributes:
        values: ``datetime64[us]``, with the time of day; NaT where not read.
        ok: Which texts are dates.
        order: How day and month stand where the year comes last; ``ymd`` if it nowhere does.
    """

    values: npt.NDArray[np.datetime64]
    ok: Bools
    order: DayFirst


def dates(texts: pa.StringArray, *, day_first: bool | None = None) -> Dates:
    """Dates in any of the forms of an export.

    ``2026-03-01`` and ``2022/02/16 8:07`` speak for themselves. Of ``5/3/2026`` the column decides:
    a first number above 12 anywhere makes it day/month, a second one month/day. If neither occurs,
    ``day_first`` decides, and without it the column stays undecided.
    """
    plain = folded(texts)
    first, last, dotted = (_parts(plain, p) for p in (YEAR_FIRST, YEAR_LAST, DOTTED))
    order = _order(last, day_first=day_first)
    values = np.full(len(plain), np.datetime64("NaT"), dtype="datetime64[us]")
    for parts, (month, day) in (
        (first, ("m", "d")),
        (last, ("a", "b") if order == "month" else ("b", "a")),
        (dotted, ("b", "a")),
    ):
        if parts.found.any() and not (parts is last and order == "undecided"):
            found = parts.found
            values[found] = _moments(parts, month, day)[found]
    return Dates(values, ~np.isnat(values), order)


@dataclass(frozen=True, eq=False, slots=True)
class _Parts:
    """Numbers that a pattern picked out of texts, 0 where it did not match."""

    found: Bools
    numbers: dict[str, npt.NDArray[np.int64]]
    afternoon: npt.NDArray[np.int8]
    utc: Bools


def _parts(texts: pa.StringArray, pattern: str) -> _Parts:
    matched = pc.extract_regex(texts, pattern)
    found = _flags(pc.is_valid(matched))
    if not found.any():
        return _Parts(found, {}, np.zeros(0, np.int8), found)
    fields: dict[str, npt.NDArray[np.int64]] = {}
    for name in ("y", "m", "d", "a", "b", "hour", "minute"):
        if f"(?P<{name}>" in pattern:
            fields[name] = _integers(pc.struct_field(matched, name))
    half = pc.ascii_lower(pc.struct_field(matched, "half"))
    afternoon = _flags(pc.equal(half, "pm")).astype(np.int8) - _flags(pc.equal(half, "am"))
    utc = _flags(pc.not_equal(pc.struct_field(matched, "zone"), ""))
    return _Parts(found, fields, afternoon, utc)


def _integers(texts: pa.StringArray) -> npt.NDArray[np.int64]:
    filled = pc.if_else(pc.equal(pc.fill_null(texts, ""), ""), "0", texts)
    return np.asarray(pc.cast(filled, pa.int64()).to_numpy(zero_copy_only=False))


def _order(parts: _Parts, *, day_first: bool | None) -> DayFirst:
    if not parts.found.any():
        return "ymd"
    most = {name: int(parts.numbers[name][parts.found].max()) for name in ("a", "b")}
    if most["a"] > 12 and most["b"] <= 12:  # noqa: PLR2004 (months in a year)
        return "day"
    if most["b"] > 12 and most["a"] <= 12:  # noqa: PLR2004
        return "month"
    if day_first is None:
        return "undecided"
    return "day" if day_first else "month"


def _moments(parts: _Parts, month: str, day: str) -> npt.NDArray[np.datetime64]:
    """Moments of the calendar; NaT for a day or a time that does not exist."""
    years, months, days = parts.numbers["y"], parts.numbers[month], parts.numbers[day]
    hours, minutes = parts.numbers["hour"], parts.numbers["minute"]
    twelve = parts.afternoon != 0
    hours = np.where(twelve, hours % 12 + 12 * (parts.afternoon > 0), hours)
    index = (years - 1970) * 12 + np.clip(months, 1, 12) - 1
    first = index.astype("datetime64[M]")
    dates = first.astype("datetime64[D]") + (days - 1)
    exists = (
        (years > 0)
        & (months >= 1)
        & (months <= 12)  # noqa: PLR2004
        & (days >= 1)
        & (dates.astype("datetime64[M]") == first)
        & (hours < 24)  # noqa: PLR2004
        & (minutes < 60)  # noqa: PLR2004
    )
    moments = dates.astype("datetime64[us]") + (hours * 60 + minutes).astype("timedelta64[m]")
    moments = np.where(parts.utc, moments + JAPAN, moments)
    return np.where(exists, moments, np.datetime64("NaT", "us"))


def midnights(values: npt.NDArray[np.datetime64]) -> npt.NDArray[np.datetime64]:
    """Moments cut to their day."""
    return values.astype("datetime64[D]").astype("datetime64[us]")


# -------------------------------------------------------------------------------------- booleans


def booleans(texts: pa.StringArray) -> Parsed:
    """Yes and no in the words of the catalogue; anything else could not be read."""
    said = [_truth(text) for text in texts.to_pylist()]
    ok = np.array([truth is not None for truth in said], dtype=bool)
    return Parsed(np.array([bool(truth) for truth in said], dtype=bool), ok)


@functools.lru_cache(maxsize=4096)
def _truth(text: str) -> bool | None:
    return boolean_words().get(unicodedata.normalize("NFKC", text).strip().casefold())


# ------------------------------------------------------------------------- columns of unknown use


def natural(
    source: Column, *, code: bool, day_first: bool | None = None
) -> npt.NDArray[np.generic]:
    """The values of a column as numbers or dates if every one of them is, else as text.

    ``code``: the heading says that the digits are a name (an id, a post code). Leading zeros and
    more than 15 digits say so too. Yes/No stays text: which words count as a tick is settled where
    ticks are counted.
    """
    texts = source.distinct
    if not len(texts) or code:
        return source.objects()
    # A few values settle most columns of words, and spare the parsing of all of them.
    few = texts[:SAMPLE]
    if numbers(few).ok.all():
        parsed = numbers(texts)
        if parsed.ok.all() and not _any_leading_zero(texts) and _exact(parsed.values):
            return _whole(source.spread(parsed.values, np.nan))
    elif dates(few, day_first=day_first).ok.all():
        found = dates(texts, day_first=day_first)
        if found.ok.all():
            return source.spread(found.values, "NaT")
    return source.objects()


def _exact(values: npt.NDArray[np.generic]) -> bool:
    """Whether whole numbers are told apart: beyond 2^53 the last digits of a key would be lost."""
    return bool((np.abs(values.astype(np.float64)) < 2**53).all())


def _any_leading_zero(texts: pa.StringArray) -> bool:
    return bool(_flags(pc.match_substring_regex(folded(texts), LEADING_ZERO)).any())


def _whole(values: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
    """Counts as integers, where nothing is missing and nothing gets lost."""
    floats = values.astype(np.float64)
    small = bool(np.all(np.abs(floats) < 2**53))  # NaN compares false
    if len(floats) and small and bool(np.all(floats == np.floor(floats))):
        return floats.astype(np.int64)
    return values
