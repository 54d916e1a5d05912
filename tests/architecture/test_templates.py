"""Can every template be read? A mistake in one that is seldom shown would else be found by a person."""

from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

FOLDER = settings.BASE_DIR / "templates"
NAMES = sorted(str(path.relative_to(FOLDER)) for path in Path(FOLDER).rglob("*") if path.is_file())


@pytest.mark.parametrize("name", NAMES)
def test_a_template_is_read(name: str) -> None:
    assert callable(get_template(name).render)
