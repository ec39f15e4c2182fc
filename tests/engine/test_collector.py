"""The collector's pause, which threads share."""

import gc
import threading

import pytest

from concordia_sql.engine.collector import CollectorPause


@pytest.fixture(autouse=True)
def on() -> None:
    assert gc.isenabled()


def test_the_collector_is_off_inside_and_on_again_after_an_error() -> None:
    with CollectorPause():
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(KeyError), CollectorPause():
        raise KeyError
    assert gc.isenabled()


def test_the_last_one_out_turns_it_on() -> None:
    pause = CollectorPause()
    inside, leave = threading.Event(), threading.Event()

    def stay() -> None:
        with pause:
            inside.set()
            leave.wait()

    thread = threading.Thread(target=stay)
    thread.start()
    inside.wait()
    with pause:
        assert not gc.isenabled()
    assert not gc.isenabled()
    leave.set()
    thread.join()
    assert gc.isenabled()


def test_pauses_that_overlap_let_a_collection_through() -> None:
    pause = CollectorPause()
    with pause:
        kept: list[list[int]] = [[] for _ in range(200_000)]
        assert not gc.isenabled()
        with pause:
            assert gc.isenabled()
        kept.append([])
        assert gc.get_count()[0] < len(kept)
    assert gc.isenabled()


def test_what_was_off_stays_off() -> None:
    gc.disable()
    try:
        with CollectorPause():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
