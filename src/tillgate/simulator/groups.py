"""The groups there are, and which one a location belongs to."""

from tillgate.simulator.group import HERON, Group, Location
from tillgate.simulator.sandbox import SANDBOX

_BY_BUSINESS = {group.business_id: group for group in (HERON, SANDBOX)}


def group_of(location: Location) -> Group:
    """The group of a location."""
    return _BY_BUSINESS[location.business_id]
