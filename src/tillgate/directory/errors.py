"""What can be wrong with somebody's standing."""


class NotPermitted(Exception):
    """The person may not do this; `permission` names what was asked for."""

    status = 403

    def __init__(self, permission: str) -> None:
        super().__init__("This is not open to you with the account you are signed in with.")
        self.permission = permission
