"""What the portal shows of files over many days."""

from tillgate.directory.models import BusinessLocation, Person
from tillgate.directory.queries import locations_with_books_for
from tillgate.exports.errors import NoSuchFile
from tillgate.exports.models import FileState, ParquetFile


def files_of(location: BusinessLocation) -> list[ParquetFile]:
    """The files of a location without their content, the newest first."""
    files = ParquetFile.objects.filter(business_location_id=location.pk)
    return list(files.defer("content").order_by("-asked_at", "-pk"))


def ready_file(person: Person, file_id: int) -> ParquetFile:
    """A file to take away; raises `NoSuchFile`, also for whoever may not read these books."""
    file = ParquetFile.objects.filter(pk=file_id, state=FileState.READY).first()
    places = {place.pk for place in locations_with_books_for(person)}
    if file is None or file.business_location_id not in places:
        raise NoSuchFile
    return file
