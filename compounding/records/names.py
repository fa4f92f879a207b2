"""Names as they are searched for: `lukasz` finds Łukasz, and `obrien` finds O’Brien."""

import unicodedata

# Letters that Unicode does not take apart into a plain letter and a mark. casefold has made ẞ an ss
# and small letters of all others.
_PLAIN = str.maketrans(
    {
        "ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "ŋ": "n", "ı": "i", "ĸ": "k",
        "ə": "e", "æ": "ae", "œ": "oe", "þ": "th", "'": "", "’": "", "‘": "", "ʼ": "", "ʻ": "", "`": "",
        "-": " ", "‐": " ", "–": " ", ",": " ",
    }
)  # fmt: skip


def folded(name: str) -> str:
    """The name in small plain letters, without accents and apostrophes, its parts apart."""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
    return "".join(c for c in apart if not unicodedata.combining(c)).translate(_PLAIN)


def folded_number(number: str) -> str:
    """A patient's number without what people put between its figures: 943 476 5919 is 9434765919."""
    return number.replace(" ", "").replace("-", "").lower()


def searched_lot(lot: str) -> str:
    """A lot as it is looked for: AB-12 34 is ab1234. Raises ValueError where nothing is left of it."""
    folded = folded_number(lot).strip()
    if not folded:
        raise ValueError(f"the lot {lot!r} holds no letter and no figure")
    return folded
