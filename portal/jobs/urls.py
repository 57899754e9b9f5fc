"""Addresses of jobs."""

from django.urls import path

from portal.jobs.views import jobs

app_name = "jobs"

urlpatterns = [
    path("jobs/", jobs.job_list, name="job_list"),
    path("jobs/<int:pk>/", jobs.job_detail, name="job_detail"),
    path("jobs/<int:pk>/apply/", jobs.job_apply, name="job_apply"),
    path("jobs/<int:pk>/cancel/", jobs.job_cancel, name="job_cancel"),
    path("jobs/<int:pk>/result/", jobs.job_result, name="job_result"),
    path("jobs/<int:pk>/refused/", jobs.job_refused, name="job_refused"),
]
