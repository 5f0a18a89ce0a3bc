"""The exclusivity watch: what several businesses share, with where it was seen."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern
from django.utils.translation import gettext_lazy as _

from tillgate.directory.queries import business_names
from tillgate.portal.page import page
from tillgate.programme.office_queries import partners_among
from tillgate.programme.watch import Finding, TraitKind, findings

WORDS = {
    TraitKind.CONTACT: _("technical contact"),
    TraitKind.DEVELOPER: _("developer"),
    TraitKind.MAIL_HOST: _("mail domain of the contact"),
    TraitKind.REDIRECT_HOST: _("redirect host"),
}


def watch(request: HttpRequest) -> HttpResponse:
    """Evidence for somebody to judge; nothing is done by itself."""
    found = findings()
    ids = {each for finding in found for each in finding.business_ids}
    names, partners = business_names(ids), partners_among(ids)
    shown = [_shown(finding, names, partners) for finding in found]
    facts: dict[str, Any] = {
        "watched": [each for each in shown if not each["is_allowed"]],
        "allowed": [each for each in shown if each["is_allowed"]],
    }
    return render(request, "portal/office/watch.html", facts)


def _shown(finding: Finding, names: dict[int, str], partners: dict[int, str]) -> dict[str, Any]:
    return {
        "kind": WORDS[finding.kind],
        "value": finding.value,
        "is_allowed": finding.is_allowed,
        "count": len(finding.business_ids),
        "evidence": [
            (
                each,
                names.get(each.business_id, str(each.business_id)),
                each.business_id in partners,
            )
            for each in finding.evidence
        ],
    }


PAGES: list[URLPattern] = [
    page("review/watch/", watch, name="watch", may="watch:read", methods=("GET",))
]
