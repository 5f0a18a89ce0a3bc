"""Where signing out leads."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def signed_out(request: HttpRequest) -> HttpResponse:
    """Where signing out leads."""
    return render(request, "portal/signed_out.html")
