"""Taking back is an operation like any other: declared, of the same noun, and in the toast of those who may."""

import json

import pytest
from django.test import Client

from hosts.access import Target
from hosts.models import Role, SavedView
from hosts.operations.base import Operation, every, find
from tests import cast

UNDOABLE = [operation for operation in every() if operation.undone_by]


@pytest.mark.parametrize("operation", UNDOABLE, ids=[operation.name for operation in UNDOABLE])
def test_what_takes_it_back_is_there_and_needs_no_more(operation: Operation) -> None:
    back = find(operation.undone_by)
    assert back is not None
    assert back.noun == operation.noun

    assert not [name for name, field in back.form.base_fields.items() if field.required]


def test_a_rename_is_taken_back_by_the_old_name() -> None:
    rename = find("container.rename")
    assert rename is not None
    undone = rename.undo(Target("container", id="1", name="old"), {"new_name": "new"})
    assert undone == ("container.rename", {"new_name": "old"})


@pytest.mark.django_db
def test_the_toast_brings_it_along(client: Client) -> None:
    ada, paul = cast.ada(), cast.person("paul")
    client.force_login(ada)
    sent = {"on": f"person::{paul.pk}", "_sure": "1"}
    answer = client.post("/do/person.disable", sent, headers={"HX-Request": "true"})
    undo = json.loads(answer["HX-Trigger"])["toast"]["undo"]
    assert (undo["url"], undo["values"]) == ("/do/person.enable", sent)
    again = client.post(undo["url"], undo["values"], headers={"HX-Request": "true"})
    assert again.status_code == 204
    paul.refresh_from_db()
    assert paul.is_active


@pytest.mark.django_db
@pytest.mark.parametrize(("role", "offered"), [(Role.OPERATOR, True), (Role.VIEWER, False)])
def test_it_is_offered_to_those_who_may(client: Client, role: Role, offered: bool) -> None:
    person = cast.person("pat", role)
    client.force_login(person)
    view = SavedView.objects.create(owner=person, page="images", name="Big", shared=True)
    answer = client.post("/do/view.unshare", {"on": f"view::{view.pk}"}, headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert ("undo" in json.loads(answer["HX-Trigger"])["toast"]) is offered
