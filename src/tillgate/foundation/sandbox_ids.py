"""The ids that belong to the sandbox: one invented business, the same in every installation.

The range ends with the highest whole number that every JSON parser reads exactly, far above what
back offices give. Only the sandbox's own feed may bring ids of it (`ledger.feed`), and only clients
of the sandbox read them (`access.acts`).
"""

FIRST = 9_000_000_000_000_000
LAST = 9_007_199_254_740_991

BUSINESS = FIRST + 1
LOCATIONS = (FIRST + 1_000_000, FIRST + 2_000_000)


def is_sandbox_id(number: int) -> bool:
    """Whether a business or business location of that id is the sandbox's."""
    return FIRST <= number <= LAST
