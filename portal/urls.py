"""Every address of the portal."""

from django.contrib import admin
from django.urls import include, path

from portal.accounts.urls import allauth_urlpatterns
from portal.views import health, home, search, trail, worker

urlpatterns = [
    path("", home.home, name="home"),
    # The apps write their addresses in full: /my/ and /deployments/board/ belong to checkpoints. Addresses are tried from
    # the top: those that phones ask every few seconds come first, then those of residents outside.
    path("", include("checkpoints.urls")),
    path("", include("residents.urls")),
    path("search/", search.search, name="search"),
    path("trail/", trail.event_list, name="event_list"),
    path("", include("portal.accounts.urls")),
    path("", include("portal.jobs.urls")),
    path("accounts/", include(allauth_urlpatterns)),
    path("language/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
    path("worker.js", worker.worker, name="worker"),
    path("healthz", health.health, name="healthz"),
    path("", include("deployments.urls")),
    path("", include("portal.reports.urls")),
]

handler500 = "portal.views.errors.server_error"
