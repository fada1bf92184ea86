"""Running a plan: a stream of events, and nothing but events."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from graphs.running.events import Event, Noted, Planned
from graphs.running.executors import Executor
from graphs.running.forecast import Forecast, State, served
from graphs.running.plan import Plan
from graphs.running.scheduling import Scheduler
from graphs.store.store import Store


def run(
    plan: Plan, store: Store, executors: Sequence[Executor], cancelled: Callable[[], bool] = lambda: False
) -> Iterator[Event]:
    """Run a plan and tell what happens.

    Where a node fails, what does not depend on it still runs. `Cancelled` where `cancelled` answers true; what was
    finished by then is kept.
    """
    return run_forecast(plan, plan.forecast(store), store, executors, cancelled)


def run_forecast(
    plan: Plan, forecast: Forecast, store: Store, executors: Sequence[Executor], cancelled: Callable[[], bool]
) -> Iterator[Event]:
    """Run a plan of which it is known what the store has; the forecast is brought up to what became of it."""
    pins = list(forecast.held)
    store.pin(pins)
    store.expect(sum(state is not State.CACHED for state in forecast.states))
    scheduler = Scheduler(plan, forecast, store, executors, cancelled)
    try:
        yield from (Noted(text) for text in store.take_notes())
        yield Planned(plan.states(forecast))
        yield from scheduler.events()
    finally:
        for executor in executors:
            executor.stop()
        store.unpin(pins)
        store.remember(
            plan.graph, [*scheduler.memories, *served(plan.compiled, forecast, store, plan.files, plan.graph)]
        )
        store.settle()
    yield from (Noted(text) for text in store.take_notes())
