"""The pages of integrations are tested with a business, its people and the platform's."""

from tests.programme.conftest import cast, committed_cast  # noqa: F401
