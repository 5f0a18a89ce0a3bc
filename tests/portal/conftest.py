"""The portal is tested in the same world as access."""

from tests.access.conftest import (  # noqa: F401
    committed,
    fresh_limits,
    other_world,
    shop,
    shops,
    world,
)
from tests.portal.pages_harness import eye, site  # noqa: F401
