"""The reader's language and locale, from what their browser asks for.

The language decides which texts are shown, among those we have; the locale decides how dates and
amounts are written, whatever language the texts are in.
"""

from collections.abc import Callable
from contextvars import ContextVar
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.decorators import sync_only_middleware
from django.utils.translation.trans_real import parse_accept_lang_header

FALLBACK = Locale("en", "GB")

_reader: ContextVar[Locale] = ContextVar("reader_locale", default=FALLBACK)


def reader_locale() -> Locale:
    """How the present reader writes dates and amounts; British outside any request."""
    return _reader.get()


@lru_cache(maxsize=500)
def locale_of(accept_language: str) -> Locale:
    """The first locale of an Accept-Language header that is known; British where none is."""
    for name, _ in parse_accept_lang_header(accept_language):
        if locale := _known(name):
            return locale
    return FALLBACK


def _known(name: str) -> Locale | None:
    if name == FALLBACK.language:  # without a country Babel would take it for American
        return FALLBACK
    try:
        return Locale.parse(name, sep="-")
    except (ValueError, TypeError, UnknownLocaleError):
        return None


@sync_only_middleware
def readers_language(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: answer in the reader's language and locale, and say so on pages."""

    def middleware(request: HttpRequest) -> HttpResponse:
        language = translation.get_language_from_request(request)
        held = _reader.set(locale_of(request.headers.get("Accept-Language", "")[:500]))
        try:
            with translation.override(language):
                request.LANGUAGE_CODE = language
                response = get_response(request)
        finally:
            _reader.reset(held)
        return _named(response, language)

    return middleware


def _named(response: HttpResponse, language: str) -> HttpResponse:
    if response.headers.get("Content-Type", "").startswith("text/html"):
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ("Accept-Language",))
    return response
