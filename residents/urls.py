"""Addresses of places."""

from django.urls import path

from residents.views import compounds, findings, places, round_plans, rounds, stops

app_name = "residents"

urlpatterns = [
    path("residents/places/", places.place_list, name="place_list"),
    path("residents/places/new/", places.place_create, name="place_create"),
    path("residents/places/<int:pk>/", places.place_detail, name="place_detail"),
    path("residents/places/<int:pk>/edit/", places.place_edit, name="place_edit"),
    path("residents/places/<int:pk>/buildings/", places.place_buildings, name="place_buildings"),
    path("residents/compounds/", compounds.compound_list, name="compound_list"),
    path("residents/compounds/<int:pk>/", compounds.compound_detail, name="compound_detail"),
    path("residents/buildings/<int:pk>/", places.building_edit, name="building_edit"),
    path("residents/rounds/", rounds.round_list, name="round_list"),
    path("residents/rounds/plans/", round_plans.round_plan_list, name="round_plan_list"),
    path("residents/rounds/plans/new/", round_plans.round_new, name="round_new"),
    path("residents/rounds/plans/<int:pk>/", round_plans.round_plan_edit, name="round_plan_edit"),
    path("residents/rounds/plans/<int:pk>/end/", round_plans.round_plan_end, name="round_plan_end"),
    path("residents/rounds/<int:pk>/", rounds.round_detail, name="round_detail"),
    path("residents/rounds/<int:pk>/sheet/", rounds.round_sheet, name="round_sheet"),
    path("residents/rounds/<int:pk>/close/", rounds.round_close, name="round_close"),
    path("residents/rounds/<int:pk>/hand-over/", rounds.round_hand_over, name="round_hand_over"),
    path("residents/rounds/<int:pk>/rest/", rounds.round_rest, name="round_rest"),
    path("residents/rounds/<int:pk>/revisit/", rounds.round_revisit, name="round_revisit"),
    path("residents/stops/<int:pk>/do/", stops.stop_do, name="stop_do"),
    path("residents/stops/<int:pk>/undo/", stops.stop_undo, name="stop_undo"),
    path("residents/stops/<int:pk>/number/", stops.stop_number, name="stop_number"),
    path("residents/stops/<int:pk>/photo/", stops.stop_photo, name="stop_photo"),
    path("residents/findings/", findings.finding_list, name="finding_list"),
    path("residents/findings/<int:pk>/handle/", findings.finding_handle, name="finding_handle"),
]
