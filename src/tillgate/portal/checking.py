"""`/check/`: anybody may see whether a file is an agreement that was sealed here, unchanged."""

import os

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern
from django.utils.translation import gettext_lazy as _

from tillgate.foundation.config import config
from tillgate.portal.forms import Form
from tillgate.portal.page import page
from tillgate.programme.documents.checking import MOST_BYTES, Finding, check_agreement
from tillgate.programme.documents.seal_key import seal_certificates


class FileForm(Form):
    """The file to look at."""

    paper = forms.FileField(
        label=_("The PDF"),
        help_text=_("It is looked at and not kept. At most 20 MB."),
        widget=forms.ClearableFileInput(attrs={"accept": "application/pdf"}),
    )

    def clean_paper(self) -> bytes:
        """Its bytes."""
        given = self.cleaned_data["paper"]
        if given.size > MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than 20 MB: no agreement is."))
        content: bytes = given.read()
        return content


def check(request: HttpRequest) -> HttpResponse:
    """Say what an uploaded file is."""
    if request.method != "POST":
        return _page(request, FileForm())
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, status=422)
    certificates = seal_certificates(os.environ, config().data_dir)
    finding = check_agreement(form.cleaned_data["paper"], certificates)
    return _page(request, FileForm(), finding=finding)


def _page(
    request: HttpRequest, form: FileForm, *, finding: Finding | None = None, status: int = 200
) -> HttpResponse:
    facts = {"form": form, "finding": finding}
    return render(request, "portal/checking/check.html", facts, status=status)


PAGES: list[URLPattern] = [page("check/", check, name="agreement_check", may="agreement:check")]
