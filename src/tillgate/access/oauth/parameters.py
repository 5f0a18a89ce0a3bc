"""The parameters of a request to an OAuth endpoint, made clean before the library sees them.

Only those that are understood are passed on, empty ones count as left out, and one given twice is
refused unless it says the same (RFC 6749 sections 3.1 and 3.2). A NUL is refused here because
PostgreSQL refuses it, late and loudly.
"""

from collections.abc import Iterator

from django.http import HttpRequest, QueryDict
from oauthlib.oauth2.rfc6749.errors import InvalidRequestError, InvalidRequestFatalError

FOR_AUTHORIZATION = (
    "client_id",
    "response_type",
    "redirect_uri",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
)
FOR_TOKENS = (
    "grant_type",
    "client_id",
    "client_secret",
    "code",
    "code_verifier",
    "redirect_uri",
    "refresh_token",
    "scope",
    "token",
    "token_type_hint",
)


def of_authorization(query: QueryDict) -> dict[str, str]:
    """Those of a browser's query. Raises InvalidRequestFatalError: nobody is redirected for it."""
    try:
        return _clean(query, names=FOR_AUTHORIZATION)
    except InvalidRequestError as error:
        raise InvalidRequestFatalError(description=error.description) from error


def of_token_call(request: HttpRequest) -> dict[str, str]:
    """Those of the form, and of the query, where older programs put them (WIRE "Requests").

    Raises InvalidRequestError.
    """
    return _clean(request.GET, request.POST, names=FOR_TOKENS)


def _clean(*sources: QueryDict, names: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in _values(sources):
        if "\0" in name or "\0" in value:
            named = name if name in names else "with another name"
            raise InvalidRequestError(description=f"The parameter {named} holds a NUL character.")
        if name not in names or not value:
            continue
        if found.setdefault(name, value) != value:
            raise InvalidRequestError(description=f"The parameter {name} is given twice.")
    return found


def _values(sources: tuple[QueryDict, ...]) -> Iterator[tuple[str, str]]:
    for source in sources:
        for name, values in source.lists():
            for value in values:
                yield name, str(value)
