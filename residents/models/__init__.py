"""Places, memberships and the people who live there."""

from residents.models.memberships import Membership, Role
from residents.models.places import Building, Community, Compound, District, Entrance, Subdistrict
from residents.models.policies import DutyPolicy

__all__ = [
    "Building",
    "Community",
    "Compound",
    "District",
    "DutyPolicy",
    "Entrance",
    "Membership",
    "Role",
    "Subdistrict",
]
