"""How much memory another process holds, asked of each system in its own way."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def resident_bytes(process: subprocess.Popen[bytes]) -> int:
    """Memory that a running process holds; 0 where it cannot be found out."""
    if sys.platform == "win32":
        return _resident_windows(process)
    if sys.platform == "darwin":
        return _resident_ps(process.pid)
    return _resident_linux(process.pid)


def _resident_linux(pid: int) -> int:
    try:
        pages = Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]
    except (OSError, IndexError):
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def _resident_ps(pid: int) -> int:
    try:
        shown = subprocess.run(
            ["/bin/ps", "-o", "rss=", "-p", str(pid)], capture_output=True, check=False
        ).stdout
    except OSError:
        return 0
    return int(shown) * 1024 if shown.strip().isdigit() else 0


if sys.platform == "win32":
    _COUNTERS = (
        "PeakWorkingSetSize",
        "WorkingSetSize",
        "QuotaPeakPagedPoolUsage",
        "QuotaPagedPoolUsage",
        "QuotaPeakNonPagedPoolUsage",
        "QuotaNonPagedPoolUsage",
        "PagefileUsage",
        "PeakPagefileUsage",
    )

    def _resident_windows(process: subprocess.Popen[bytes]) -> int:
        import ctypes
        from ctypes import wintypes

        class Counters(ctypes.Structure):
            _fields_ = [
                ("cb", wintypes.DWORD),
                ("PageFaultCount", wintypes.DWORD),
                *((field, ctypes.c_size_t) for field in _COUNTERS),
            ]

        counters = Counters()
        counters.cb = ctypes.sizeof(counters)
        handle = wintypes.HANDLE(int(getattr(process, "_handle", 0)))  # no public way
        known = ctypes.windll.psapi.GetProcessMemoryInfo(
            handle, ctypes.byref(counters), counters.cb
        )
        return int(counters.PagefileUsage) if known else 0
