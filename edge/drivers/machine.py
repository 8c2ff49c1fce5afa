"""How the computer itself is: temperature, supply, disk, which start of the machine this is."""

import os
from pathlib import Path

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_TEMPERATURE = Path("/sys/class/thermal/thermal_zone0/temp")
_THROTTLED = Path("/sys/devices/platform/soc/soc:firmware/get_throttled")
_UNDER_VOLTAGE_NOW = 0x1


def boot_id() -> bytes:
    """Return eight bytes that name this start of the machine; random ones where Linux tells none."""
    try:
        return bytes.fromhex(_BOOT_ID.read_text(encoding="ascii").strip().replace("-", ""))[:8]
    except (OSError, ValueError):
        return os.urandom(8)


def temperature(path: Path = _TEMPERATURE) -> int | None:
    """Return the processor's temperature in degrees Celsius; None where nothing measures it."""
    try:
        return int(path.read_text(encoding="ascii")) // 1000
    except (OSError, ValueError):
        return None


def under_voltage(path: Path = _THROTTLED) -> bool:
    """Tell whether the Raspberry Pi's firmware sees too weak a supply at this moment."""
    try:
        return bool(int(path.read_text(encoding="ascii").strip(), 16) & _UNDER_VOLTAGE_NOW)
    except (OSError, ValueError):
        return False


def disk_free_percent(folder: Path) -> int | None:
    """Return how much of the folder's file system is free; None when it cannot be asked."""
    try:
        found = os.statvfs(folder)
    except OSError:
        return None
    return found.f_bavail * 100 // found.f_blocks if found.f_blocks else None
