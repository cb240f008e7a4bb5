"""Company names as they are compared: the legal form, width, case and spaces do not matter.

Two accounts of the same name may be two customers, so that a name joins nothing by itself.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import Final

_FORMS: Final = re.compile(
    r"株式会社|有限会社|合同会社|合資会社|合名会社|相互会社"
    r"|(?:一般|公益|特例)?(?:社団|財団)法人|医療法人(?:社団|財団)?|学校法人|社会福祉法人|宗教法人"
    r"|特定非営利活動法人|npo法人|独立行政法人|国立大学法人|税理士法人|弁護士法人|監査法人"
    r"|\((?:株|有|同|資|名|医|学|福|一社|公社|一財|公財)\)"
)
_FOREIGN: Final = re.compile(
    r"(?:[\s,.]|^)(?:co\.?,?\s*ltd|company limited|inc(?:orporated)?|corp(?:oration)?|ltd|limited"
    r"|llc|l\.l\.c|llp|plc|gmbh|k\.?\s?k|g\.?\s?k|s\.?a|pte)\.?(?=[\s,.]|$)"
)
_SIGNS: Final = re.compile(r"[\s・･.,'’\"“”\-‐-―ー_/&+()\[\]【】「」]+")
_SAME: Final = str.maketrans("髙﨑濵邊邉齋齊斎澤嶋桒國廣眞會", "高崎浜辺辺斉斉斉沢島桑国広真会")
"""Characters that people write in either form."""


@functools.lru_cache(maxsize=65_536)
def name_key(name: str) -> str:
    """The form in which names are compared; empty where nothing but a legal form is left."""
    text = unicodedata.normalize("NFKC", name[:200]).casefold().translate(_SAME)
    text = _FOREIGN.sub(" ", _FORMS.sub(" ", text))
    # A long vowel mark is a sign like a dash to many keyboards, and left out by many people.
    return _SIGNS.sub("", text)
