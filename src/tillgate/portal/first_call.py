"""A first call to copy, on the pages that show credentials."""

from datetime import timedelta

from django.utils.translation import gettext

from tillgate.foundation import clock


def first_call(base_url: str, client_id: str, secret: str, location_id: int) -> str:
    """Commands for a shell that bring yesterday's sales; without the secret, a place for it."""
    yesterday = clock.now().date() - timedelta(days=1)
    return (
        f"CLIENT_ID='{client_id}'\n"
        f"CLIENT_SECRET='{secret or gettext('your secret')}'\n"
        f"BASE_URL='{base_url}'\n"
        f"LOCATION={location_id}\n"
        'TOKEN=$(curl -s -u "$CLIENT_ID:$CLIENT_SECRET" \\\n'
        '  -d grant_type=client_credentials "$BASE_URL/oauth/token" |\n'
        '  sed \'s/.*"access_token": *"\\([^"]*\\)".*/\\1/\')\n'
        'curl -s -H "Authorization: Bearer $TOKEN" \\\n'
        f'  "$BASE_URL/f/finance/$LOCATION/dailyFinancials?date={yesterday}"\n'
    )
