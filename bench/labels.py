"""The rows of drawing labels: one, and a hundred in one file."""

from __future__ import annotations

from bench.bare import by_hand, on_canvas
from bench.peers import PEERS, present
from bench.rows import FLOOR, OURS, Row
from bench.sketches import DPI, STOCK, Job, job, same
from labels import draw_bag_labels

BATCH = 100


def ours(made: Job) -> bytes:
    """From the label's strings: measured, checked and drawn."""
    return draw_bag_labels(made.labels, STOCK, DPI)


def rows() -> tuple[Row, ...]:
    """A label against its own drawing calls, and a file of many against its bytes alone; each beside the other and
    beside the peers."""
    peers = present()
    missing = tuple(name for name in PEERS if name not in peers)
    canvas, hand = "bare reportlab", "written by hand"
    return (
        Row(
            "one label / the same calls on reportlab's canvas",
            {FLOOR: on_canvas, OURS: ours, hand: by_hand, **peers},
            calls=5,
            made=job,
            same=same,
            checks=10,
            missing=missing,
        ),
        Row(
            f"{BATCH} labels in one file / written by hand",
            {FLOOR: by_hand, OURS: ours, canvas: on_canvas, **peers},
            calls=1,
            made=lambda turn: job(turn, BATCH),
            same=same,
            checks=2,
            missing=missing,
        ),
    )
