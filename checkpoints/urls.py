"""Posts, shifts, the gate."""

from django.urls import path

from checkpoints.views import attendance, my

app_name = "checkpoints"

urlpatterns = [
    path("attendance/", attendance.attendance_list, name="attendance_list"),
    path("attendance/<int:pk>/in/", my.attendance_sign_in, name="attendance_sign_in"),
    path("attendance/<int:pk>/out/", my.attendance_sign_out, name="attendance_sign_out"),
    path("attendance/<int:pk>/enter/", attendance.attendance_enter, name="attendance_enter"),
    path("attendance/<int:pk>/correct/", attendance.attendance_correct, name="attendance_correct"),
    path("attendance/corrections/<int:pk>/", attendance.attendance_decide, name="attendance_decide"),
    path("scan/<slug:code>/", my.attendance_scan, name="attendance_scan"),
]
