"""Addresses of places."""

from django.urls import path

from residents.views import compounds, places

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
]
