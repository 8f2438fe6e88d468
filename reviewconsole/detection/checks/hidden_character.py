"""Name added lines that read otherwise than they look: invisible characters, reordered text, look-alike letters."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.hits import exact
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.source import MAX_LINE, Source
from reviewconsole.display import flagged, look_alike
from reviewconsole.finding import Confidence, Family, Severity, Side

PAGE = page_of(
    "hidden-character",
    title="A line reads otherwise than it looks",
    family=Family.BOUNDARY,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    what="Finds bidirectional controls, zero-width and other invisible characters, terminal escapes, and names that "
    "mix Latin with Cyrillic or Greek letters, in added lines and in the paths of files. Odd spaces and bytes that are "
    "not UTF-8 count as low; the joiners and selectors inside of emoji do not count. In translations, direction marks "
    "and mixed letters are how languages are written and count as low; so do files that are no text.",
    why="A compiler or an agent reads characters that a reviewer cannot see: code can be hidden in a comment, two "
    "names that look alike can differ, and instructions to an agent can stand in plain sight (CVE-2021-42574, "
    "CVE-2021-42694).",
    example='+ if access_level != "user\\u202e \\u2066// admin only\\u2069 \\u2066":',
    instead="Write the character as an escape, so that everybody sees it, or take it out.",
    references=("https://trojansource.codes/", "Unicode UTS #39", "CWE-1007"),
    languages=("any file",),
    alias="b-08",
)
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_ODD_SPACE = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\x0b\x0c\r\ufeff]|[\udc80-\udcff]")
_EMOJI_PART = re.compile(
    "(?<=[\u00a9\u00ae\u203c-\u3299\U0001f000-\U0001faff])[\u200d\ufe0e\ufe0f]|(?<=[0-9#*])\ufe0f\u20e3"
)
_TRANSLATION = re.compile(
    r"\.(po|pot|mo|xliff?|xlf|arb|strings|resx)$"
    r"|(^|/)(locales?|i18n|l10n|translations?|lang)/.*\.(json|ya?ml|properties|ts|js|txt|md)$",
    re.IGNORECASE,
)
_WRITTEN = re.compile("[\u200b-\u200f\u061c]")
"""Marks that right-to-left and joined scripts, and wrapping in others, are written with: none reorders more than a
neighbour."""
_PROSE = re.compile(r"[^=(){}\[\];<>]*$")
"""Text without the signs of code: a break that nobody sees changes nothing that runs."""
_FLAG_TAGS = re.compile("\U0001f3f4[\U000e0020-\U000e007f]+")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]|[\x00-\x08\x0b-\x1f\x7f]")


def _opaque(source: Source) -> bool:
    """Tell whether a file is bytes rather than text: many of its added lines hold what was no UTF-8."""
    odd = sum("\ufffd" in source.new[at - 1] for at in source.added)
    return odd * 5 > len(source.added)


_PRIVATE = re.compile("[\ue000-\uf8ff]")
"""Glyphs that a font gives its own meaning: they are seen, as icons or as boxes."""
_ASSET = re.compile(r"\.(json|css|scss|sass|less|svg|xml|html?|csv)$|(^|/)(icons?|fonts?)/[^/]+$", re.IGNORECASE)


def _fault(line: str, *, translated: bool) -> tuple[str, Severity] | None:
    """What is wrong with a line, in words, and how bad it is."""
    if translated:
        ordinary = bool(_WRITTEN.search(line)) or bool(look_alike(line))
        line = _WRITTEN.sub("", line)
        unseen = flagged(_ODD_SPACE.sub("", _EMOJI_PART.sub("", _FLAG_TAGS.sub("", line))))
        if not _BIDI.search(line) and (not unseen or "\x1b" not in line):
            told = ordinary or unseen
            return ("A translated text holds direction marks or letters alike", Severity.LOW) if told else None
    if _BIDI.search(line):
        return "Characters change the order in which this line is shown", Severity.HIGH
    plain = _ODD_SPACE.sub("", _EMOJI_PART.sub("", _FLAG_TAGS.sub("", line)))
    if flagged(plain):
        if _PROSE.match(line) and not flagged(_WRITTEN.sub("", plain)):
            return ("The line holds characters without width", Severity.MEDIUM)
        return "The line holds characters that cannot be seen or that act on a terminal", Severity.HIGH
    if look_alike(plain):
        return "A name mixes letters of alphabets that look alike", Severity.HIGH
    if _ODD_SPACE.search(line.removesuffix("\r")):
        return "The line holds odd spaces or bytes that are not UTF-8", Severity.LOW
    return None


def _path_fault(path: str) -> str:
    if flagged(path):
        return "The path holds characters that cannot be seen or that act on a terminal"
    return "The path mixes letters of alphabets that look alike" if look_alike(path) else ""


def check(context: Context) -> Iterator[Hit]:
    """Name each such added line, and each such path at the first line that is added there."""
    for source in context.sources:
        if source.added and _NOT_ASCII.search(source.path) and (message := _path_fault(source.path)):
            yield exact(PAGE.rule, source, Side.NEW, (min(source.added), min(source.added)), message)
        asset = bool(_ASSET.search(source.path))
        translated, opaque = bool(_TRANSLATION.search(source.path)), _opaque(source)
        for number in sorted(source.added):
            line = source.new[number - 1][:MAX_LINE]
            if number == 1:
                line = line.removeprefix("\ufeff")
            if asset:
                line = _PRIVATE.sub("", line)
            fault = _fault(line, translated=translated) if _NOT_ASCII.search(line) else None
            if fault is not None:
                # Where bytes were no UTF-8 nothing is hidden in a text: it is none.
                bytes_there = "\ufffd" in line and not _BIDI.search(line)
                message, severity = fault[0], Severity.LOW if opaque or bytes_there else fault[1]
                yield Hit(
                    rule=PAGE.rule,
                    source=source,
                    side=Side.NEW,
                    line=number,
                    end_line=number,
                    text=line.strip(),
                    message=message,
                    severity=severity,
                )


CHECK = Check(page=PAGE, run=check)
