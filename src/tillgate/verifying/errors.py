"""What `tillgate verify` finds wrong, and what keeps it from looking."""


class Broken(Exception):
    """Something is not as it was signed: where (a day, a file), and why."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}: {why}")
        self.where = where
        self.why = why


class CannotVerify(Exception):
    """Nothing was found wrong, and nothing right either: says what is missing, and the cure."""
