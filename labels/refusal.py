"""The one exception of this package."""


class Refused(ValueError):
    """A string, or a set of rows, that this paper cannot carry.

    field: the field's name in plain words, such as "patient name" or "materials 3 lot".
    text:  the value as given.
    why:   what is wrong, as the rest of a sentence that begins with the value.
    """

    def __init__(self, field: str, text: str, why: str) -> None:
        self.field = field.replace("_", " ").replace(".", " ")
        self.text = text
        self.why = why
        # What cannot be seen is spelled out, but for no-break spaces: a bidi control would turn the message.
        seen = "".join(c if c.isprintable() or c == "\N{NO-BREAK SPACE}" else f"\\u{ord(c):04x}" for c in text)
        super().__init__(f"{self.field}: “{seen}” {why}.")
