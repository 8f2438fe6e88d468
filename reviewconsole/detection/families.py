"""Which family a finding of another scanner belongs to: a table of words in its id, tags and name."""

from reviewconsole import lazy_re as re
from reviewconsole.finding import Family

_TABLE: tuple[tuple[re.Pattern[str], Family], ...] = (
    (
        re.compile(
            r"secret|credential|password|private.?key|gitleaks|detect-secrets|iam|permission|privilege|public.?access"
            r"|ingress|security.?group|0\.0\.0\.0|zizmor|unpinned|excessive-|wildcard|licen[cs]e|policy|\bckv_|\bavd-"
        ),
        Family.BOUNDARY,
    ),
    (
        re.compile(
            r"timeout|retry|backoff|rollback|unhandled|unchecked|error.?check|errcheck|swallow|except.?pass|probe"
            r"|health|limit|quota|backup|retention|dead.?letter|dlq|\bb113\b|\bs113\b|\bb110\b|\bs110\b|no-floating"
            r"|cwe-(252|391|390|703|754|755|400|770)\b|missing-(error|timeout|lock)"
        ),
        Family.GAP,
    ),
)


def family_of(scanner: str, rule: str, words: str) -> Family:
    """Gap before boundary where the id itself says so; risk where the table knows nothing."""
    own = f"{scanner} {rule}".lower()
    for text in (own, words.lower()):
        for pattern, family in reversed(_TABLE):
            if pattern.search(text):
                return family
    return Family.RISK
