"""A run from its beginning to its figures."""

import datetime
from collections.abc import Mapping
from contextlib import ExitStack

from benchmarks import database, machine
from benchmarks.driver import Plan, Report, Run
from benchmarks.growth import measure_growth
from benchmarks.peers.catalog import find_peers
from benchmarks.results import Latency, Results
from benchmarks.workloads import THROUGHPUT, WORKLOADS


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
            latency[workload.name] = run.latency(workload, plan.rounds)
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
        )
