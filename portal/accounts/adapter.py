"""What allauth may do here."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedDoor(DefaultAccountAdapter):
    """Nobody signs up by themselves: accounts come from secretaries and the operator."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
