"""The addresses that the resolver knows."""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver


def patterns(resolver: URLResolver | None = None, space: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every address as (`app:name`, pattern)."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry, f"{space}{entry.namespace}:" if entry.namespace else space)
        else:
            yield f"{space}{entry.name or entry.pattern}", entry


def ours() -> dict[str, URLPattern]:
    """All but the inside of the admin, which admin_site.admin_view() guards as a whole."""
    return {name: pattern for name, pattern in patterns() if not name.startswith("admin:")}
