"""What allauth asks this installation."""

from typing import ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Adapter(DefaultAccountAdapter):
    """People are added by an operator or an account manager, never by themselves."""

    error_messages: ClassVar[dict[str, str | Promise]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("The address or the password is not right."),
        "too_many_login_attempts": _("Too many attempts: wait five minutes, then try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False
