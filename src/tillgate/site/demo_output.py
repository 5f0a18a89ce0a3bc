"""What the demo prints: for a person, or one line of JSON for a program."""

import sys

import msgspec
from rich.console import Console

from tillgate.site.demo import Account, Kept, Ready
from tillgate.site.first_call import as_curl, make_call, shortened

_WELCOME = """
[bold]Tillgate is running at {url}[/bold]

  Sign in      {url}/  with password [bold]{password}[/bold]  as
{accounts}
  Mail         {url}/outbox/  has every mail that was sent, with codes and links
  Agreement    {agreement}
  The APIs     {url}/docs
  Business     {business}, locations {locations}

[bold]A first call, to copy:[/bold]
"""


class DemoOutput:
    """Says what happens on stderr, and what is ready on stdout."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self.out = Console(highlight=False, soft_wrap=True)

    def say(self, words: str) -> None:
        """Tell a person what takes its time; a program is not told."""
        if not self.as_json:
            sys.stderr.write(f"{words}\n")

    def step(self, words: str) -> None:
        """Tell a person what was done on the way from interest to credentials."""
        self.say(f"  ✓ {words}")

    def show(self, ready: Ready, kept: Kept, path: str, *, goes_on: bool) -> None:
        """Make the first call, then print what one needs to make the next."""
        body = make_call(ready.base_url, ready.client_id, ready.client_secret, path)
        if self.as_json:
            sys.stdout.write(msgspec.json.encode(ready).decode() + "\n")
            sys.stdout.flush()
            return
        locations = ", ".join(map(str, ready.business_location_ids))
        self.out.print(
            _WELCOME.format(
                url=ready.base_url,
                accounts="\n".join(_account(*each) for each in ready.accounts.items()),
                agreement=ready.agreement_pdf,
                password=kept.password,
                business=ready.business_id,
                locations=locations,
            )
        )
        curl = as_curl(ready.base_url, ready.client_id, ready.client_secret, path)
        self.out.print(curl, markup=False)
        self.out.print("\n[bold]Its answer:[/bold]\n")
        self.out.print(shortened(body), markup=False)
        if goes_on:
            self.out.print("\nCtrl-C stops everything; the data stays for the next start.")


def _account(role: str, account: Account) -> str:
    return f"               {role.replace('_', ' '):<18} {account.email}"
