import pytest

from tillgate.site.asgi import PREFIXES, belongs_to


@pytest.mark.parametrize("path", ["/f", "/f/data/businesses", "/items/v1/items", "/docs", "/docs/"])
def test_a_path_of_the_api_plane_goes_there(path):
    assert belongs_to(path, PREFIXES)


@pytest.mark.parametrize(
    "path", ["/", "/fx", "/oauth/token", "/itemsy/v1", "/docsy", "/openapi.jsonx"]
)
def test_a_path_that_only_looks_like_it_does_not(path):
    assert not belongs_to(path, PREFIXES)
