"""Visitors come by links of the programme's own mails."""

from tests.programme.conftest import cast, committed_cast  # noqa: F401
