"""English, plain: say what happened and what somebody can do now. Accuse nobody."""

from contracts.reasons import DenyReason, Fault
from contracts.sentences.sentence import Greeting, Phrasebook, Sentence

_REFUSALS = {
    DenyReason.UNREADABLE: Sentence(
        "The door cannot read this code.",
        "Show the whole code of your pass, on a bright screen. If that fails, call {phone}.",
    ),
    DenyReason.UNKNOWN_KEY: Sentence(
        "The door cannot check this pass now.",
        "Open your pass again or ask for a new one. If that fails, call {phone}.",
    ),
    DenyReason.BAD_SIGNATURE: Sentence(
        "The door does not recognise this pass.",
        "Open your pass again from our message. If that fails, call {phone}.",
    ),
    DenyReason.CLOCK_UNTRUSTED: Sentence(
        "The door does not know the time and stays shut.",
        "This is not your fault. Try again in a minute. If that fails, call {phone}.",
    ),
    DenyReason.REVOKED: Sentence(
        "This pass was withdrawn or the reservation was cancelled.",
        "Check your reservation or open your newest pass. If it is not right, call {phone}.",
    ),
    DenyReason.SUPERSEDED: Sentence(
        "A newer pass has taken the place of this one.",
        "Open the newest pass from our last message. If that fails, call {phone}.",
    ),
    DenyReason.WRONG_ACCESS_POINT: Sentence(
        "Your pass is for another door.",
        "Your pass shows which doors it opens. If you cannot find the door, call {phone}.",
    ),
    DenyReason.NOT_YET_VALID: Sentence(
        "Your pass opens this door from {opens}.",
        "Come back from then on. If the time is not right, call {phone}.",
    ),
    DenyReason.EXPIRED: Sentence(
        "The time of your pass is over.",
        "If the hall is still free, you can extend your reservation. If that fails, call {phone}.",
    ),
    DenyReason.USES_EXHAUSTED: Sentence(
        "This pass was used as often as it can be.",
        "Ask for a new one from whoever gave you this one. If that fails, call {phone}.",
    ),
    DenyReason.PROOF_MISSING: Sentence(
        "This door asks for the pass on your phone, not a photo or a print.",
        "Open the page of your pass and show the code there. If that fails, call {phone}.",
    ),
    DenyReason.LOCKED_DOWN: Sentence(
        "Staff have closed this door for a while.",
        "Follow what staff tell you. If you see nobody, call {phone}.",
    ),
    DenyReason.LISTS_TOO_OLD: Sentence(
        "The door must hear news from the city first.",
        "This is not your fault. Try again in a few minutes. If that fails, call {phone}.",
    ),
    DenyReason.NOT_COMMISSIONED: Sentence(
        "This door is not in use yet.",
        "Take another entrance. If there is none, call {phone}.",
    ),
    DenyReason.JOURNAL_FAILED: Sentence(
        "The door is out of order and cannot open now.",
        "This is not your fault. Take another entrance. If there is none, call {phone}.",
    ),
}

