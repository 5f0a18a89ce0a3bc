"""The operator's pages for what the platform says: slots, versions, comparing, publishing."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from tillgate.content.acts import publish_version
from tillgate.content.errors import BadContent, ChangedMeanwhile, NothingChanged
from tillgate.content.mail_slots import MAILS
from tillgate.content.models import Version
from tillgate.content.queries import current, history, in_force, version
from tillgate.content.shipped import default_of
from tillgate.content.slots import Kind, Slot, slot_at
from tillgate.portal.content_forms import ContentForm, form_for
from tillgate.portal.content_shown import changes, shown
from tillgate.portal.page import go, page, person_of

SHIPPED = "shipped"  # `?from=shipped` begins with the text that came with the program


def listing(request: HttpRequest) -> HttpResponse:
    """Every slot, with its version in force."""
    rows = in_force()
    groups = [
        (_("Texts and lists"), [row for row in rows if row[0].kind is not Kind.MAIL]),
        (_("Mails"), [row for row in rows if row[0].kind is Kind.MAIL]),
    ]
    facts = {"groups": groups, "edited": sum(1 for _slot, made in rows if made.published_by)}
    return render(request, "portal/content/list.html", facts)


def slot_page(request: HttpRequest, slug: str) -> HttpResponse:
    """What a slot says, its history, and the way to change it."""
    slot = slot_at(slug)
    versions = list(history(slot.name))
    facts = {"versions": versions, "has_other_default": _has_other_default(slot, versions[0])}
    return _show(request, slot, versions[0], "slot", facts)


def version_page(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """What a slot said in one version."""
    slot = slot_at(slug)
    facts = {"newest": current(slot.name)}
    return _show(request, slot, version(slot.name, number), "version", facts)


def comparison(request: HttpRequest, slug: str) -> HttpResponse:
    """Two versions of a slot, with what changed from the one to the other."""
    slot = slot_at(slug)
    newest = current(slot.name)
    new = _version_asked(slot, request.GET.get("new"), newest.number)
    old = _version_asked(slot, request.GET.get("old"), max(1, new.number - 1))
    facts = {
        "slot": slot,
        "versions": history(slot.name),
        "old": old,
        "new": new,
        "changes": changes(old, new.text, new.fields),
    }
    return render(request, "portal/content/compare.html", facts)


def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Write the next version, look at it, and publish it."""
    slot = slot_at(slug)
    before = current(slot.name)
    form = _form(request, slot, before)
    if not form.is_bound or not form.is_valid():
        return _draw(request, slot, before, form)
    if request.POST.get("step") == "publish":
        return _publish(request, slot, before, form)
    return _draw(request, slot, before, form, **_preview(slot, before, form))


def _publish(request: HttpRequest, slot: Slot, before: Version, form: ContentForm) -> HttpResponse:
    text, fields = form.given()
    try:
        made = publish_version(
            slot=slot.name,
            text=text,
            fields=fields,
            note=form.cleaned_data["note"],
            actor=person_of(request),
            based_on=form.cleaned_data["based_on"],
        )
    except BadContent as refused:
        for name, words in refused.problems.items():
            form.blame(name, words)
        return _draw(request, slot, before, form, **_preview(slot, before, form))
    except NothingChanged as told:
        messages.info(request, str(told), extra_tags="inform")
    except ChangedMeanwhile as told:
        return _draw_after_another(request, slot, form, str(told))
    else:
        messages.success(request, _("Version %(label)s is in force.") % {"label": made.label})
    return go(request, reverse("content_slot", args=[slot.slug]))


def _draw_after_another(
    request: HttpRequest, slot: Slot, form: ContentForm, words: str
) -> HttpResponse:
    """The form again, from now on based on what somebody else published meanwhile."""
    newest = current(slot.name)
    form.add_error(None, words)
    data = request.POST.copy()
    data["based_on"] = str(newest.number)
    form.data = data
    facts = _preview(slot, newest, form)
    return _draw(request, slot, newest, form, status=409, **facts)


def _draw(
    request: HttpRequest,
    slot: Slot,
    before: Version,
    form: ContentForm,
    *,
    status: int = 200,
    **found: Any,
) -> HttpResponse:
    facts = {"slot": slot, "before": before, "form": form, "placeholders": _placeholders(slot)}
    return render(request, "portal/content/edit.html", facts | found, status=status)


def _placeholders(slot: Slot) -> list[tuple[str, bool]]:
    """What a mail's words may name, and whether they must."""
    mail = MAILS.get(slot.name.removeprefix("mail/"))
    return [(name, name in mail.required) for name in sorted(mail.allowed)] if mail else []


def _preview(slot: Slot, before: Version, form: ContentForm) -> dict[str, Any]:
    text, fields = form.given()
    return {"shown": shown(slot, text, fields), "changes": changes(before, text, fields)}


def _form(request: HttpRequest, slot: Slot, before: Version) -> ContentForm:
    text, fields = _beginning(request, slot, before)
    data = request.POST if request.method == "POST" else None
    return form_for(slot, data, text=text, fields=fields, based_on=before.number)


def _beginning(request: HttpRequest, slot: Slot, before: Version) -> tuple[str, dict[str, Any]]:
    asked = request.GET.get("from")
    if asked == SHIPPED:
        return default_of(slot)
    start = _version_asked(slot, asked, before.number)
    return start.text, start.fields


def _version_asked(slot: Slot, asked: str | None, otherwise: int) -> Version:
    if asked is None:
        return version(slot.name, otherwise)
    if not asked.isdecimal() or len(asked) > 6:
        raise Http404
    return version(slot.name, int(asked))


def _has_other_default(slot: Slot, newest: Version) -> bool:
    return tuple(default_of(slot)) != (newest.text, newest.fields)


def _show(
    request: HttpRequest, slot: Slot, made: Version, template: str, facts: dict[str, Any]
) -> HttpResponse:
    seen = {"slot": slot, "version": made, "shown": shown(slot, made.text, made.fields)}
    return render(request, f"portal/content/{template}.html", seen | facts)


_MAY = "content:publish"
PAGES = [
    page("content/", listing, name="content", may=_MAY, methods=["GET"]),
    page("content/<slug:slug>/", slot_page, name="content_slot", may=_MAY, methods=["GET"]),
    page("content/<slug:slug>/edit/", edit, name="content_edit", may=_MAY),
    page(
        "content/<slug:slug>/compare/",
        comparison,
        name="content_compare",
        may=_MAY,
        methods=["GET"],
    ),
    page(
        "content/<slug:slug>/versions/<int:number>/",
        version_page,
        name="content_version",
        may=_MAY,
        methods=["GET"],
    ),
]
