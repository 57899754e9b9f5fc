"""Units, cadres, secondments, the board."""

from django.urls import path

from deployments.views import rosters

app_name = "deployments"

urlpatterns = [
    path("deployments/rosters/import/", rosters.roster_import, name="roster_import"),
    path("deployments/rosters/form/", rosters.roster_form, name="roster_form"),
]
