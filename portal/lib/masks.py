"""How a personal value looks to somebody who need not know it (domain: conventions, masking)."""


def name(value: str) -> str:
    """王建国 -> 王**, Ann Lee -> A******: the family name stays."""
    return value[:1] + "*" * (len(value) - 1)


def phone(value: str) -> str:
    """13812341234 -> 138****1234; shorter numbers keep their last two digits."""
    if len(value) >= 11:
        return f"{value[:3]}****{value[-4:]}"
    return "*" * max(len(value) - 2, 0) + value[-2:]


def id_number(value: str) -> str:
    """The first two and the last three characters stay (a government audit's format)."""
    return f"{value[:2]}{'*' * max(len(value) - 5, 0)}{value[-3:]}" if len(value) > 5 else "*" * len(value)


# What a gate writes of a vehicle that has no plate, or whose plate nobody waited to read: it says nothing of anybody.
NO_PLATE = "无牌"


def plate(value: str) -> str:
    """鄂A7K123 -> 鄂A7K***."""
    if value == NO_PLATE:
        return value
    return value[:-3] + "***" if len(value) > 3 else "*" * len(value)
