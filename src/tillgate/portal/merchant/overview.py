"""The access overview: read as a page or on paper, and acknowledged."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from tillgate.content.models import Version
from tillgate.content.queries import current, platform
from tillgate.directory.models import Person
from tillgate.portal.page import go, page, person_of
from tillgate.portal.papers import pdf_response
from tillgate.programme.acts.preparation import acknowledge_overview, open_overview
from tillgate.programme.documents.facts import OverviewFacts, Platform
from tillgate.programme.documents.markdown import Block, Heading, parse, to_html
from tillgate.programme.documents.typesetting import overview_pdf
from tillgate.programme.errors import OverviewUnread
from tillgate.programme.files import sha256_of
from tillgate.programme.queries import reading_of


class Chapter(NamedTuple):
    """A part of the text under a heading of the second level; the first may have none."""

    anchor: str
    title: str
    html: SafeString


def overview(request: HttpRequest) -> HttpResponse:
    """The current overview; opening it is noted for whoever is signed in."""
    version, reading = current("overview"), None
    if isinstance(request.user, Person):
        version = open_overview(actor=request.user)
        reading = reading_of(request.user)
    title, chapters = chapters_of(version.text)
    facts = {"version": version, "reading": reading, "title": title, "chapters": chapters}
    return render(request, "portal/merchant/overview.html", facts)


def acknowledge(request: HttpRequest) -> HttpResponse:
    """Note that it was read, if it is still the current one."""
    try:
        acknowledge_overview(label=request.POST.get("version", ""), actor=person_of(request))
    except OverviewUnread:
        messages.warning(request, gettext("There is a newer overview. Read it and say so below."))
        return go(request, "overview")
    messages.success(request, gettext("Noted: you have read the overview."))
    return go(request, "home")


def overview_as_pdf(request: HttpRequest) -> HttpResponse:
    """The current overview on paper."""
    version = current("overview")
    content = overview_pdf(_facts(version))
    name = f"access-overview-{version.label}.pdf"
    return pdf_response(request, content, sha256_of(content), name)


def chapters_of(text: str) -> tuple[str, list[Chapter]]:
    """The title of a text of ours, and its chapters as HTML."""
    blocks = parse(text)
    title = ""
    if blocks and isinstance(blocks[0], Heading) and blocks[0].level == 1:
        title, blocks = _plain(blocks[0]), blocks[1:]
    parts = enumerate(_split(blocks))
    return title, [_chapter(number, part) for number, part in parts if part]


def _split(blocks: Sequence[Block]) -> Iterator[list[Block]]:
    part: list[Block] = []
    for block in blocks:
        if isinstance(block, Heading) and block.level <= 2:
            yield part
            part = []
        part.append(block)
    yield part


def _chapter(number: int, blocks: list[Block]) -> Chapter:
    first = blocks[0]
    title = _plain(first) if isinstance(first, Heading) else ""
    # Whatever the text says, `to_html` has escaped it.
    html = mark_safe(to_html(blocks, top=1))  # noqa: S308
    return Chapter(f"part-{number}", title, html)


def _plain(heading: Heading) -> str:
    return "".join(run.text for run in heading.runs)


def _facts(version: Version) -> OverviewFacts:
    who = platform()
    return OverviewFacts(
        platform=Platform(name=who.name, support=who.support, website=who.website),
        version=version.label,
        published_on=version.published_at.date(),
        text=version.text,
    )


PAGES: list[URLPattern] = [
    page("overview/", overview, name="overview", may="overview:read", methods=("GET",)),
    page(
        "overview/read/",
        acknowledge,
        name="overview_read",
        may="overview:acknowledge",
        methods=("POST",),
    ),
    page(
        "overview.pdf",
        overview_as_pdf,
        name="overview_pdf",
        may="overview:read",
        methods=("GET",),
    ),
]
