"""Addresses of the day's report and the overview."""

from django.urls import path

from portal.reports.views import daily, exports, overview, review, summary

app_name = "reports"

urlpatterns = [
    path("reports/daily/", daily.daily_list, name="daily_list"),
    path("reports/daily/count/", daily.daily_count, name="daily_count"),
    path("reports/daily/<int:pk>/", daily.daily_detail, name="daily_detail"),
    path("reports/daily/<int:pk>/correct/", daily.daily_correct, name="daily_correct"),
    path("reports/daily/<int:pk>/take-back/", daily.daily_take_back, name="daily_take_back"),
    path("reports/daily/<int:pk>/special/", daily.daily_describe, name="daily_describe"),
    path("reports/daily/<int:pk>/submit/", daily.daily_submit, name="daily_submit"),
    path("reports/daily/<int:pk>/new-version/", daily.daily_new_version, name="daily_new_version"),
    path("reports/daily/<int:pk>/return/", review.daily_return, name="daily_return"),
    path("reports/daily/<int:pk>/lock/", review.daily_lock, name="daily_lock"),
    path("reports/overview/", overview.overview, name="overview"),
    path("reports/summary/", summary.summary, name="summary"),
    path("reports/summary/export/", summary.summary_export, name="summary_export"),
    path("exports/", exports.export_list, name="export_list"),
    path("exports/new/", exports.export_new, name="export_new"),
    path("reports/overview/accept/", review.overview_accept, name="overview_accept"),
    path("reports/overview/remind/", review.overview_remind, name="overview_remind"),
]
