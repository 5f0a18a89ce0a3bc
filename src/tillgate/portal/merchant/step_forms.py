"""The steps of the request form: one matter a page.

A step holds its fields against the same rules as the act that sends the request, so that nobody
hears only at the end what is wrong. Kept for later, it may have gaps.
"""

from typing import Any, ClassVar, NamedTuple

import msgspec
from django import forms
from django.forms import BoundField
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tillgate.directory.models import BusinessLocation
from tillgate.foundation import clock
from tillgate.portal.forms import Form
from tillgate.programme.answers import (
    APIS,
    CONFIRMATIONS,
    MOST_CALLS_A_DAY,
    MOST_REDIRECTS,
    STEPS,
    Answers,
    Consent,
    Context,
    problems,
    stored,
)
from tillgate.programme.wording import API_WORDS, CONFIRMATION_WORDS

AUDIENCES = (
    ("own", _("This business only, with locations its franchisees run")),
    ("several", _("Several merchants")),
    ("public", _("Any merchant: it is to be published")),
)


class Asked(NamedTuple):
    """What a step is asked about: the answers so far, the business's places, and what binds it."""

    answers: Answers
    places: list[BusinessLocation]
    context: Context


class StepForm(Form):
    """The base of every step. `is_for_later` keeps what there is, and lets the rest be."""

    step: ClassVar[str]

    def __init__(self, *args: Any, asked: Asked, is_for_later: bool = False, **kwargs: Any) -> None:
        self.asked = asked
        self.is_for_later = is_for_later
        # Put in before the base looks at every field, so that its limits hold for these too.
        self.base_fields = {**self.base_fields, **self.further_fields()}  # type: ignore[misc]
        super().__init__(*args, initial=self.initial_of(asked.answers), **kwargs)
        self.prepare()
        if is_for_later:
            for field in self.fields.values():
                field.required = False

    def further_fields(self) -> dict[str, forms.Field]:
        """The fields which only this business needs."""
        return {}

    def prepare(self) -> None:
        """Fill in what depends on the business."""

    @classmethod
    def initial_of(cls, answers: Answers) -> dict[str, Any]:
        """The answers as the fields show them."""
        plain = stored(answers)
        return {name: plain[name] for name in STEPS[cls.step]}

    def values(self) -> dict[str, Any]:
        """What was said, as `Answers` holds it."""
        return {name: self.cleaned_data.get(name) for name in STEPS[self.step]}

    def clean(self) -> dict[str, Any]:
        """Hold what was said against the rules, unless it is only kept for later."""
        if not self.is_for_later and not self.errors:
            answers = msgspec.structs.replace(self.asked.answers, **self.values())
            for name, why in problems(answers, self.asked.context).items():
                if (field := self.field_of(name)) in self.fields:
                    self.add_error(field, why)
        return self.cleaned_data

    @classmethod
    def field_of(cls, problem: str) -> str:
        """The field at which a problem is shown."""
        return problem


class BusinessForm(StepForm):
    """What the integration is called, and whom it serves."""

    step = "business"
    name = forms.CharField(
        label=_("What do you call it?"),
        max_length=100,
        help_text=_("For example: Nightly journal"),
    )
    audience = forms.ChoiceField(
        label=_("Who will use it?"), choices=AUDIENCES, widget=forms.RadioSelect
    )


