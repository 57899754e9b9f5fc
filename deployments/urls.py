"""Addresses of units, cadres, secondments, leave and responsibilities."""

from django.urls import path

from deployments.views import accounts, cadres, commendations, leave, responsibilities, rosters, secondments, supervision, units

app_name = "deployments"

urlpatterns = [
    path("deployments/rosters/import/", rosters.roster_import, name="roster_import"),
    path("deployments/rosters/form/", rosters.roster_form, name="roster_form"),
    path("deployments/units/", units.unit_list, name="unit_list"),
    path("deployments/units/new/", units.unit_create, name="unit_create"),
    path("deployments/units/<int:pk>/", units.unit_detail, name="unit_detail"),
    path("deployments/units/<int:pk>/edit/", units.unit_edit, name="unit_edit"),
    path("deployments/cadres/", cadres.cadre_list, name="cadre_list"),
    path("deployments/cadres/new/", cadres.cadre_create, name="cadre_create"),
    path("deployments/cadres/accounts/", accounts.account_open_many, name="account_open_many"),
    path("deployments/cadres/<int:pk>/", cadres.cadre_detail, name="cadre_detail"),
    path("deployments/cadres/<int:pk>/edit/", cadres.cadre_edit, name="cadre_edit"),
    path("deployments/cadres/<int:pk>/reveal/", cadres.cadre_reveal, name="cadre_reveal"),
    path("deployments/cadres/<int:pk>/account/", accounts.account_open, name="account_open"),
    path("deployments/cadres/<int:pk>/account/close/", accounts.account_close, name="account_close"),
    path("deployments/secondments/", secondments.secondment_list, name="secondment_list"),
    path("deployments/secondments/arrivals/", secondments.secondment_arrivals, name="secondment_arrivals"),
    path("deployments/secondments/overdue/", secondments.secondment_overdue, name="secondment_overdue"),
    path("deployments/secondments/<int:pk>/", secondments.secondment_detail, name="secondment_detail"),
    path("deployments/secondments/<int:pk>/days/", secondments.secondment_days, name="secondment_days"),
    path("deployments/secondments/<int:pk>/redeploy/", secondments.secondment_redeploy, name="secondment_redeploy"),
    path("deployments/secondments/<int:pk>/<slug:state>/", secondments.secondment_move, name="secondment_move"),
    path("deployments/leave/", leave.leave_list, name="leave_list"),
    path("deployments/leave/<int:pk>/approve/", leave.leave_approve, name="leave_approve"),
    path("deployments/leave/<int:pk>/refuse/", leave.leave_refuse, name="leave_refuse"),
    path("deployments/leave/mine/", leave.leave_mine, name="leave_mine"),
    path("deployments/leave/<int:pk>/cancel/", leave.leave_cancel, name="leave_cancel"),
    path("wall/<str:code>/", commendations.commendation_wall, name="commendation_wall"),
    path("deployments/commendations/", commendations.commendation_list, name="commendation_list"),
    path("deployments/commendations/new/", commendations.commendation_create, name="commendation_create"),
    path("deployments/commendations/mine/", commendations.commendation_mine, name="commendation_mine"),
    path("deployments/commendations/ours/", commendations.commendation_ours, name="commendation_ours"),
    path("deployments/commendations/thanks/<int:pk>/", commendations.commendation_from_thanks, name="commendation_from_thanks"),
    path("deployments/commendations/<int:pk>/agree/", commendations.commendation_agree, name="commendation_agree"),
    path("deployments/commendations/<int:pk>/<slug:step>/", commendations.commendation_step, name="commendation_step"),
    path("deployments/mine/", supervision.supervision, name="supervision"),
    path("deployments/mine/export/", supervision.supervision_export, name="supervision_export"),
    path("deployments/mine/offer/", supervision.supervision_offer, name="supervision_offer"),
    path("deployments/mine/<int:pk>/recall/", supervision.supervision_recall, name="supervision_recall"),
    path("deployments/responsibilities/", responsibilities.responsibility_list, name="responsibility_list"),
    path("deployments/responsibilities/gaps/", responsibilities.responsibility_gaps, name="responsibility_gaps"),
    path("deployments/responsibilities/new/", responsibilities.responsibility_create, name="responsibility_create"),
    path("deployments/responsibilities/<int:pk>/end/", responsibilities.responsibility_end, name="responsibility_end"),
    path(
        "deployments/responsibilities/<int:pk>/hand-over/",
        responsibilities.responsibility_hand_over,
        name="responsibility_hand_over",
    ),
]
