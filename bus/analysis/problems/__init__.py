"""Problems that a trace shows: one file a detector, listed here in the order in which they are asked."""

from __future__ import annotations

from bus.analysis.problems import (
    blocking,
    capture_itself,
    delivery,
    duplicate,
    expired,
    full_queue,
    growth,
    never_ran,
    nobody_listens,
    not_undone,
    order_dependence,
    payload_drift,
    receiver_died,
    reentrancy,
    slow_consumer,
    storm,
    swallowed,
    unfinished,
    wrong_loop,
)
from bus.analysis.problems.detector import Detector

DETECTORS: tuple[Detector, ...] = (
    nobody_listens.DETECTOR,
    receiver_died.DETECTOR,
    swallowed.DETECTOR,
    never_ran.DETECTOR,
    storm.DETECTOR,
    reentrancy.DETECTOR,
    blocking.DETECTOR,
    duplicate.DETECTOR,
    growth.DETECTOR,
    delivery.DETECTOR,
    unfinished.DETECTOR,
    slow_consumer.DETECTOR,
    full_queue.DETECTOR,
    expired.DETECTOR,
    not_undone.DETECTOR,
    payload_drift.DETECTOR,
    wrong_loop.DETECTOR,
    order_dependence.DETECTOR,
    capture_itself.DETECTOR,
)
