#!/usr/bin/env python3
"""Runs a program and prints one line of JSON: what it cost, and what its log says was done when.

Usage: measure.py LOG LEDGER STUB-PID LIMIT COMMAND...

LOG        its stdout goes there, line by line
LEDGER     whose commits are counted, by the head of SQLite's index of its log
STUB-PID   of the provider's stub, whose CPU is read before and after; 0: none
LIMIT      seconds after which it is told to stop
"""

import calendar
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

TICKS = os.sysconf("SC_CLK_TCK")


def cpu_of(pid):
    """User and system seconds of a process and of its children."""
    if pid == 0:
        return 0.0
    children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    ticks = 0
    for one in [str(pid), *children]:
        fields = pathlib.Path(f"/proc/{one}/stat").read_text().rsplit(")", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / TICKS


def busy():
    """Seconds that all processors of the machine have worked."""
    fields = pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()
    return sum(int(fields[place]) for place in (1, 2, 3, 6, 7)) / TICKS


def commits(ledger):
    """Transactions that have written something since it was opened; 0 when nobody has it open."""
    try:
        with open(ledger + "-shm", "rb") as index:
            return int.from_bytes(index.read(12)[8:], sys.byteorder)
    except OSError:
        return 0


def bytes_written(pid):
    """By calls that write files: what a commit costs, whatever else the machine does meanwhile."""
    try:
        for line in pathlib.Path(f"/proc/{pid}/io").read_text().splitlines():
            if line.startswith("wchar:"):
                return int(line.split()[1])
    except OSError:
        pass
    return 0


def peak_mib(pid):
    try:
        for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    except (OSError, ProcessLookupError):
        pass
    return 0.0


def moment(stamp):
    """2026-11-26T06:00:00.123Z in seconds."""
    whole = calendar.timegm(time.strptime(stamp[:19], "%Y-%m-%dT%H:%M:%S"))
    return whole + int(stamp[20:23]) / 1000


def phases(log):
    """When the scan began and ended, and the last result came, by the log's own stamps."""
    began = claimed_last = result_last = None
    claimed = results = 0
    ended = {}
    with open(log, encoding="utf-8") as lines:
        for line in lines:
            stamp = line[7:31]
            if '"event":"recovery.claimed"' in line:
                claimed += 1
                claimed_last = stamp
            elif '"event":"recovery.pending"' in line:
                results += 1
                result_last = stamp
            elif '"event":"audit.head"' in line and began is None:
                began = stamp  # the run's first step is behind it
            elif '"event":"run.summary"' in line:
                ended = json.loads(line)
    found = {"claimed": claimed, "results": results, "sent": ended.get("sent", 0)}
    if began and claimed_last:
        found["scan_s"] = round(moment(claimed_last) - moment(began), 3)
    if claimed_last and result_last:
        found["dispatch_s"] = round(moment(result_last) - moment(claimed_last), 3)
        found["whole_s"] = round(moment(result_last) - moment(began), 3)
    return found


def main():
    log, ledger, stub, limit = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
    stub_before, busy_before = cpu_of(stub), busy()
    began = time.monotonic()
    with open(log, "wb") as out:
        program = subprocess.Popen(sys.argv[5:], stdout=out)

    def stop(*_):
        program.terminate()
        program.wait()
        sys.exit(1)

    signal.signal(signal.SIGTERM, stop)
    peak = 0.0
    written = written_bytes = 0
    told = False
    while True:
        pid, status, used = os.wait4(program.pid, os.WNOHANG)
        if pid != 0:
            break
        peak = max(peak, peak_mib(program.pid))
        written = max(written, commits(ledger))
        written_bytes = max(written_bytes, bytes_written(program.pid))
        if time.monotonic() - began > limit and not told:
            told = True
            program.send_signal(signal.SIGTERM)
        time.sleep(0.002 if time.monotonic() - began < 0.2 else 0.02)
    took = time.monotonic() - began
    cpu, stub_cpu = used.ru_utime + used.ru_stime, cpu_of(stub) - stub_before
    others = max(0.0, busy() - busy_before - cpu - stub_cpu) / took
    made = {
        "exit": os.waitstatus_to_exitcode(status), "stopped_by": "time" if told else "itself",
        "s": round(took, 4), "cpu_s": round(cpu, 3), "stub_cpu_s": round(stub_cpu, 3),
        "peak_mib": round(peak, 1), "commits": written,
        "written_kib": written_bytes // 1024, "others": round(others, 2)}
    made.update(phases(log))
    print(json.dumps(made))
    return 0


if __name__ == "__main__":
    sys.exit(main())
