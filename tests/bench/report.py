#!/usr/bin/env python3
"""Prints the benchmark's tables, in Markdown.

Usage: report.py FOLDER INSTRUCTIONS

FOLDER         results of each row: ROW.jsonl, one line a repetition
INSTRUCTIONS   what is recorded of the inner loops
"""

import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys

GOAL_OF_SAME_ROWS = 0.7


def read(folder):
    lines = []
    for file in sorted(pathlib.Path(folder).glob("*.jsonl")):
        lines += [json.loads(line) for line in file.read_text().splitlines()]
    return lines


class Results:
    def __init__(self, lines):
        self.lines = lines

    def of(self, row, case=None, who=None):
        return [line["data"] for line in self.lines
                if line["row"] == row and case in (None, line["case"])
                and who in (None, line["who"])]

    def cases(self, row):
        return list(dict.fromkeys(line["case"] for line in self.lines if line["row"] == row))

    def at(self, row):
        return next((line["at"] for line in self.lines if line["row"] == row), "")


def plain(value):
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.4g}"


def spread(values, unit=""):
    """The median, and the least and the most where there are several."""
    if not values:
        return "–"
    text = plain(statistics.median(values))
    if len(values) > 1:
        text += f" ({plain(min(values))}–{plain(max(values))})"
    return text + unit


def median(values):
    return statistics.median(values) if values else None


def ratio(ours, other):
    return None if not ours or not other else median(ours) / median(other)


def times(value):
    return "–" if value is None else f"{value:.2f}"


def table(head, rows):
    text = "| " + " | ".join(head) + " |\n|" + " --- |" + " ---: |" * (len(head) - 1) + "\n"
    return text + "".join("| " + " | ".join(row) + " |\n" for row in rows) + "\n"


def verdict(against, goal, same_rows, alternative):
    """Against the alternative; or where the rows alone are slower than the goal, against those."""
    if against is None:
        return "not compared"
    if against >= goal:
        return "reached"
    bound = ratio(same_rows, alternative)
    if bound is not None and bound < goal:
        return f"out of reach: the same rows alone do {bound:.2f} times"
    return "missed"


def compared(what, ours, alternative, goal, same_rows):
    """A row of the table of goals."""
    against, of_rows = ratio(ours, alternative), ratio(ours, same_rows)
    held = "–" if of_rows is None else ("yes" if of_rows >= GOAL_OF_SAME_ROWS else "no")
    return [what, spread(ours), spread(alternative), times(against), f"{goal:g}",
            verdict(against, goal, same_rows, alternative), spread(same_rows), times(of_rows), held]


def bound(what, value, goal, unit, same_rows=()):
    held = "–" if not value else ("yes" if median(value) <= goal else "no")
    if held == "no" and same_rows and median(same_rows) > goal:
        held = "no: nor do the same rows alone"
    return [what, spread(value, unit), f"{goal:g}{unit}", held, spread(list(same_rows), unit)]


def scan(results):
    rows, each = [], {}
    for size in results.cases("scan"):
        ours = [one["claimed"] / one["scan_s"] for one in results.of("scan", size, "recycled")]
        others = [[one["due"] / one["s"] for one in results.of("scan", size, who)]
                  for who in ("better-sqlite3", "better-sqlite3-tuned")]
        best = max(others, key=lambda one: median(one) or 0)
        same = [one["claims"]["rate"] for one in results.of("scan", size, "same-rows")]
        each[int(size)] = ours
        rows.append(compared(f"scan: claims/s, 1 % of {int(size):,} due", ours, best, 3, same))
    bounds = []
    if len(each) > 1:
        growth = median(each[min(each)]) / median(each[max(each)])
        bounds.append(bound(f"scan: time a claim at {max(each):,}, to that at {min(each):,}",
                            [growth], 1.3, ""))
    return rows, bounds


def kib_an_item(many, count):
    return spread([one["written_kib"] / one[count] for one in many if "written_kib" in one])


def per_thousand(many, count):
    return [one["cpu_s"] / one[count] * 1000 for one in many]


def dispatch(results):
    ours = results.of("dispatch", "http", "recycled")
    other = results.of("dispatch", "http", "sqlite-thread")
    same = results.of("dispatch", "http", "same-rows")
    rates = [one["rate"] for one in other]
    rows = [
        compared("dispatch: claimed, sent and stored/s",
                 [one["claimed"] / one["whole_s"] for one in ours], rates, 2,
                 [one["claims"]["items"] / (one["claims"]["s"] + one["answers"]["s"])
                  for one in same]),
        compared("dispatch: sent and stored/s, without the claim (the alternative's is with it)",
                 [one["results"] / one["dispatch_s"] for one in ours], rates, 2,
                 [one["answers"]["rate"] for one in same])]
    cpu = [one["cpu_s_per_1000"]["node"] for one in other]
    share = ratio(per_thousand(ours, "claimed"), cpu)
    of_rows = [(one["claims"]["cpu_s"] + one["answers"]["cpu_s"]) / one["claims"]["items"] * 1000
               for one in same if "cpu_s" in one["claims"]]
    least = ratio(of_rows, cpu)
    bounds = [bound("dispatch: CPU s a 1,000 to the alternative's (claim and send)",
                    [] if share is None else [share], 0.5, "", [] if least is None else [least])]
    for how in results.cases("dispatch"):
        many = results.of("dispatch", how, "recycled")
        bounds.append(bound(f"dispatch, {how}: peak memory", [one["peak_mib"] for one in many], 64,
                            " MiB"))
    return rows, bounds


