"""Is every page, wide and narrow, light and dark, accessible, inside its window, without complaint? Keeps pictures."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import Error as PlaywrightError

from tests.browser.asking import row
from tests.browser.conftest import Doing, OpenContext
from tests.browser.console import Console
from tests.browser.gallery import LONG, Picture, pictures
from tests.browser.looked_at import what_is_wrong
from tests.testbed.engine import Engine
from tests.testbed.images import BASE_IMAGE, build_image, build_layered_image

SHOP = "--label=com.docker.compose.project=shop"
WEB_LOG = (
    'i=0; while :; do i=$((i+1)); echo "10.0.0.$((i%250)) GET /orders/$i 200 $((i%90)) ms"; '
    '[ $((i%6)) = 0 ] && printf "\\033[33mWARN\\033[0m slow query took %s ms\\n" $((i*3)); '
    '[ $((i%11)) = 0 ] && printf "\\033[31mERROR\\033[0m connection refused by 10.0.0.5:5432\\n" >&2; sleep 0.1; done'
)


@pytest.fixture(scope="module")
def ids(
    engine: Engine, console: Console, doing: Doing, local: str, browser: Browser, ada: Any
) -> Iterator[dict[str, str]]:
    """Things worth looking at on the engine, and where they are."""
    build_layered_image(engine, "shop/api:5.0.0", [0.3, 0.2], lines=["EXPOSE 80", "WORKDIR /srv"])
    build_image(engine, f"registry.example.com:5000/team/{LONG}:2026.11.24-rc.1", f"FROM {BASE_IMAGE}\nLABEL x=y", {})
    engine.docker("network", "create", SHOP, "shop_default")
    engine.docker("network", "create", LONG)
    engine.docker("volume", "create", SHOP, "shop_db")
    engine.docker("volume", "create", "0f4a1cbb2e6d4c3fa57f7a8ffb6f1f0b9f9a5ea3c66f0a52b8d1e0d74c6a9d11")
    ok = ("--health-cmd=true", "--health-interval=1s")
    bad = ("--health-cmd=echo connection refused; exit 1", "--health-interval=1s", "--health-retries=1")
    plain = (BASE_IMAGE, "sleep", "3600")
    made = {
        "container": engine.run("--name=shop-web-1", SHOP, "--network=shop_default", "--volume=shop_db:/var/lib/db",
                                "--publish=127.0.0.1::80", "--env=DB_PASSWORD=correct-horse", "--memory=64m", *ok,
                                "shop/api:5.0.0", "sleep", "3600"),
        "running_log": engine.run("--name=shop-api-1", SHOP, "shop/api:5.0.0", "sh", "-c", WEB_LOG),
        "long_container": engine.run(f"--name={LONG}", f"--label=com.docker.compose.project={LONG[:63]}",
                                     f"--label={LONG}={LONG}{LONG}", f"--network={LONG}", *bad, *plain),
        "stopped": engine.inspect("failed")["Id"],
    }  # fmt: skip
    engine.docker("pause", engine.run("--name=frozen-report", *plain))
    engine.run("--name=restarting-queue", "--restart=always", BASE_IMAGE, "sh", "-c", "sleep 1; exit 1")
    made["image"] = str(json.loads(engine.docker("image", "inspect", "shop/api:5.0.0"))[0]["Id"]).removeprefix(
        "sha256:"
    )
    made["network"] = engine.docker("network", "inspect", "--format={{.Id}}", "shop_default")
    made["volume"] = "shop_db"
    made["down"] = "basement"
    doing.add_host("basement", "tcp://127.0.0.1:1", tags="old, spare")
    context = browser.new_context(storage_state=ada, base_url=console.url)
    made |= _jobs(context.new_page(), local, doing)
    yield made
    context.close()
    doing.remove_host("basement")
    for name in ("shop-web-1", "shop-api-1", LONG, "frozen-report", "restarting-queue"):
        engine.remove_container(name)
    for name in ("shop_default", LONG):
        engine.docker("network", "rm", name)


def _jobs(page: Page, local: str, doing: Doing) -> dict[str, str]:
    """One bulk run that went well, one pull that failed, and the record of the last."""
    found = {}
    doing.do("registry.allow", servers="docker.io\n127.0.0.1:1")
    page.goto(f"/do/image.pull?on=host:{local}:")
    page.get_by_label("Image").fill("127.0.0.1:1/team/no-such-image:1.0")
    page.locator("main").get_by_role("button", name="Pull", exact=True).click()
    found["failed_job"] = page.url.rstrip("/").rpartition("/")[2]
    expect(page.locator("#live .state").first).to_contain_text("failed")
    page.goto(f"/hosts/{local}/containers/?q=shop-")
    expect(page.locator("tbody tr")).to_have_count(2)
    refs = [box.get_attribute("value") for box in page.locator("tbody input[name=on]").all()]
    page.goto("/do/container.restart?" + "&".join(f"on={ref}" for ref in refs))
    page.get_by_label("Seconds to wait").fill("0")
    page.locator("main").get_by_role("button", name="Restart", exact=True).click()
    page.goto("/jobs/")
    page.locator("tbody tr").filter(has_text="Restart").first.get_by_role("link").first.click()
    expect(page).to_have_url(re.compile("/jobs/[0-9a-f-]{36}/$"))
    expect(page.locator("#live .state").first).to_contain_text("succeeded")
    found["job"] = page.url.rstrip("/").rpartition("/")[2]
    page.goto("/audit/?action=image.pull")
    page.locator("tbody tr").first.get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("image.pull")
    found["event"] = page.url.rstrip("/").rpartition("/")[2]
    page.goto(f"/hosts/{local}/containers/?state=running&health=unhealthy")
    expect(row(page, LONG)).to_be_visible()
    return found


def test_all_pages(open_context: OpenContext, ada: Any, local: str, ids: dict[str, str]) -> None:
    signed_in, stranger = open_context(storage_state=ada), open_context()
    for context in (signed_in, stranger):
        context.faults.expect("status of 4")  # type: ignore[attr-defined]
    pages = {True: signed_in.new_page(), False: stranger.new_page()}
    wrong = [fault for picture in pictures(local, ids) for fault in _look_at(pages[picture.signed_in], picture)]
    assert not wrong, "\n".join(wrong)


def _look_at(page: Page, picture: Picture) -> list[str]:
    """What is wrong with it, each as a sentence."""
    answer = page.goto(picture.path)
    wrong = [] if answer and answer.status == picture.status else [f"{picture.name}: status {answer and answer.status}"]
    try:
        if picture.act:
            picture.act(page)
    except (AssertionError, PlaywrightError) as error:  # the other pages are still to be looked at
        wrong.append(f"{picture.name}: {str(error).splitlines()[0]}")
    return wrong + what_is_wrong(page, picture.name)
