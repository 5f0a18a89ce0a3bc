"""The `tillgate` command: thin, one function per sub-command."""

import sys
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import psycopg
import typer

from tillgate.foundation.environment import BadSetting
from tillgate.foundation.instants import BadInstant, parse_instant
from tillgate.foundation.postgres.errors import PostgresError

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


class Staff(StrEnum):
    """The roles on the platform's side, named again so that `--help` needs no Django."""

    ACCOUNT_MANAGER = "account_manager"
    PARTNER_SERVICES = "partner_services"
    PARTNER_GROWTH = "partner_growth"
    OPERATOR = "operator"


def main() -> None:
    """Run the command; what a person can mend is said in one line, without a traceback."""
    try:
        app()
    except (BadSetting, OSError, PostgresError, psycopg.OperationalError) as error:
        sys.exit(f"tillgate: {str(error).strip()}")


@app.command()
def serve(
    part: Annotated[Literal["all", "portal", "api"], typer.Argument()] = "all",
    host: Host = "127.0.0.1",
    port: Port = 8000,
) -> None:
    """Serve the portal, the API plane, or all with a worker beside them; Ctrl-C stops."""
    from tillgate.site.commands import run_server

    run_server(part, host, port)


@app.command()
def worker(
    beside: Annotated[bool, typer.Option(hidden=True)] = False,
) -> None:
    """Run the jobs: closing days by the clock, forgetting expired tokens."""
    from tillgate.site.commands import run_worker

    run_worker(beside=beside)


@app.command()
def migrate() -> None:
    """Bring the database to this version: tables, grants, row-level security."""
    from tillgate.site.commands import run_migrations

    run_migrations()


@app.command()
def check() -> None:
    """Look at settings, roles, keys and clock; each finding comes with its cure."""
    from tillgate.site.commands import run_checks

    run_checks()


@app.command()
def demo(
    port: Port = 8000,
    data_dir: Annotated[Path, typer.Option(help="Where the demo keeps its data.")] = Path(
        ".tillgate/demo"
    ),
    days: Annotated[int, typer.Option(min=1, max=400, help="Days of simulated sales.")] = 30,
    feed: Annotated[
        list[Path] | None,
        typer.Option(help="Feed file to use in place of the simulation; more may follow it."),
    ] = None,
    more: Annotated[list[Path] | None, typer.Argument(hidden=True)] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one line of JSON when ready, nothing else.")
    ] = False,
    once: Annotated[bool, typer.Option("--once", help="Stop after the first answer.")] = False,
) -> None:
    """A running system with a simulated restaurant group, and a first call to copy."""
    from tillgate.site.commands import run_demo

    if more and not feed:
        raise typer.BadParameter("say --feed before the files", param_hint="FILES")
    feeds = [*(feed or []), *(more or [])]
    run_demo(port=port, data_dir=data_dir, days=days, feeds=feeds, as_json=as_json, once=once)


@app.command()
def verify(
    folder: Annotated[Path | None, typer.Argument(help="A folder that --save wrote.")] = None,
    base_url: Annotated[str, typer.Option(help="Instead of a folder: a gate.")] = "",
    token_file: Annotated[Path | None, typer.Option(help="File with an access token.")] = None,
    location: Annotated[int | None, typer.Option(help="The business location.")] = None,
    save: Annotated[Path | None, typer.Option(help="Folder to keep what was fetched in.")] = None,
    keys: Annotated[Path | None, typer.Option(help="File with the public keys.")] = None,
    head: Annotated[str, typer.Option(help="A digest that was kept, or a file with it.")] = "",
) -> None:
    """Check closed days: digests, chain, signatures, proofs, sums. Files need no server."""
    from tillgate.verifying.command import Asked, run

    if folder is not None and (base_url or token_file or location is not None or save):
        raise typer.BadParameter("a folder is verified alone, without a gate", param_hint="FOLDER")
    run(Asked(folder, base_url, token_file, location, save, keys, head))


@db.command()
def roles(
    database: Annotated[str, typer.Option(help="Name of the database.")] = "tillgate",
) -> None:
    """Print the SQL that makes the five roles and the database, for a superuser to run."""
    from tillgate.foundation.postgres.roles import roles_sql

    typer.echo(roles_sql(database), nl=False)


@user.command("add")
def add_user(
    email: str,
    name: Annotated[str, typer.Option(help="Name to greet with.")] = "",
    business: Annotated[int | None, typer.Option(help="Business to act for.")] = None,
    role: Literal["owner", "member", "technical_contact"] = "member",
    staff: Annotated[
        list[Staff] | None,
        typer.Option(help="Role on the platform's side; may be given several times."),
    ] = None,
    password_file: Annotated[
        Path | None, typer.Option(help="File with the password; asked for when absent.")
    ] = None,
) -> None:
    """Add somebody who signs in."""
    from tillgate.site.commands import run_add_user

    run_add_user(
        email,
        name=name,
        business=business,
        role=role,
        staff=[each.value for each in staff or []],
        password_file=password_file,
    )


@user.command("forget-second-factor")
def forget_second_factor(email: str) -> None:
    """Take away the app, passkeys and recovery codes of somebody who has lost them."""
    from tillgate.site.commands import run_forget_second_factor

    run_forget_second_factor(email)


@backoffice.command("import")
def import_feed(
    files: Annotated[
        list[str] | None, typer.Argument(help="Feed files, - for standard input.")
    ] = None,
    watch: Annotated[Path | None, typer.Option(help="Drop folder to take files from.")] = None,
    location: Annotated[
        int | None, typer.Option(help="Location of a recorded answer that names none.")
    ] = None,
    recorded_at: Annotated[
        str, typer.Option(help="When a recorded answer was recorded (default: its file's time).")
    ] = "",
) -> None:
    """Take in what the back office recorded: each file lands whole or not at all."""
    from tillgate.site.commands import run_import

    if bool(files) == bool(watch):
        raise typer.BadParameter(
            "name the files to import, or a folder with --watch", param_hint="FILES"
        )
    run_import(files or [], watch=watch, location=location, recorded_at=_instant(recorded_at))


@backoffice.command()
def erase(
    location: Annotated[int, typer.Option(help="The business location.")],
    person: Annotated[str, typer.Option(help="staff:ID or consumer:ID.")],
    first: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="First business date.")],
    last: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Last business date.")],
) -> None:
    """Erase what closed days say of a person: names, consumer, authorisations. Digests stay."""
    from tillgate.site.commands import run_erase

    kind, _, number = person.partition(":")
    if kind not in {"staff", "consumer"} or not number:
        raise typer.BadParameter("write staff:ID or consumer:ID", param_hint="--person")
    if last < first:
        raise typer.BadParameter("write a date that is not before --first", param_hint="--last")
    run_erase(location, person, first.date(), last.date())


def _instant(text: str) -> datetime | None:
    try:
        return parse_instant(text) if text else None
    except BadInstant:
        raise typer.BadParameter(
            "write it like 2026-11-24T12:00:00Z", param_hint="--recorded-at"
        ) from None
