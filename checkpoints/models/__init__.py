"""Posts, shifts, attendance, passages, passes and hand-overs."""

from checkpoints.models.attendance import Attendance, AttendanceCorrection
from checkpoints.models.deliveries import DeliveryBatch
from checkpoints.models.devices import GateDevice
from checkpoints.models.drops import DeliveryDrop
from checkpoints.models.exposures import Exposure, StaffCheck
from checkpoints.models.fevers import Fever
from checkpoints.models.handovers import Handover
from checkpoints.models.pass_policies import PassKind, PassPolicy, Proof
from checkpoints.models.passages import Passage
from checkpoints.models.passes import EntryPass, PassUse
from checkpoints.models.posts import Post, PostStatus
from checkpoints.models.shifts import Assignment, Shift, seen_on
from checkpoints.models.totals import GateTotal
from checkpoints.models.vehicles import Vehicle
from checkpoints.models.visits import Visit

__all__ = [
    "Assignment",
    "Attendance",
    "AttendanceCorrection",
    "DeliveryBatch",
    "DeliveryDrop",
    "EntryPass",
    "Exposure",
    "Fever",
    "GateDevice",
    "GateTotal",
    "Handover",
    "PassKind",
    "PassPolicy",
    "PassUse",
    "Passage",
    "Post",
    "PostStatus",
    "Proof",
    "Shift",
    "StaffCheck",
    "Vehicle",
    "Visit",
    "seen_on",
]
