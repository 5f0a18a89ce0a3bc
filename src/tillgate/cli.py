"""The `tillgate` command: thin, one function per sub-command."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from tillgate.foundation.config import BadSetting
from tillgate.foundation.instants import BadInstant, parse_instant

app = typer.Typer(
    help="A custom API access programme for a point-of-sale platform.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
backoffice = typer.Typer(help="What the platform's own systems do.", no_args_is_help=True)
db = typer.Typer(help="The databases.", no_args_is_help=True)
user = typer.Typer(help="People who sign in.", no_args_is_help=True)
app.add_typer(backoffice, name="backoffice")
app.add_typer(db, name="db")
app.add_typer(user, name="user")

Host = Annotated[str, typer.Option(help="Address to listen on.")]
Port = Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")]


def main() -> None:
    """Run the command; what a person can mend is said in one line, without a traceback."""
    try:
        app()
    except (BadSetting, OSError) as error:
        sys.exit(f"tillgate: {error}")
