"""Accounts, the audit trail and messages."""

from portal.accounts.models.attempts import Attempt
from portal.accounts.models.channels import Channel, Delivery, Fault
from portal.accounts.models.erasures import Erasure
from portal.accounts.models.events import Event
from portal.accounts.models.messages import Message
from portal.accounts.models.sessions import Session
from portal.accounts.models.users import User

__all__ = ["Attempt", "Channel", "Delivery", "Erasure", "Event", "Fault", "Message", "Session", "User"]
