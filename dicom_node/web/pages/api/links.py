"""Addresses of what comes next."""

from fastapi import Request


def following(request: Request, after: str | int) -> str | None:
    """The same question, after a key; None without one."""
    if not after:
        return None
    url = request.url.include_query_params(after=after)
    return f"{url.path}?{url.query}"
