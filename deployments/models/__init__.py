"""Units, cadres, secondments, leave and responsibilities."""

from deployments.models.cadres import Cadre
from deployments.models.commendations import Commendation
from deployments.models.leave import Leave
from deployments.models.responsibilities import Responsibility
from deployments.models.secondments import Secondment
from deployments.models.units import SendingUnit, Supervisor

__all__ = ["Cadre", "Commendation", "Leave", "Responsibility", "Secondment", "SendingUnit", "Supervisor"]
