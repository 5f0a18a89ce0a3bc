"""`python -m tillgate` is the `tillgate` command."""

from tillgate.cli import main

main()
