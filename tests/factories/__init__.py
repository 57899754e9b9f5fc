"""Rows for tests."""

from tests.factories.accounts import UserFactory
from tests.factories.checkpoints import AssignmentFactory, AttendanceFactory, PassageFactory, PostFactory, ShiftFactory
from tests.factories.deployments import CadreFactory, LeaveFactory, SecondmentFactory, SendingUnitFactory
from tests.factories.residents import (
    BuildingFactory,
    CareProfileFactory,
    CommunityFactory,
    CompoundFactory,
    DwellingFactory,
    EntranceFactory,
    ErrandFactory,
    ErrandKindFactory,
    LedgerFactory,
    MembershipFactory,
    QuarantineCaseFactory,
    QuarantinePolicyFactory,
    ResidentFactory,
    RoundFactory,
    RoundPlanFactory,
    StopFactory,
    SubdistrictFactory,
)

__all__ = [
    "AssignmentFactory",
    "AttendanceFactory",
    "BuildingFactory",
    "CadreFactory",
    "CareProfileFactory",
    "CommunityFactory",
    "CompoundFactory",
    "DwellingFactory",
    "EntranceFactory",
    "ErrandFactory",
    "ErrandKindFactory",
    "LeaveFactory",
    "LedgerFactory",
    "MembershipFactory",
    "PassageFactory",
    "PostFactory",
    "QuarantineCaseFactory",
    "QuarantinePolicyFactory",
    "ResidentFactory",
    "RoundFactory",
    "RoundPlanFactory",
    "SecondmentFactory",
    "SendingUnitFactory",
    "ShiftFactory",
    "StopFactory",
    "SubdistrictFactory",
    "UserFactory",
]
