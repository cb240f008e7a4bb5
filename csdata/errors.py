"""Errors a user can act on, under one root. Anything else is a bug and must crash.

Each class has a catalogue key; its sentence says where, what was found and what to do.
"""

from __future__ import annotations

from typing import ClassVar

from csdata.i18n import Message, message


class CsDataError(ValueError):
    """Base of everything shown as a red box. ``str()`` is English, ``.message`` is both."""

    key: ClassVar[str] = "error.unknown"

    def __init__(self, **values: object) -> None:
        self.message: Message = message(self.key, **values)
        super().__init__(str(self.message))


class MissingColumns(CsDataError):
    """A table lacks columns. Values: ``table``, ``missing`` (list), ``present`` (list)."""

    key: ClassVar[str] = "error.missing_columns"


class NeedsDates(CsDataError):
    """The customers have tenures but no start dates. Values: ``analysis`` (Message)."""

    key: ClassVar[str] = "error.needs_dates"


class NeedsUsage(CsDataError):
    """A measure of use without a table of usage. Values: ``analysis`` (Message)."""

    key: ClassVar[str] = "error.needs_usage"


class NeedsEnds(CsDataError):
    """Customers made from usage, of whom nobody knows the end. Values: ``analysis`` (Message)."""

    key: ClassVar[str] = "error.needs_ends"


class NotEnoughData(CsDataError):
    """Too few rows for a figure. Values: ``found``, ``needed``, ``what`` (Message)."""

    key: ClassVar[str] = "error.not_enough_data"


class NotBuilt(CsDataError):
    """An option that this version does not offer. Values: ``option``, ``value``, ``choices``."""

    key: ClassVar[str] = "error.not_built"


class BadValues(CsDataError):
    """Values that no rule allows. Values: ``where``, ``found``, ``remedy`` (Message)."""

    key: ClassVar[str] = "error.bad_values"


class UnreadableFile(CsDataError):
    """Bytes that are not what they claim. Values: ``file``, ``why``, ``remedy`` (Messages)."""

    key: ClassVar[str] = "error.unreadable_file"


class FileTooLarge(CsDataError):
    """A file beyond the limits.

    Values: ``file``, ``what`` (Message), ``found``, ``limit``, ``setting`` (moves the limit).
    """

    key: ClassVar[str] = "error.file_too_large"


class PasswordNeeded(CsDataError):
    """A locked workbook, and no password was given. Values: ``file``."""

    key: ClassVar[str] = "error.password_needed"


class WrongPassword(CsDataError):
    """A password that does not open the workbook. Values: ``file``."""

    key: ClassVar[str] = "error.wrong_password"


class NoTableFound(CsDataError):
    """A readable file without a usable table. Values: ``file``, ``remedy`` (Message)."""

    key: ClassVar[str] = "error.no_table"


class NoCustomers(CsDataError):
    """No imported file could be taken for the customers. Values: ``files`` (list)."""

    key: ClassVar[str] = "error.no_customers"
