"""Posts, shifts, attendance, passages and hand-overs."""

from checkpoints.models.attendance import Attendance, AttendanceCorrection
from checkpoints.models.deliveries import DeliveryBatch, DeliveryDrop
from checkpoints.models.devices import GateDevice
from checkpoints.models.exposures import Exposure, StaffCheck
from checkpoints.models.fevers import Fever
from checkpoints.models.handovers import Handover
from checkpoints.models.passages import Passage
from checkpoints.models.posts import Post, PostStatus
from checkpoints.models.shifts import Assignment, Shift
from checkpoints.models.totals import GateTotal
from checkpoints.models.vehicles import Vehicle
from checkpoints.models.visits import Visit

__all__ = [
    "Assignment",
    "Attendance",
    "AttendanceCorrection",
    "DeliveryBatch",
    "DeliveryDrop",
    "Exposure",
    "Fever",
    "GateDevice",
    "GateTotal",
    "Handover",
    "Passage",
    "Post",
    "PostStatus",
    "Shift",
    "StaffCheck",
    "Vehicle",
    "Visit",
]
