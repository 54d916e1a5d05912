"""Is a person spoken to in the language they chose, on pages, in answers and by the worker, else in their browser's?"""

import pytest
from django.test import Client
from django.utils import translation

from hosts.models import AuditEvent, Job, JobState, User
from hosts.operations import run
from tests import cast, rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(client: Client) -> Client:
    client.force_login(cast.ada())
    return client


def choose(client: Client, language: str) -> int:
    sent = {"language": language, "_sure": "1", "next": "/hosts/"}
    return client.post("/do/language.choose", sent, headers={"Accept-Language": "en"}).status_code


def test_the_browser_is_asked_until_somebody_chooses(ada: Client) -> None:
    assert "Contenedores" in ada.get("/containers/", headers={"Accept-Language": "es-MX,es;q=0.9,en;q=0.8"}).text
    assert "Containers" in ada.get("/containers/", headers={"Accept-Language": "xx"}).text
    assert 'lang="es"' in Client().get("/accounts/login/", headers={"Accept-Language": "es"}).text


def test_the_choice_wins_and_is_recorded(ada: Client) -> None:
    assert choose(ada, "es") == 302
    page = ada.get("/hosts/", headers={"Accept-Language": "en"})
    assert "Contraseña" in page.text or "contraseña" in page.text
    assert 'lang="es"' in page.text
    assert page["Content-Language"] == "es"
    assert AuditEvent.objects.get(action="language.choose").inputs == {"language": "es"}
    assert choose(ada, "browser") == 302
    assert 'lang="en"' in ada.get("/hosts/", headers={"Accept-Language": "en"}).text


def test_a_language_that_nobody_speaks_is_refused(ada: Client) -> None:
    ada.post("/do/language.choose", {"language": "tlh", "_sure": "1"})
    assert User.objects.get().language == ""


def test_a_job_is_told_in_the_language_of_who_asked_for_it(ada: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody listens at this host's address, and the worker is not told of the browser's language."""
    monkeypatch.setattr("hosts.jobs.queue.dispatch", lambda job: True)
    choose(ada, "es")
    rows.host("harbour", url="unix:///run/quayside-nobody-listens.sock")
    ada.post("/do/image.pull", {"on": "host:harbour:", "reference": "team/app:1", "_sure": "1"})
    job = Job.objects.get()
    translation.activate("en")
    run.run(str(job.pk))
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert job.message.startswith("No hay ningún socket"), job.message
    assert translation.get_language() == "en"
