"""Places, memberships and the people who live there."""

from residents.models.households import CareCategory, CareProfile, Dwelling, Resident, ResidentChange
from residents.models.memberships import Membership, Role
from residents.models.places import Building, Community, Compound, District, Entrance, Grid, Subdistrict
from residents.models.policies import DutyPolicy

__all__ = [
    "Building",
    "CareCategory",
    "CareProfile",
    "Community",
    "Compound",
    "District",
    "DutyPolicy",
    "Dwelling",
    "Entrance",
    "Grid",
    "Membership",
    "Resident",
    "ResidentChange",
    "Role",
    "Subdistrict",
]