class LocationsForm(StepForm):
    """Which locations are read, and who agreed where a franchisee runs one."""

    step = "locations"
    locations = forms.TypedMultipleChoiceField(
        label=_("Which business locations?"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Each is priced by itself. Tick only those whose data you need."),
    )

    def further_fields(self) -> dict[str, forms.Field]:
        """For each franchised location, who agreed there and when."""
        fields: dict[str, forms.Field] = {}
        for place in self.asked.places:
            if place.franchisee:
                fields[f"by_{place.pk}"] = _agreed_by(place.franchisee)
                fields[f"on_{place.pk}"] = _agreed_on()
        return fields

    def prepare(self) -> None:
        """One choice a location."""
        field: Any = self.fields["locations"]
        field.choices = [(str(place.pk), _place_label(place)) for place in self.asked.places]
        for pk, consent in self.asked.answers.consents.items():
            self.initial.update({f"by_{pk}": consent.by, f"on_{pk}": consent.on or None})
        if self.is_bound:
            self._ask_only_where_chosen(set(self["locations"].value() or ()))

    def _ask_only_where_chosen(self, chosen: set[str]) -> None:
        for place in self.asked.places:
            if place.franchisee and str(place.pk) not in chosen:
                self.fields[f"by_{place.pk}"].required = False
                self.fields[f"on_{place.pk}"].required = False

    def clean(self) -> dict[str, Any]:
        """Nobody agreed on a day that is still to come."""
        today = clock.now().date()
        for place in self.asked.places:
            on = self.cleaned_data.get(f"on_{place.pk}")
            if on is not None and on > today:
                self.add_error(f"on_{place.pk}", gettext("Write a day that is not in the future."))
        return super().clean()

    def values(self) -> dict[str, Any]:
        """The locations as numbers, and every consent that was given, also of others."""
        consents = {}
        for place in self.asked.places:
            by = self.cleaned_data.get(f"by_{place.pk}") or ""
            on = self.cleaned_data.get(f"on_{place.pk}")
            if by or on:
                consents[str(place.pk)] = Consent(by, on.isoformat() if on else "")
        return {"locations": self.cleaned_data.get("locations", []), "consents": consents}

    @classmethod
    def field_of(cls, problem: str) -> str:
        """A consent is asked for by two fields, of which the first tells of what is missing."""
        return problem.replace("consent_", "by_")

    def rows(self) -> list[tuple[Any, BoundField | None, BoundField | None]]:
        """Each choice with the fields that ask for the consent of its franchisee."""
        choices = list(self["locations"].subwidgets)
        return [
            (choice, self._bound(f"by_{place.pk}"), self._bound(f"on_{place.pk}"))
            for choice, place in zip(choices, self.asked.places, strict=True)
        ]

    def _bound(self, name: str) -> BoundField | None:
        return self[name] if name in self.fields else None


class PurposeForm(StepForm):
    """What is read, what for, and where it goes."""

    step = "purpose"
    apis = forms.MultipleChoiceField(
        label=_("Which APIs?"),
        choices=[(api, API_WORDS[api]) for api in APIS],
        widget=forms.CheckboxSelectMultiple,
    )
    purpose = forms.CharField(
        label=_("What do you want to do with the data?"),
        widget=forms.Textarea,
        help_text=_("In your own words, as you would tell a colleague."),
    )
    systems = forms.CharField(
        label=_("Which systems does it go to?"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For example: our bookkeeping, a spreadsheet; or “none”."),
    )


class VolumeForm(StepForm):
    """How often it will call."""

    step = "volume"
    calls_a_day = forms.IntegerField(
        label=_("About how many calls a day?"), min_value=1, max_value=MOST_CALLS_A_DAY
    )

    def prepare(self) -> None:
        """Give an example of about the right size."""
        locations = max(1, len(self.asked.answers.locations))
        field = self.fields["calls_a_day"]
        field.help_text = gettext(
            "A guess will do. Looking at every location each quarter of an hour makes"
            " %(calls)s calls a day for your locations."
        ) % {"calls": 96 * locations}
        field.widget.attrs["inputmode"] = "numeric"


class PersonalForm(StepForm):
    """Whether data about people is needed, and why."""

    step = "personal"
    staff = forms.BooleanField(label=_("Names of staff"), required=False)
    consumers = forms.BooleanField(label=_("What is known of consumers"), required=False)
    authorizations = forms.BooleanField(label=_("Card payment authorisations"), required=False)
    personal_reason = forms.CharField(
        label=_("Why do you need them?"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Only if you ticked something."),
    )


class SignatoryForm(StepForm):
    """Who signs the agreement."""

    step = "signatory"
    autocomplete: ClassVar = {"signatory_title": "organization-title"}
    signatory_name = forms.CharField(label=_("Full name"), max_length=150)
    signatory_title = forms.CharField(
        label=_("Role in your business"), max_length=150, help_text=_("For example: owner")
    )
    signatory_email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        help_text=_("The agreement and a code go there, so it must be their own."),
    )
    signatory_authority = forms.BooleanField(
        label=_("This person has authority to sign for the business")
    )


class TechnicalForm(StepForm):
    """Who gets the credentials, and where browsers are sent back to."""

    step = "technical"
    technical_name = forms.CharField(label=_("Full name"), max_length=150)
    technical_email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        help_text=_("The one-time link to the credentials goes there. They see no prices."),
    )
    technical_outside = forms.BooleanField(
        label=_("This is a developer from outside the business"), required=False
    )
    technical_company = forms.CharField(
        label=_("Their company"),
        max_length=150,
        required=False,
        help_text=_("Only for a developer from outside."),
    )
    redirect_uris = forms.CharField(
        label=_("Redirect addresses"),
        required=False,
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 3, "class": "mono", "spellcheck": "false"}),
        help_text=_(
            "One a line, such as https://example.com/callback. Only for a program in which people"
            " sign in; your technical contact knows."
        ),
    )

    @classmethod
    def initial_of(cls, answers: Answers) -> dict[str, Any]:
        """The addresses one a line."""
        return super().initial_of(answers) | {"redirect_uris": "\n".join(answers.redirect_uris)}

    def clean_redirect_uris(self) -> list[str]:
        """One address a line; empty lines say nothing, and one that is there twice counts once."""
        lines = [line.strip() for line in self.cleaned_data["redirect_uris"].splitlines()]
        found = list(dict.fromkeys(filter(None, lines)))
        if len(found) > MOST_REDIRECTS:
            raise forms.ValidationError(
                gettext("Give at most %(most)s addresses.") % {"most": MOST_REDIRECTS}
            )
        return found


