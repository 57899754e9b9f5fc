"""Posts, shifts, the gate."""

from django.urls import path

from checkpoints.views import attendance, gate, my, registers

app_name = "checkpoints"

urlpatterns = [
    path("my/", my.my_day, name="my_day"),
    path("checkpoints/attendance/", attendance.attendance_list, name="attendance_list"),
    path("checkpoints/attendance/<int:pk>/in/", my.attendance_sign_in, name="attendance_sign_in"),
    path("checkpoints/attendance/<int:pk>/out/", my.attendance_sign_out, name="attendance_sign_out"),
    path("checkpoints/attendance/<int:pk>/enter/", attendance.attendance_enter, name="attendance_enter"),
    path("checkpoints/attendance/<int:pk>/correct/", attendance.attendance_correct, name="attendance_correct"),
    path("checkpoints/attendance/corrections/<int:pk>/", attendance.attendance_decide, name="attendance_decide"),
    path("checkpoints/scan/<slug:code>/", my.attendance_scan, name="attendance_scan"),
    path("checkpoints/gate/<int:pk>/passages/", gate.gate_passages, name="gate_passages"),
    path("checkpoints/registers/import/", registers.register_import, name="register_import"),
    path("checkpoints/registers/form/", registers.register_form, name="register_form"),
]
