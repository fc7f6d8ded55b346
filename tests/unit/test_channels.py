"""This file decides what the channels between threads may lose, and that they say so."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.channels import BoundedQueue, LatestSlot, Overflow

PATIENCE_S = 20.0

slot_steps = st.lists(st.one_of(st.integers(), st.none()), max_size=60)
"""A number is put; None takes."""


@given(slot_steps)
def test_slot_gives_the_newest_and_counts_what_was_overwritten(steps: list[int | None]) -> None:
    slot: LatestSlot[int] = LatestSlot()
    waiting: int | None = None
    newest: int | None = None
    dropped = 0
    for step in steps:
        if step is None:
            assert slot.take(0.0) == waiting
            waiting = None
        else:
            dropped += waiting is not None
            slot.put(step)
            waiting = newest = step
        assert slot.peek() == newest
        assert slot.dropped == dropped


@given(slot_steps, st.integers(1, 5), st.sampled_from(Overflow))
def test_queue_keeps_the_order_and_loses_only_what_it_counts(steps: list[int | None], capacity: int, overflow: Overflow) -> None:
    queue: BoundedQueue[int] = BoundedQueue(capacity, overflow)
    model: list[int] = []
    dropped = 0
    for step in steps:
        if step is None:
            assert queue.take(0.0) == (model.pop(0) if model else None)
        elif len(model) < capacity:
            assert queue.put(step, 0.0)
            model.append(step)
        elif overflow is Overflow.BLOCK:
            assert not queue.put(step, 0.0)
        else:
            assert queue.put(step, 0.0)
            model = [*model[1:], step]
            dropped += 1
        assert len(queue) == len(model)
        assert queue.peek() == (model[0] if model else None)
        assert queue.dropped == dropped
    assert list(queue.take_all()) == model
    assert len(queue) == 0


def test_items_that_are_false_travel_too() -> None:
    slot: LatestSlot[int] = LatestSlot()
    slot.put(0)
    assert slot.take(0.0) == 0
    queue: BoundedQueue[str] = BoundedQueue(1, Overflow.BLOCK)
    queue.put("")
    assert queue.take(0.0) == ""


def test_a_queue_without_room_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        BoundedQueue(0, Overflow.BLOCK)


def test_blocking_queue_loses_nothing_between_threads() -> None:
    queue: BoundedQueue[int] = BoundedQueue(3, Overflow.BLOCK)

    def produce() -> None:
        for number in range(2000):
            assert queue.put(number)
        queue.close()

    producer = threading.Thread(target=produce)
    producer.start()
    taken = []
    while not queue.drained:
        item = queue.take(PATIENCE_S)
        if item is not None:
            taken.append(item)
    producer.join(PATIENCE_S)
    assert taken == list(range(2000))
    assert queue.dropped == 0


def test_slot_never_lags_between_threads() -> None:
    slot: LatestSlot[int] = LatestSlot()

    def produce() -> None:
        for number in range(2000):
            slot.put(number)
        slot.close()

    producer = threading.Thread(target=produce)
    producer.start()
    taken = []
    while (item := slot.take(PATIENCE_S)) is not None:
        taken.append(item)
    producer.join(PATIENCE_S)
    assert taken == sorted(set(taken))
    assert taken[-1] == 1999
    assert len(taken) + slot.dropped == 2000


@pytest.mark.parametrize("waits", ["slot", "empty queue", "full queue"])
def test_close_wakes_everybody(waits: str) -> None:
    slot: LatestSlot[int] = LatestSlot()
    queue: BoundedQueue[int] = BoundedQueue(1, Overflow.BLOCK)
    if waits == "full queue":
        queue.put(1)
    work = {"slot": slot.take, "empty queue": queue.take, "full queue": lambda: queue.put(2)}[waits]
    answers: list[object] = []
    started = threading.Barrier(4)

    def wait() -> None:
        started.wait(PATIENCE_S)
        answers.append(work())

    threads = [threading.Thread(target=wait) for _ in range(3)]
    for thread in threads:
        thread.start()
    started.wait(PATIENCE_S)
    slot.close()
    queue.close()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert not any(thread.is_alive() for thread in threads)
    assert answers == [False if waits == "full queue" else None] * 3


def test_what_is_in_a_closed_channel_may_still_be_taken_but_nothing_goes_in() -> None:
    slot: LatestSlot[int] = LatestSlot()
    queue: BoundedQueue[int] = BoundedQueue(4, Overflow.DROP_OLDEST)
    slot.put(1)
    queue.put(1)
    slot.close()
    queue.close()
    queue.close()
    assert slot.closed
    assert queue.closed
    assert not slot.put(2)
    assert not queue.put(2)
    assert not queue.drained
    assert slot.take() == queue.take() == 1
    assert queue.drained
    assert slot.take() is None
    assert queue.take() is None