def callbacks(results):
    def rates(who):
        return [one["rate"] for one in results.of("callbacks", "http", who)]

    rows = [compared("callbacks: stored and applied/s", rates("recycled"),
                     rates("fastify-sqlite-thread"), 3, rates("same-rows"))]
    bounds = []
    for how in ("http", "https"):
        def late(who, case=f"{how}-half"):
            return [one["p99_us"] / 1000 for one in results.of("callbacks", case, who)]
        bounds.append(bound(f"callbacks, {how}: p99 at half load", late("recycled"), 5, " ms",
                            late("same-rows")))
        peak = [one["peak_mib"] for one in results.of("callbacks", how, "recycled")]
        bounds.append(bound(f"callbacks, {how}: peak memory", peak, 64, " MiB"))
    return rows, bounds


def others(results):
    bounds = []
    cascades = results.of("cascade", None, "recycled")
    beside = spread([one["beside_per_s"] for one in cascades])
    bounds.append(bound(f"cascade: p99 at 200/s, beside {beside} hand-overs/s",
                        [one["p99_us"] / 1000 for one in cascades], 3, " ms"))
    cases = results.cases("open")
    if len(cases) == 2:
        few, many = (results.of("open", case, "recycled") for case in cases)
        per = [[one["s"] / one["inquiries"] for one in each] for each in (few, many)]
        bounds.append(bound(f"open: {cases[1]}, peak memory", [one["peak_mib"] for one in many], 64,
                            " MiB"))
        bounds.append(bound(f"open: first pass while {cases[1]}, to when {cases[0]}",
                            [ratio(per[1], per[0])], 1.3, ""))
    starts = results.of("start", None, "recycled")
    bounds.append(bound("start: `once` with nothing due, of " + " ".join(results.cases("start")),
                        [one["s"] * 1000 for one in starts], 50, " ms"))
    return bounds


def by_themselves(many):
    def of(name, share):
        return spread([one[name] * share / one["items"] for one in many if name in one])
    def late(name):
        return spread([one[name] / 1000 for one in many if name in one])
    return [spread([one["rate"] for one in many]), of("cpu_s", 1000),
            spread([one["items"] / one["commits"] for one in many]), kib_an_item(many, "items"),
            late("p50_us"), late("p99_us")]


def same_rows(results):
    rows = []
    for row in ("scan", "dispatch", "callbacks"):
        for case in results.cases(row):
            many = results.of(row, case, "same-rows")
            for part in ("claims", "answers"):
                parts = [one[part] for one in many if part in one]
                if parts:
                    rows.append([f"{part} of {row}, {case}"] + by_themselves(parts))
            whole = [one for one in many if "rate" in one]
            if whole:
                rows.append([f"{row}, {case}"] + by_themselves(whole))
    return table(["the same rows by SQLite alone", "items/s", "CPU s a 1,000", "items a commit",
                  "KiB written an item", "p50 ms", "p99 ms"], rows) if rows else ""


def details(results):
    text = ""
    rows = []
    for row in ("scan", "dispatch"):
        for case in results.cases(row):
            many = results.of(row, case, "recycled")
            rows.append([f"{row}, {case}", spread([one["claimed"] / one["scan_s"] for one in many]),
                         spread([one["results"] / one["dispatch_s"] for one in many]),
                         spread([one["claimed"] / one["whole_s"] for one in many]),
                         spread(per_thousand(many, "claimed")),
                         spread([one["stub_cpu_s"] / one["claimed"] * 1000 for one in many]),
                         spread([one["claimed"] / one["commits"] for one in many]),
                         kib_an_item(many, "claimed"),
                         spread([one["peak_mib"] for one in many])])
    if rows:
        text += table(["`once`", "claimed/s", "sent and stored/s", "both/s", "CPU s a 1,000",
                       "stub's", "items a commit", "KiB written an item", "peak MiB"], rows)
    rows = []
    for case in results.cases("callbacks"):
        many = results.of("callbacks", case, "recycled")
        rows.append([f"callbacks, {case}", spread([one["rate"] for one in many]),
                     spread([one["p50_us"] / 1000 for one in many]),
                     spread([one["p99_us"] / 1000 for one in many]),
                     spread([one["max_us"] / 1000 for one in many]),
                     spread(per_thousand(many, "answered")),
                     spread([one["answered"] / one["commits"] for one in many]),
                     kib_an_item(many, "answered"),
                     spread([one["peak_mib"] for one in many])])
    if rows:
        text += table(["`run`", "answered/s", "p50 ms", "p99 ms", "most ms", "CPU s a 1,000",
                       "items a commit", "KiB written an item", "peak MiB"], rows)
    text += same_rows(results)
    rows = []
    for case in results.cases("open"):
        many = results.of("open", case, "recycled")
        rows.append([f"open, {case}", spread([one["inquiries"] for one in many]),
                     spread([one["s"] for one in many]), spread([one["asking_s"] for one in many]),
                     spread([one["cpu_s"] for one in many]),
                     spread([one["peak_mib"] for one in many])])
    if rows:
        text += table(["first pass of `run`", "inquiries due", "s", "of that asking", "CPU s",
                       "peak MiB"], rows)
    lives = results.of("simulate", None, "recycled")
    if lives:
        text += table(["`simulate`", "subscription-days a CPU second", "goal"], [
            [results.cases("simulate")[0], spread([one["days"] / one["cpu_s"] for one in lives]),
             "150,000"]])
    return text


