"""Every address of the console."""

from __future__ import annotations

from allauth.account import views as account
from django.urls import path
from django.views.i18n import set_language

from dashboard.do import do
from dashboard.pages import (
    audit,
    containers,
    downloads,
    glossary,
    health,
    history,
    hosts,
    images,
    jobs,
    kept_log,
    load,
    log_search,
    logs,
    menus,
    merged_logs,
    networks,
    overview,
    people,
    redaction,
    registries,
    search,
    styleguide,
    views,
    volumes,
    webapp,
)
from dashboard.sign_in import PasswordChange

handler400 = "dashboard.pages.errors.bad_request"
handler403 = "dashboard.pages.errors.denied"
handler404 = "dashboard.pages.errors.not_found"
handler429 = "dashboard.pages.errors.too_many"  # allauth looks for it
handler500 = "dashboard.pages.errors.broken"

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("manifest.webmanifest", webapp.manifest, name="manifest"),
    path("away.js", webapp.away_worker, name="away_worker"),
    path("away/", webapp.away, name="away"),
    path("setup/<str:token>/", people.setup, name="setup"),
    path("accounts/login/", account.login, name="account_login"),
    path("accounts/logout/", account.logout, name="account_logout"),
    path("accounts/password/change/", PasswordChange.as_view(), name="account_change_password"),
    path("i18n/set/", set_language, name="set_language"),
    path("do/<str:name>", do, name="do"),
    path("", overview.overview, name="overview"),
    path("search/", search.search, name="search"),
    path("views/", views.views, name="views"),
    path("menu/", menus.operations_menu, name="operations_menu"),
    path("menu/project/", menus.project_menu, name="project_menu"),
    path("load/", load.hosts_load, name="load"),
    path("hosts/", hosts.hosts, name="hosts"),
    path("hosts/<str:host>/", hosts.host, name="host"),
    path("hosts/<str:host>/containers/", containers.containers, name="host_containers"),
    path("hosts/<str:host>/containers/<str:ref>/", containers.container, name="container"),
    path("hosts/<str:host>/containers/<str:ref>/logs/", logs.logs, name="logs"),
    path("hosts/<str:host>/containers/<str:ref>/logs/kept/", kept_log.kept_log, name="kept_log"),
    path("hosts/<str:host>/containers/<str:ref>/logs/download/", downloads.one_log, name="logs_download"),
    path("hosts/<str:host>/containers/<str:ref>/load/", load.container_load, name="container_load"),
    path("hosts/<str:host>/containers/<str:ref>/<str:section>/", containers.container, name="container_section"),
    path("hosts/<str:host>/images/", images.images, name="host_images"),
    path("hosts/<str:host>/images/<path:ref>/", images.image, name="image"),
    path("hosts/<str:host>/networks/", networks.networks, name="host_networks"),
    path("hosts/<str:host>/networks/<str:ref>/", networks.network, name="network"),
    path("hosts/<str:host>/volumes/", volumes.volumes, name="host_volumes"),
    path("hosts/<str:host>/volumes/<str:ref>/", volumes.volume, name="volume"),
    path("containers/", containers.containers, name="containers"),
    path("logs/", merged_logs.merged_logs, name="merged_logs"),
    path("logs/download/", downloads.many_logs, name="merged_logs_download"),
    path("logs/picked/", merged_logs.picked, name="picked_logs"),
    path("logs/search/", log_search.log_search, name="log_search"),
    path("images/", images.images, name="images"),
    path("networks/", networks.networks, name="networks"),
    path("volumes/", volumes.volumes, name="volumes"),
    path("jobs/", jobs.jobs, name="jobs"),
    path("jobs/tray/", jobs.tray, name="job_tray"),
    path("jobs/<uuid:pk>/", jobs.job, name="job"),
    path("redaction/", redaction.redaction, name="redaction"),
    path("registries/", registries.registries, name="registries"),
    path("history/", history.history, name="history"),
    path("people/", people.people, name="people"),
    path("words/", glossary.glossary, name="glossary"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
    path("audit/", audit.audit, name="audit"),
    path("audit/<int:pk>/", audit.event, name="audit_event"),
    path("audit/export.csv", audit.export, {"kind": "csv"}, name="audit_csv"),
    path("audit/export.jsonl", audit.export, {"kind": "jsonl"}, name="audit_jsonl"),
]
