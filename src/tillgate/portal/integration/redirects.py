"""The form for a client's redirect addresses."""

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tillgate.portal.forms import Form

MOST_ADDRESSES = 10


class RedirectsForm(Form):
    """Where a program that asks a person to let it in wants the browser to be sent."""

    redirect_uris = forms.CharField(
        label=_("Redirect addresses"),
        required=False,
        help_text=_("One on each line. Only https, or http on localhost."),
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )

    def clean_redirect_uris(self) -> list[str]:
        """The addresses, without empty lines."""
        uris: list[str] = self.cleaned_data["redirect_uris"].split()
        if len(uris) > MOST_ADDRESSES:
            words = gettext("Give at most %(most)d addresses: these are %(given)d.")
            raise forms.ValidationError(words % {"most": MOST_ADDRESSES, "given": len(uris)})
        return uris
