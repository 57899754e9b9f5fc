"""What a service raises when the answer is no."""


class Refused(Exception):  # noqa: N818 - it is an answer, not an error
    """A move that may not happen; the text tells the person what to do next."""
