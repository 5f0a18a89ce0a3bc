"""Long lists, page by page; `portal/pager.html` leads through them."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest


def page_of(
    request: HttpRequest, rows: "QuerySet[Any] | Sequence[Any]", *, size: int
) -> "Page[Any]":
    """The page that `?page=` asks for; the nearest there is when it asks for none of them."""
    return Paginator(rows, size).get_page(request.GET.get("page"))
