"""Posts, shifts, the gate."""

from django.urls import path

from checkpoints.views import attendance, board, board_steps, gate, handovers, my, passages, posts, registers, rosters, shifts

app_name = "checkpoints"

urlpatterns = [
    # The board lies at /deployments/: that is where people look for it. It knows posts and shifts, so it lives here.
    path("deployments/board/", board.board, name="board"),
    path("deployments/board/assign/", board_steps.board_assign, name="board_assign"),
    path("deployments/board/unassign/", board_steps.board_unassign, name="board_unassign"),
    path("deployments/board/move/", board_steps.board_move, name="board_move"),
    path("deployments/board/swap/", board_steps.board_swap, name="board_swap"),
    path("deployments/board/lead/", board_steps.board_lead, name="board_lead"),
    path("deployments/board/copy/", board_steps.board_copy, name="board_copy"),
    path("deployments/board/publish/", board_steps.board_publish, name="board_publish"),
    path("checkpoints/posts/", posts.post_list, name="post_list"),
    path("checkpoints/posts/new/", posts.post_add, name="post_add"),
    path("checkpoints/posts/<int:pk>/", posts.post_detail, name="post_detail"),
    path("checkpoints/posts/<int:pk>/change/", posts.post_edit, name="post_edit"),
    path("checkpoints/posts/<int:pk>/status/", posts.post_status, name="post_status"),
    path("checkpoints/posts/<int:pk>/give-up/", posts.post_give_up, name="post_give_up"),
    path("checkpoints/posts/<int:pk>/poster/", posts.post_poster, name="post_poster"),
    path("checkpoints/posts/<int:pk>/code.svg", posts.post_code, name="post_code"),
    path("checkpoints/posts/<int:pk>/shifts/new/", shifts.shift_add, name="shift_add"),
    path("checkpoints/shifts/<int:pk>/change/", shifts.shift_edit, name="shift_edit"),
    path("checkpoints/shifts/<int:pk>/cancel/", shifts.shift_cancel, name="shift_cancel"),
    path("checkpoints/roster/", rosters.roster, name="roster"),
    path("checkpoints/roster/make/", rosters.roster_make, name="roster_make"),
    path("my/", my.my_day, name="my_day"),
    path("checkpoints/attendance/", attendance.attendance_list, name="attendance_list"),
    path("checkpoints/attendance/<int:pk>/in/", my.attendance_sign_in, name="attendance_sign_in"),
    path("checkpoints/attendance/<int:pk>/out/", my.attendance_sign_out, name="attendance_sign_out"),
    path("checkpoints/attendance/<int:pk>/enter/", attendance.attendance_enter, name="attendance_enter"),
    path("checkpoints/attendance/<int:pk>/correct/", attendance.attendance_correct, name="attendance_correct"),
    path("checkpoints/attendance/corrections/<int:pk>/", attendance.attendance_decide, name="attendance_decide"),
    path("checkpoints/handovers/", handovers.handover_list, name="handover_list"),
    path("checkpoints/shifts/<int:pk>/", shifts.shift_detail, name="shift_detail"),
    path("checkpoints/shifts/<int:pk>/handover/", handovers.handover_detail, name="handover_detail"),
    path("checkpoints/shifts/<int:pk>/handover/confirm/", handovers.handover_confirm, name="handover_confirm"),
    path("checkpoints/passages/", passages.passage_list, name="passage_list"),
    path("checkpoints/passages/print/", passages.passage_print, name="passage_print"),
    path("checkpoints/passages/<uuid:pk>/", passages.passage_detail, name="passage_detail"),
    path("checkpoints/passages/<uuid:pk>/void/", passages.passage_void, name="passage_void"),
    path("checkpoints/scan/<slug:code>/", my.attendance_scan, name="attendance_scan"),
    path("checkpoints/gate/", gate.gate_choose, name="gate_choose"),
    path("checkpoints/gate/<int:pk>/", gate.gate, name="gate"),
    path("checkpoints/gate/<int:pk>/passages/<uuid:passage>/undo/", gate.gate_undo, name="gate_undo"),
    path("checkpoints/gate/<int:pk>/passages/", gate.gate_passages, name="gate_passages"),
    path("checkpoints/registers/import/", registers.register_import, name="register_import"),
    path("checkpoints/registers/form/", registers.register_form, name="register_form"),
]
