"""Accounts, the audit trail and messages."""

from portal.accounts.models.events import Event
from portal.accounts.models.messages import Message
from portal.accounts.models.users import User

__all__ = ["Event", "Message", "User"]