class ConfirmationsForm(StepForm):
    """What the merchant has understood."""

    step = "confirmations"
    read_only = forms.BooleanField()
    own_business_only = forms.BooleanField()
    built_by_us = forms.BooleanField()
    not_resold = forms.BooleanField()
    no_support = forms.BooleanField()

    def prepare(self) -> None:
        """A business in a formal partnership need not serve itself alone."""
        for name in CONFIRMATIONS:
            self.fields[name].label = str(CONFIRMATION_WORDS[name])
            self.fields[name].error_messages["required"] = gettext("Confirm this to go on.")
        if self.asked.context.formal_partnership:
            self.fields["own_business_only"].required = False


FORMS: dict[str, type[StepForm]] = {
    form.step: form
    for form in (
        BusinessForm,
        LocationsForm,
        PurposeForm,
        VolumeForm,
        PersonalForm,
        SignatoryForm,
        TechnicalForm,
        ConfirmationsForm,
    )
}


def _agreed_by(franchisee: str) -> forms.CharField:
    return forms.CharField(
        label=gettext("Who agreed at %(franchisee)s?") % {"franchisee": franchisee},
        help_text=gettext("Name and role"),
        max_length=150,
    )


def _agreed_on() -> forms.DateField:
    return forms.DateField(
        label=gettext("When did they agree?"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
    )


def _place_label(place: BusinessLocation) -> SafeString:
    run_by = gettext("run by %(franchisee)s") % {"franchisee": place.franchisee}
    return format_html(
        '{} <span class="mono soft">{}</span>{}{}',
        place.name,
        place.pk,
        " · " if place.franchisee else "",
        run_by if place.franchisee else "",
    )
