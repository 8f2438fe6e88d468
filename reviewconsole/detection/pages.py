"""Build the page of a check, with the defaults most of them share."""

from reviewconsole.finding import Confidence, Family, Page, Severity


def page_of(
    rule: str,
    *,
    title: str,
    family: Family,
    severity: Severity,
    what: str,
    why: str,
    example: str,
    instead: str,
    references: tuple[str, ...],
    languages: tuple[str, ...],
    alias: str,
    confidence: Confidence = Confidence.MEDIUM,
) -> Page:
    """A page with one alias, of medium confidence unless said otherwise."""
    return Page(
        rule=rule,
        title=title,
        family=family,
        severity=severity,
        confidence=confidence,
        what=what,
        why=why,
        example=example,
        instead=instead,
        references=references,
        languages=languages,
        aliases=(alias,),
    )
