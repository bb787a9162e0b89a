"""Processor time: what is answered at once."""

import gc
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def at_once(seconds: float) -> Iterator[None]:
    """Ask for an end within so many seconds of processor time.

    What earlier tests left is kept out of the collector's rounds. Under a tracer nothing is timed: where each line is
    written down, the time is the tracer's.
    """
    gc.freeze()
    begun = time.process_time()
    try:
        yield
        taken = time.process_time() - begun
    finally:
        gc.unfreeze()
    assert taken < seconds or sys.gettrace() is not None