_FAULTS = {
    Fault.CAMERA_FROZEN: Sentence(
        "The camera gives no new picture.",
        "The unit restarts its camera by itself. If that does not help, replace the camera.",
    ),
    Fault.CAMERA_COVERED: Sentence(
        "Something is in front of the camera.", "Remove it and clean the window."
    ),
    Fault.CAMERA_DARK: Sentence(
        "It is too dark to read a pass.", "Check the lamp above the camera."
    ),
    Fault.CAMERA_BLURRED: Sentence(
        "The camera sees no sharp picture.", "Clean the window and check the focus."
    ),
    Fault.JOURNAL_SLOW: Sentence(
        "The unit writes slowly: its memory may be worn out.", "Plan a new memory card."
    ),
    Fault.JOURNAL_FAILED: Sentence(
        "The unit cannot write anything down and opens for nobody.",
        "Open with the key. Replace the memory card or the unit.",
    ),
    Fault.STATE_LOST: Sentence(
        "The unit lost its memory and waits for the city.",
        "Get it online. The door opens again after the city's answer.",
    ),
    Fault.DISK_LOW: Sentence(
        "The unit's memory is getting full.",
        "Get it online so that everything is sent. Otherwise replace the memory card.",
    ),
    Fault.TEMPERATURE_HIGH: Sentence(
        "The unit is getting too warm.", "Give its case some shade or air."
    ),
    Fault.UNDER_VOLTAGE: Sentence(
        "The unit's power supply is too weak.", "Check the supply and the cable."
    ),
    Fault.CLOCK_UNTRUSTED: Sentence(
        "The unit is not certain of the time.",
        "Get it online. If it comes back, replace the battery of the clock.",
    ),
    Fault.CLOCK_STEP: Sentence(
        "The unit's clock jumped.",
        "Check where the network gets its time. Note whether it happens more often.",
    ),
    Fault.CERTIFICATE_EXPIRING: Sentence(
        "The unit's certificate will soon end.", "Get it online: the unit renews it by itself."
    ),
    Fault.LISTS_OLD: Sentence(
        "The unit has heard nothing from the city for a long time.", "Get it online."
    ),
    Fault.LOCK_DID_NOT_MOVE: Sentence(
        "The lock was told to move and did not.", "Check the lock, its wires and its power supply."
    ),
    Fault.CONTACT_DISAGREES: Sentence(
        "Door contact and lock contradict each other.",
        "Check the lock, its relay and the wires of both contacts.",
    ),
    Fault.FORCED_OPEN: Sentence(
        "The door opened without a pass and without the exit button.", "Go and look at the door."
    ),
    Fault.HELD_OPEN: Sentence(
        "The door has been open too long.", "Close the door. Check whether something is in the way."
    ),
    Fault.TAMPER: Sentence("The unit's case is open.", "Go and look at the unit, and close it."),
    Fault.CLONE: Sentence(
        "Two units use one identity.", "Take both out of service and enrol the real one again."
    ),
    Fault.EQUIVOCATION: Sentence(
        "The unit received two different documents with one number.",
        "Tell the administrator: somebody may be misusing a signing key.",
    ),
    Fault.DOCUMENT_REFUSED: Sentence(
        "The unit refused a document from the city.",
        "See on the door's page which one and why, and send it again.",
    ),
    Fault.LINK_REFUSED: Sentence(
        "The unit is not let in to the connection with the city.",
        "Check its certificate or enrol it again.",
    ),
    Fault.MAINS_LOST: Sentence(
        "The power is out; the unit runs on its battery.", "Check the power and the fuse."
    ),
    Fault.INTERNAL_ERROR: Sentence(
        "Something unexpected went wrong in the unit.",
        "Send the logs from the door's page. Restart the unit after that.",
    ),
    Fault.CLOCK_DOUBTED: Sentence(
        "The unit's clock and the time that the city signed contradict each other.",
        "Wait a minute. If it stays, replace the clock's battery; the handbook says what comes next.",
    ),
}

_GREETINGS = {
    Greeting.READY: Sentence("Show your pass.", "Hold the QR code in front of the camera."),
    Greeting.CODE_SEEN: Sentence("One moment.", "Hold your pass still."),
    Greeting.OPEN: Sentence("Welcome, you can come in.", "Push or pull the door now."),
    Greeting.OPEN_FOR_ALL: Sentence("The door is open for everybody.", "You need no pass now."),
    Greeting.GUESTS_MAY_ENTER: Sentence(
        "The door stays open for your guests.",
        "Show your pass once more to lock it again. After your time it locks by itself.",
    ),
    Greeting.GUESTS_OVER: Sentence("The door locks again.", "Close the door behind you."),
    Greeting.COME_CLOSER: Sentence(
        "The camera cannot see your code well yet.",
        "Come closer, tilt it a little or make your screen brighter.",
    ),
    Greeting.HELD_OPEN_SOON: Sentence(
        "The door is still open.", "Close the door, or an alarm will sound."
    ),
    Greeting.FAULT: Sentence(
        "This door is out of order.", "Take another entrance. If there is none, call {phone}."
    ),
    Greeting.IDENTIFY: Sentence(
        "This is the door somebody is looking for.",
        "You need do nothing. It stops by itself.",
    ),
}

PHRASEBOOK = Phrasebook(_REFUSALS, _FAULTS, _GREETINGS)
