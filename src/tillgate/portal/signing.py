"""The signatory's pages: a personal link, a code by mail, then reading and signing, or declining.

The signatory needs no account. Nothing of the agreement is shown before the code was typed, for a
link may be forwarded.
"""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from tillgate.content.queries import platform
from tillgate.portal.forms import Form
from tillgate.portal.page import go, page
from tillgate.portal.papers import agreement_response
from tillgate.portal.visitor import code_typed, origin_of, remember_code
from tillgate.programme import codes
from tillgate.programme.acts import signature as acts
from tillgate.programme.documents.markdown import parse, to_html
from tillgate.programme.documents_of import fixed_facts
from tillgate.programme.errors import CodeUsed, Incomplete, WrongCode
from tillgate.programme.models import Agreement
from tillgate.programme.states import AgreementState

LONGEST_DRAWING = 100_000


class CodeForm(Form):
    """The code from the mail."""

    code = forms.CharField(
        label=_("The code from the mail"),
        max_length=20,
        help_text=_("Six digits. It is good for ten minutes."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )


class SignForm(Form):
    """Reading, consent, authority and name: each is a deed of its own."""

    has_read = forms.BooleanField(label=_("I have read the agreement and its terms."))
    consents = forms.BooleanField(label=_("I agree to them and to signing electronically."))
    has_authority = forms.BooleanField(label=_("I have authority to sign for the business."))
    name = forms.CharField(
        label=_("Your full name"),
        max_length=acts.LONGEST_NAME,
        help_text=_("Typing it is your signature."),
    )
    drawing = forms.CharField(
        required=False, max_length=LONGEST_DRAWING, widget=forms.HiddenInput()
    )


class RefuseForm(Form):
    """Why it is not signed."""

    because = forms.CharField(
        label=_("Why not?"),
        help_text=_("Your account manager reads this."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def door(request: HttpRequest, token: str) -> HttpResponse:
    """What waits behind the link: a button for the code first, then the agreement itself."""
    agreement = acts.find_agreement(token)
    if _may_read(request, agreement):
        return _agreement_page(request, agreement, token)
    return _door_page(request, agreement, token)


def send_code(request: HttpRequest, token: str) -> HttpResponse:
    """Mail a code to the signatory, whoever presses the button."""
    acts.send_signing_code(token=token, origin=origin_of(request))
    return go(request, reverse("sign_code", args=[token]))


def type_code(request: HttpRequest, token: str) -> HttpResponse:
    """Type the code that was mailed."""
    agreement = acts.find_agreement(token)
    if request.method != "POST":
        return _door_page(request, agreement, token, form=CodeForm())
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _door_page(request, agreement, token, form=form, status=422)
    try:
        code = acts.prove_signatory(
            token=token, typed=form.cleaned_data["code"], origin=origin_of(request)
        )
    except WrongCode as error:
        form.add_error("code", str(error))
        return _door_page(request, agreement, token, form=form, status=error.status)
    remember_code(request, acts.subject_of(agreement), code.pk)
    return go(request, reverse("sign", args=[token]))


def sign(request: HttpRequest, token: str) -> HttpResponse:
    """Sign the agreement."""
    agreement = acts.find_agreement(token)
    form = SignForm(request.POST)
    if not form.is_valid():
        return _again(request, agreement, token, sign_form=form)
    try:
        acts.sign_agreement(
            token=token,
            code_id=code_typed(request, acts.subject_of(agreement)),
            signing=acts.Signing(**form.cleaned_data),
            origin=origin_of(request),
        )
    except Incomplete as error:
        _add_problems(form, error)
        return _again(request, agreement, token, sign_form=form)
    return go(request, reverse("sign", args=[token]))


def refuse(request: HttpRequest, token: str) -> HttpResponse:
    """Decline to sign, with a reason."""
    agreement = acts.find_agreement(token)
    form = RefuseForm(request.POST)
    if not form.is_valid():
        return _again(request, agreement, token, refuse_form=form)
    acts.refuse_agreement(
        token=token,
        code_id=code_typed(request, acts.subject_of(agreement)),
        because=form.cleaned_data["because"],
        origin=origin_of(request),
    )
    return go(request, reverse("sign", args=[token]))


def paper(request: HttpRequest, token: str) -> HttpResponse:
    """The agreement as PDF: as it was sent, or as it was signed and sealed."""
    agreement = acts.find_agreement(token)
    if not _may_read(request, agreement):
        raise CodeUsed
    return agreement_response(request, agreement)


def _may_read(request: HttpRequest, agreement: Agreement) -> bool:
    subject = acts.subject_of(agreement)
    return codes.was_proved(code_typed(request, subject), subject=subject)


def _again(request: HttpRequest, agreement: Agreement, token: str, **forms_: Form) -> HttpResponse:
    """The page with what was typed; without a proof nothing of the agreement is shown."""
    if not _may_read(request, agreement):
        raise CodeUsed
    return _agreement_page(request, agreement, token, status=422, **forms_)


def _door_page(
    request: HttpRequest,
    agreement: Agreement,
    token: str,
    *,
    form: CodeForm | None = None,
    status: int = 200,
) -> HttpResponse:
    facts = {
        "agreement": agreement,
        "token": token,
        "form": form,
        "masked": masked(agreement.basis["signatory_email"]),
    }
    return render(request, "portal/signing/door.html", facts, status=status)


def _agreement_page(
    request: HttpRequest, agreement: Agreement, token: str, *, status: int = 200, **given: Any
) -> HttpResponse:
    stated = fixed_facts(agreement)
    facts = {
        "agreement": agreement,
        "token": token,
        "stated": stated,
        "platform": platform(),
        "terms": mark_safe(to_html(parse(stated.terms), top=3)),  # noqa: S308  escaped by to_html
        "is_open": agreement.state == AgreementState.SENT,
        "signature": getattr(agreement, "signature", None),
        "authority": acts.authority_words(agreement, stated.business),
        "sign_form": SignForm(),
        "refuse_form": RefuseForm(),
    } | given
    facts["form"] = next((form for form in given.values()), facts["sign_form"])
    return render(request, "portal/signing/agreement.html", facts, status=status)


def _add_problems(form: Form, error: Incomplete) -> None:
    for name, why in error.problems.items():
        form.add_error(name if name in form.fields else None, why)


def masked(email: str) -> str:
    """An address that its owner recognises and nobody else learns: `m…@lindqvist.example`."""
    name, _at, host = email.rpartition("@")
    return f"{name[:1]}…@{host}"


PAGES: list[URLPattern] = [
    page("sign/<str:token>/", door, name="sign", may="agreement:sign", methods=("GET",)),
    page(
        "sign/<str:token>/send-code/",
        send_code,
        name="sign_send_code",
        may="agreement:sign",
        methods=("POST",),
    ),
    page("sign/<str:token>/code/", type_code, name="sign_code", may="agreement:sign"),
    page(
        "sign/<str:token>/signature/",
        sign,
        name="sign_sign",
        may="agreement:sign",
        methods=("POST",),
    ),
    page(
        "sign/<str:token>/refusal/",
        refuse,
        name="sign_refuse",
        may="agreement:sign",
        methods=("POST",),
    ),
    page(
        "sign/<str:token>/agreement.pdf",
        paper,
        name="sign_paper",
        may="agreement:sign",
        methods=("GET",),
    ),
]
