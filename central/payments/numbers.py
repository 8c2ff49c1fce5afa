"""Numbers of Belgian transfers: structured communications and account numbers; pure."""

import re
import secrets

_TEN = 10**10


def communication_of(number: int) -> str:
    """Return the twelve digits of a structured communication: ten, and their remainder by 97."""
    check = number % 97 or 97
    return f"{number:010}{check:02}"


def new_communication() -> str:
    """Return a structured communication that tells nothing, neither how many there are."""
    return communication_of(secrets.randbelow(_TEN - 1) + 1)


def written(digits: str) -> str:
    """Return a structured communication as people write it: +++090/9337/55493+++."""
    return f"+++{digits[:3]}/{digits[3:7]}/{digits[7:]}+++"


def read_communication(text: str) -> str | None:
    """Return the twelve digits of what somebody typed; None when its check digits are wrong."""
    digits = re.sub(r"[\s+*/.-]", "", text)
    if not re.fullmatch(r"[0-9]{12}", digits):
        return None
    return digits if digits == communication_of(int(digits[:10])) else None


def plain_iban(text: str) -> str:
    """Return an account number without what people write between its characters."""
    return re.sub(r"[\s.-]", "", text).upper()


def grouped_iban(iban: str) -> str:
    """Return an account number in groups of four, as people read it."""
    return " ".join(iban[at : at + 4] for at in range(0, len(iban), 4))
