"""Places, memberships and the people who live there."""

from residents.models.chat_groups import ChatGroup
from residents.models.control import ControlChange, ControlLevel, EpidemicFreeStatus
from residents.models.errand_kinds import ErrandKind
from residents.models.errand_lines import ErrandLine, ErrandNote
from residents.models.errand_money import Payment
from residents.models.errand_states import ErrandState, Outcome, Urgency
from residents.models.errands import Errand
from residents.models.findings import Finding
from residents.models.health_checks import HealthCheck, Method, Mood, SiteCall, Slot, Symptom, Verification
from residents.models.hotline_calls import Counsellor, HotlineCall
from residents.models.households import CareCategory, CareProfile, Dwelling, Resident, ResidentChange
from residents.models.ledgers import Ledger
from residents.models.matters import FirmCall, Matter, MatterKind, MatterState, MatterStep
from residents.models.memberships import Membership, Role
from residents.models.movements import ExitPermit, Persuasion, Transfer
from residents.models.mutual_aid import MutualAid
from residents.models.notices import Notice, NoticeReceipt
from residents.models.pairings import Helper, Pairing
from residents.models.places import Building, Community, Compound, District, Entrance, Grid, Subdistrict
from residents.models.policies import DutyPolicy
from residents.models.quarantine import CaseStage, CaseState, CaseTest, QuarantineCase
from residents.models.quarantine_policies import ContactClass, PolicyStage, QuarantinePolicy, StageKind
from residents.models.quarantine_teams import CareTeamMember
from residents.models.round_plans import RoundPlan
from residents.models.rounds import Round, Stop
from residents.models.task_states import TaskKind, TaskSource, TaskState
from residents.models.tasks import Task, TaskNote
from residents.models.teams import Team, TeamKind, TeamMember

__all__ = [
    "Building",
    "CareCategory",
    "CareProfile",
    "CareTeamMember",
    "CaseStage",
    "CaseState",
    "CaseTest",
    "ChatGroup",
    "Community",
    "Compound",
    "ContactClass",
    "ControlChange",
    "ControlLevel",
    "Counsellor",
    "District",
    "DutyPolicy",
    "Dwelling",
    "Entrance",
    "EpidemicFreeStatus",
    "Errand",
    "ErrandKind",
    "ErrandLine",
    "ErrandNote",
    "ErrandState",
    "ExitPermit",
    "Finding",
    "FirmCall",
    "Grid",
    "HealthCheck",
    "Helper",
    "HotlineCall",
    "Ledger",
    "Matter",
    "MatterKind",
    "MatterState",
    "MatterStep",
    "Membership",
    "Method",
    "Mood",
    "MutualAid",
    "Notice",
    "NoticeReceipt",
    "Outcome",
    "Pairing",
    "Payment",
    "Persuasion",
    "PolicyStage",
    "QuarantineCase",
    "QuarantinePolicy",
    "Resident",
    "ResidentChange",
    "Role",
    "Round",
    "RoundPlan",
    "SiteCall",
    "Slot",
    "StageKind",
    "Stop",
    "Subdistrict",
    "Symptom",
    "Task",
    "TaskKind",
    "TaskNote",
    "TaskSource",
    "TaskState",
    "Team",
    "TeamKind",
    "TeamMember",
    "Transfer",
    "Urgency",
    "Verification",
]
