"""Make repository text safe for a terminal.

Everything that comes from a repository, a remote or a key file passes `safe_text` before it
reaches a terminal, a widget or a log line: control characters, bidirectional controls,
invisible characters and bytes that are not UTF-8 become a visible form such as `<U+202E>`.
"""

import string
import unicodedata

from reviewconsole import lazy_re as re

_INVISIBLE = "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufeff"


def _hidden(char: str) -> bool:
    code = ord(char)
    if code < 0x20 or 0x7F <= code <= 0xA0:
        return True
    if code < 0x300:
        return char in _INVISIBLE
    if 0xFE00 <= code <= 0xFE0F or 0xE0000 <= code <= 0xE0FFF or 0xD800 <= code <= 0xDFFF:
        return True
    return char in _INVISIBLE or unicodedata.category(char) in {"Cf", "Cc", "Zl", "Zp", "Zs", "Co", "Cn", "Cs"}


def _visible(char: str) -> str:
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x20 or code == 0x7F:
        return f"\\x{code:02x}"
    return f"<U+{code:04X}>"


_PLAIN = re.compile(r"[\x20-\x7e]*\Z")
_WORD = re.compile(r"[^\W\d_]{2,}")
_LATIN = frozenset(string.ascii_letters)
_LOOK_ALIKE = frozenset("аеорсхуіјѕԁһӏАВЕКМНОРСТХІЈЅӀοΑΒΕΖΗΙΚΜΝΟΡΤΥΧ")


def safe_text(text: str, *, tab: int = 0) -> str:
    r"""Give `text` with every character that could act on a terminal, or hide, in a visible form.

    A tab becomes spaces up to the next multiple of `tab` where that is given, `\\\\x09` otherwise. The result is
    one line: it holds no newline.
    """
    if _PLAIN.match(text):
        return text
    out: list[str] = []
    column = 0
    for char in text:
        if char == "\t" and tab:
            piece = " " * (tab - column % tab)
        elif _hidden(char):
            piece = _visible(char)
        else:
            piece = char
        out.append(piece)
        column += len(piece)
    return "".join(out)


def safe_lines(text: str) -> str:
    """Like `safe_text`, for text of several lines: newlines stay, tabs become spaces."""
    return "\n".join(safe_text(line, tab=8) for line in text.split("\n"))


def flagged(text: str) -> bool:
    """Tell whether `text` holds anything that `safe_text` must make visible, tabs apart."""
    return not _PLAIN.match(text) and any(_hidden(char) for char in text if char != "\t")


def look_alike(text: str) -> str:
    """The first word of Latin letters and of letters of another alphabet that look Latin; empty for none.

    Such a name is another one than it seems to be (Unicode UTS #39, mixed-script confusables).
    """
    if _PLAIN.match(text):
        return ""
    for word in _WORD.findall(text):
        other = set(word) - _LATIN
        if other and other <= _LOOK_ALIKE and set(word) & _LATIN:
            return str(word)
    return ""


def counted(count: int, one: str, many: str = "") -> str:
    """A number with its noun: `1 file`, `2 files`; `many` is the plural where it is not made with an s."""
    return f"{count} {one if count == 1 else many or one + 's'}"
