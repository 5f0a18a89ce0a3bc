"""Finding an integration for whoever asks: one they see, or there is no such page."""

from django.http import Http404

from tillgate.access.models import Client, Integration
from tillgate.access.queries import integrations_visible_to
from tillgate.directory.models import Person


def integration_or_404(number: int, person: Person) -> Integration:
    """The integration with this id, if the person may see it."""
    found = integrations_visible_to(person).filter(pk=number).first()
    if found is None:
        raise Http404
    return found


def client_or_404(integration: Integration, client_id: str) -> Client:
    """The client of the integration that a form names."""
    if "\0" in client_id:
        raise Http404
    client = Client.objects.filter(integration=integration, client_id=client_id).first()
    if client is None:
        raise Http404
    client.integration = integration
    return client
