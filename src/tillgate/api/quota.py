"""The limit of a client and how much of it is left, told in `RateLimit` and `RateLimit-Policy`.

Source: draft-ietf-httpapi-ratelimit-headers-10. A 304 counts like a 200, and so does a refusal.
"""

from tillgate.access.limits import WINDOW_SECONDS, Standing
from tillgate.api.errors import Header


def quota_headers(standing: Standing) -> tuple[Header, ...]:
    """The two headers of an answer to an authenticated call."""
    return (
        (b"ratelimit", b'"client";r=%d;t=%d' % (standing.remaining, standing.reset_seconds)),
        (b"ratelimit-policy", b'"client";q=%d;w=%d' % (standing.limit, WINDOW_SECONDS)),
    )
