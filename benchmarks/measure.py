"""A run from its beginning to its figures."""

import datetime
from collections.abc import Mapping
from contextlib import ExitStack

from benchmarks import database, machine
from benchmarks.driver import Plan, Report, Run
from benchmarks.growth import measure_growth
from benchmarks.peers.catalog import OURS, find_peers
from benchmarks.results import Latency, Results, ratio
from benchmarks.workloads import THROUGHPUT, WORKLOADS, Workload
from tests.support.proxy import proxied

_BEATEN = "pgbench was slower than the library, which sends the same: nothing can be said"
_ROUND_TRIP = 0.001
"""Seconds to a server that is far away, as in another zone of a provider's region."""
_TRIES = 3
"""How often a workload is timed whose limit was beaten."""


def measure(url: str, plan: Plan, report: Report) -> Results:
    """Prepare the database, check all peers and measure them. Raises WrongResult and PeerError."""
    kinds, missing = find_peers()
    for name, reason in missing.items():
        report(f"left out: {name}, as {reason}")
    growth = measure_growth(url, plan, report)  # first, as not everyone may create a database
    report(f"preparing the sample at scale {plan.scale}")
    database.prepare(url, plan.scale)
    with database.connect(url) as connection, ExitStack() as stack:
        alone = [kind for kind in kinds if not kind.is_loop]
        run = Run(url, connection, alone, database.find_parameters(connection), stack)
        workloads = [WORKLOADS[name] for name in plan.workloads]
        same: dict[str, bool | None] = {}
        for workload in workloads:
            report(f"checking {workload.name}: {workload.title}")
            run.check(workload)
            same[workload.name] = run.same_statement(workload)
        latency: dict[str, Mapping[str, Latency]] = {}
        for workload in workloads:
            report(f"timing {workload.name}: {workload.title}")
            timed = time_workload(run, workload, plan, is_same=bool(same[workload.name]))
            if timed is None:
                missing[workload.name] = _BEATEN
                report(f"left out: {workload.name}, as {missing[workload.name]}")
            else:
                latency[workload.name] = timed
        one_processor = {}
        for name in plan.one_processor:
            report(f"timing {name} on one processor")
            one_processor[name] = run.latency(WORKLOADS[name], plan.few_rounds, "one processor")
        distant, trips = _measure_far(run, url, plan, report)
        report(f"throughput of {plan.callers} callers")
        throughput = {THROUGHPUT: run.throughput(WORKLOADS[THROUGHPUT], plan, kinds)}
        report("imports, first calls, memory")
        cold = run.cold(WORKLOADS[THROUGHPUT], plan.starts)
        return Results(
            made_at=datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M"),
            machine=machine.describe_machine(),
            versions=machine.describe_versions(connection, kinds),
            scale=plan.scale,
            rounds=plan.rounds,
            callers=plan.callers,
            missing=missing,
            same_statement=same,
            latency=latency,
            throughput=throughput,
            cold=cold,
            growth=growth,
            one_processor=one_processor,
            far=distant,
            trips=trips,
        )


def time_workload(run: Run, workload: Workload, plan: Plan, *, is_same: bool) -> Mapping[str, Latency] | None:
    """The times of a workload; None where what sends the same as pgbench beat it, so that they are no figures."""
    for _ in range(_TRIES):
        latency = run.latency(workload, plan.rounds)
        if not (is_same and _beats_the_limit(latency)):
            return latency
    return None


def _beats_the_limit(latency: Mapping[str, Latency]) -> bool:
    """Whether one of the library's took less than pgbench, in three quarters of the rounds."""
    ratios = [ratio(latency, kind.name, lambda one: one.wall) for kind in OURS]
    return any(each is not None and each.high < 1 for each in ratios)


def _measure_far(
    run: Run, url: str, plan: Plan, report: Report
) -> tuple[dict[str, Mapping[str, Latency]], dict[str, Mapping[str, int]]]:
    """The times of calls to a server that is a millisecond away, and how many round trips they take."""
    latency: dict[str, Mapping[str, Latency]] = {}
    trips: dict[str, Mapping[str, int]] = {}
    with proxied(url, _ROUND_TRIP) as proxy, ExitStack() as stack:
        distant = run.behind(proxy, stack)
        for name in plan.far:
            report(f"timing {name}, a millisecond away")
            latency[name] = distant.latency(WORKLOADS[name], plan.few_rounds, "far")
            trips[name] = distant.trips(WORKLOADS[name], proxy)
    return latency, trips
