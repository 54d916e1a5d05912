"""The style guide draws every component in every state, so a broken one is seen here first."""

from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from dashboard.pages.styleguide import styleguide
from dashboard.requests import Request
from dashboard.templatetags.states import KINDS


def test_it_draws_every_state(rf: RequestFactory) -> None:
    request: Request = rf.get("/styleguide/?sort=-name&state=running&page=2")  # type: ignore[assignment]
    request.user = AnonymousUser()
    page = styleguide(request).content.decode()
    for looks in KINDS.values():
        for look in looks.values():
            assert f'#{look.icon}"' in page
    assert 'aria-sort="descending"' in page
    assert "This field is required." in page
    assert "51–100 of 312" in page  # noqa: RUF001 - as people write ranges
