"""What the portal and the programme read of the Hub."""

from collections import Counter
from collections.abc import Collection, Iterable
from typing import NamedTuple

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from tillgate.directory.models import Person
from tillgate.hub.models import Category, EnquiryState, PartnerEnquiry, PublicIntegration
from tillgate.hub.words import plain, plain_words

OPEN_STATES = (EnquiryState.NEW, EnquiryState.IN_TALK)


class Wanted(NamedTuple):
    """What somebody looks for; an empty field asks for nothing."""

    words: str = ""
    category: str = ""
    country: str = ""


def find(wanted: Wanted) -> QuerySet[PublicIntegration]:
    """The listed integrations that have every word, best names first, then by name.

    A word may be part of a longer one. An integration without countries is offered in all.
    """
    found = _in_country(PublicIntegration.objects.filter(is_listed=True), wanted.country)
    if wanted.category:
        found = found.filter(categories__contains=[wanted.category])
    return _with_words(found, wanted.words)


def kept(words: str = "") -> QuerySet[PublicIntegration]:
    """Every integration that has these words, listed or not: for those who keep the Hub."""
    return _with_words(PublicIntegration.objects.all(), words)


def categories_found(wanted: Wanted) -> list[tuple[Category, int]]:
    """How many each category would show, were it chosen; those with none are left out."""
    rows = find(wanted._replace(category="")).order_by().values_list("categories", flat=True)
    counts = Counter(category for categories in rows for category in categories)
    return [(category, counts[category]) for category in Category if counts[category]]


def countries_offered() -> list[str]:
    """The countries that listed integrations name, as codes."""
    listed = PublicIntegration.objects.filter(is_listed=True)
    return sorted({code for codes in listed.values_list("countries", flat=True) for code in codes})


def suggest(
    categories: Collection[str], *, country: str = "", limit: int = 3
) -> list[PublicIntegration]:
    """Listed integrations of these categories: those that serve most of them first."""
    listed = PublicIntegration.objects.filter(is_listed=True)
    fitting = _in_country(listed, country).filter(categories__overlap=list(categories))
    rows = fitting.order_by("sort_name", "pk")
    return sorted(rows, key=lambda row: -_in_common(row.categories, categories))[:limit]


def enquiries(*, is_open: bool) -> QuerySet[PartnerEnquiry]:
    """The queue: what waits longest first; or what has ended, newest first."""
    rows = PartnerEnquiry.objects.select_related("assigned_to")
    if is_open:
        return rows.filter(state__in=OPEN_STATES).order_by("filed_at", "pk")
    return rows.exclude(state__in=OPEN_STATES).order_by("-ended_at", "-pk")


def open_enquiry_of(person: Person) -> PartnerEnquiry | None:
    """The enquiry of a person that still waits or is talked about; there is one at most."""
    return PartnerEnquiry.objects.filter(person=person, state__in=OPEN_STATES).first()


def enquiry_called(number: str, person: Person) -> PartnerEnquiry | None:
    """The enquiry with this number, such as "E-1001", unless it is not for this person."""
    figures = number.removeprefix("E-")
    if figures == number or not (figures.isascii() and figures.isdigit() and len(figures) < 19):
        return None
    pk = int(figures) - PartnerEnquiry.FIRST_NUMBER
    seen = PartnerEnquiry.objects.visible_to(person).select_related("assigned_to")
    return seen.filter(pk=pk).first()


def enquiries_of(person: Person) -> QuerySet[PartnerEnquiry]:
    """What the person has asked, the newest first."""
    return PartnerEnquiry.objects.filter(person=person).order_by("-filed_at", "-pk")


def _with_words(rows: QuerySet[PublicIntegration], words: str) -> QuerySet[PublicIntegration]:
    for word in plain_words(words):
        rows = rows.filter(search_text__contains=word)
    return rows.order_by(_nearness(plain(words)), "sort_name", "pk")


def _in_country(rows: QuerySet[PublicIntegration], country: str) -> QuerySet[PublicIntegration]:
    if not country:
        return rows
    return rows.filter(Q(countries__contains=[country]) | Q(countries=[]))


def _nearness(words: str) -> Case:
    return Case(
        When(sort_name__startswith=words, then=Value(0)),
        When(sort_name__contains=words, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )


def _in_common(one: Iterable[str], other: Iterable[str]) -> int:
    return len(set(one) & set(other))
