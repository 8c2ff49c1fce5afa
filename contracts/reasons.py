"""Why a door refuses, and what can be wrong with a unit: codes that cross the wire. Append-only.

The sentences for people are in `sentences/`; a row per code stands in `docs/glossary.md`.
"""

from enum import StrEnum


class DenyReason(StrEnum):
    """Why a pass did not open the door."""

    UNREADABLE = "unreadable"
    UNKNOWN_KEY = "unknown_key"
    BAD_SIGNATURE = "bad_signature"
    CLOCK_UNTRUSTED = "clock_untrusted"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"
    WRONG_ACCESS_POINT = "wrong_access_point"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    USES_EXHAUSTED = "uses_exhausted"
    PROOF_MISSING = "proof_missing"
    LOCKED_DOWN = "locked_down"
    LISTS_TOO_OLD = "lists_too_old"
    NOT_COMMISSIONED = "not_commissioned"
    JOURNAL_FAILED = "journal_failed"


ONVIF = {
    DenyReason.UNREADABLE: "Other",
    DenyReason.UNKNOWN_KEY: "Other",
    DenyReason.BAD_SIGNATURE: "Other",
    DenyReason.CLOCK_UNTRUSTED: "Other",
    DenyReason.REVOKED: "CredentialNotEnabled",
    DenyReason.SUPERSEDED: "CredentialNotEnabled",
    DenyReason.WRONG_ACCESS_POINT: "Unauthorized",
    DenyReason.NOT_YET_VALID: "CredentialNotActive",
    DenyReason.EXPIRED: "CredentialExpired",
    DenyReason.USES_EXHAUSTED: "NotPermittedAtThisTime",
    DenyReason.PROOF_MISSING: "Other",
    DenyReason.LOCKED_DOWN: "NotPermittedAtThisTime",
    DenyReason.LISTS_TOO_OLD: "Other",
    DenyReason.NOT_COMMISSIONED: "Other",
    DenyReason.JOURNAL_FAILED: "Other",
}
"""The DenyReason of ONVIF's access control service that comes closest to each of ours."""


class Fault(StrEnum):
    """What is wrong with a door or its unit; raised and cleared, in the journal and at central."""

    CAMERA_FROZEN = "camera_frozen"
    CAMERA_COVERED = "camera_covered"
    CAMERA_DARK = "camera_dark"
    CAMERA_BLURRED = "camera_blurred"
    JOURNAL_SLOW = "journal_slow"
    JOURNAL_FAILED = "journal_failed"
    STATE_LOST = "state_lost"
    DISK_LOW = "disk_low"
    TEMPERATURE_HIGH = "temperature_high"
    UNDER_VOLTAGE = "under_voltage"
    CLOCK_UNTRUSTED = "clock_untrusted"
    CLOCK_STEP = "clock_step"
    CERTIFICATE_EXPIRING = "certificate_expiring"
    LISTS_OLD = "lists_old"
    LOCK_DID_NOT_MOVE = "lock_did_not_move"
    CONTACT_DISAGREES = "contact_disagrees"
    FORCED_OPEN = "forced_open"
    HELD_OPEN = "held_open"
    TAMPER = "tamper"
    CLONE = "clone"
    EQUIVOCATION = "equivocation"
    DOCUMENT_REFUSED = "document_refused"
    LINK_REFUSED = "link_refused"
    MAINS_LOST = "mains_lost"
    INTERNAL_ERROR = "internal_error"
    CLOCK_DOUBTED = "clock_doubted"
