"""Whom a sending unit's supervisor may see: the unit's own people, wherever they stand."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http.response import HttpResponseBase

from deployments.models import SendingUnit
from portal.accounts.models import User


def units_for(user: User) -> "QuerySet[SendingUnit]":
    """The units the person supervises today."""
    return SendingUnit.objects.filter(pk__in=user.supervisions.live().values("unit"))


def supervises(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Let a view be opened by unit supervisors; sets `request.units`."""

    @login_required
    @wraps(view)
    def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        request.units = list(units_for(request.user))
        if not request.units:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    guarded.permission = "supervises"  # type: ignore[attr-defined]
    return guarded
