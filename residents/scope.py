"""Rows of one's own communities: the QuerySet every model with a `community_path` uses."""

from typing import Any, Self

from django.db import models


class CommunityQuerySet(models.QuerySet[Any]):
    """Rows that belong to communities; the model's `community_path` says by which way."""

    def within(self, communities: Any) -> Self:
        """Only the rows of these communities: fetching through it *is* asking for permission."""
        path = self.model.community_path
        lookup = "pk__in" if path == "self" else f"{path}__in"
        return self.filter(**{lookup: communities})