def postgres(results):
    """Workers on one PostgreSQL; each figure of many beside that of one."""
    rows, answers, moves = [], [], []
    for case in results.cases("postgres"):
        alone = [one["rate"] for one in results.of("postgres", case, "1")]
        for workers in ("1", "2", "4"):
            many = results.of("postgres", case, workers)
            if many:
                rows.append([f"PostgreSQL: {workers} workers, {case}",
                             spread([one["claims"] for one in many]),
                             spread([one["rate"] for one in many]),
                             times(ratio([one["rate"] for one in many], alone)),
                             spread([one["claimed"] / one["commits"] for one in many])])
            told = results.of("postgres", case, "callbacks-" + workers)
            if told:
                answers.append([f"PostgreSQL: {workers} workers, {case}",
                                spread([one["rate"] for one in told]),
                                times(ratio([one["rate"] for one in told], [
                                    one["rate"] for one in
                                    results.of("postgres", case, "callbacks-1")])),
                                spread([one["p50_us"] / 1000 for one in told]),
                                spread([one["p99_us"] / 1000 for one in told])])
        for move in results.of("postgres", case, "migrate"):
            moves.append([f"migrate, {case}", plain(move["rate"]), plain(move["s"])])
    text = ""
    if rows:
        text += table(["`once` of each at one time, start included", "claimed/s",
                       "claimed, sent and stored/s", "to one", "items a commit"], rows)
    if answers:
        text += table(["callbacks to `run` of each, 64 connections in all", "stored and applied/s",
                       "to one", "p50 ms", "p99 ms"], answers)
    if moves:
        text += table(["from a file to PostgreSQL", "subscriptions/s", "s"], moves)
    return text


def inner(results, instructions):
    recorded = {}
    for line in pathlib.Path(instructions).read_text().splitlines():
        if line and not line.startswith("#"):
            name, count = line.split()
            recorded[name] = int(count)
    rows = []
    for name in results.cases("inner"):
        many = results.of("inner", name)
        rows.append([name, spread([one["rate"] for one in many]),
                     spread([1e6 / one["rate"] for one in many]),
                     f"{recorded[name]:,}" if name in recorded else "–"])
    head = ["inner loop", "items/s", "µs an item", "instructions an item"]
    return table(head, rows) if rows else ""


def said(command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, shell=True)
    except OSError:
        return ""
    return (done.stdout or done.stderr).strip().split("\n")[0]


def machine(results):
    model = said("sed -n 's/^model name.*: //p' /proc/cpuinfo")
    memory = int(said("awk '/^MemTotal/ {print $2}' /proc/meminfo") or 0) // 1024
    lines = [f"* {model}, {os.cpu_count()} cores, {memory:,} MiB, Linux {platform.release()}",
             f"* {said('c++ --version')}; SQLite {said('sqlite3 --version').split(' ')[0]}; "
             f"{said('PATH=$PATH:/usr/sbin nginx -v')}; {said('openssl version')}"]
    for row in dict.fromkeys(line["row"] for line in results.lines):
        others = [line["data"]["others"] for line in results.lines
                  if line["row"] == row and "others" in line["data"]]
        noise = f", beside other work of {spread(others)} cores" if others else ""
        lines.append(f"* {row}: {results.at(row)}{noise}")
    return "\n".join(lines) + "\n\n"


def main():
    results = Results(read(sys.argv[1]))
    goals, bounds = [], []
    for part in (scan, dispatch, callbacks):
        rows, more = part(results)
        goals += [row for row in rows if row[1] != "–"]
        bounds += more
    bounds = [row for row in bounds + others(results) if row[1] != "–"]
    print("## Machine, and when each row was measured\n\n" + machine(results), end="")
    if goals:
        print("## Beside the best alternative\n\n" + table(
            ["what", "recycled", "alternative", "ratio", "goal", "so",
             "the same rows by SQLite alone", "ratio to those", "70 % of them"], goals), end="")
    if bounds:
        print("## Bounds\n\n" + table(["what", "measured", "goal", "held",
                                       "the same rows by SQLite alone"], bounds), end="")
    print("## What each run measured\n\n" + details(results) + postgres(results) +
          inner(results, sys.argv[2]), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
