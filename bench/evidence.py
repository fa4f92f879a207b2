"""`python -m bench.evidence [ENTRIES]`: verifying an export, beside hashing the same bodies in memory.

The floor holds every body in memory and does nothing but hash them in a chain. Rounds are interleaved, and
both must come to the same last fingerprint. Time is the wall's and the processor's; memory is the peak of a
fresh process that verifies and does nothing else.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from compounding.evidence import State, head_code, verify
from tests.logs import KEY, SCHEMA, Entry, body, canonical, chained, signed
from tests.logs import time as minutes

ROUNDS = 9
MEMORY = """
import sys
from compounding.evidence import State, verify
assert verify(sys.argv[1]).state is State.WHOLE
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


def export(path: Path, size: int) -> list[bytes]:
    """Writes a log of so many entries, seconds apart, with a checkpoint at every 100; gives the bodies."""
    bodies = []
    entry = Entry(0, b"", bytes(32))
    with path.open("wb") as file:
        file.write(b"compounding-log\t1\nkey\t" + KEY.public_key().public_bytes_raw().hex().encode() + b"\n")
        for seq in range(1, size + 1):
            made = canonical(body(seq, at=minutes(seq * 7 / 60), reason=f"as ordered, note {seq}", schema=SCHEMA[:12]))
            (entry,) = chained([made], seq, entry.hash)
            bodies.append(made)
            file.write(entry.line)
            if seq % 100 == 0:
                file.write(signed(entry).line)
        file.write(f"end\t{size}\t{size // 100}\n".encode())
    return bodies


def floor(bodies: list[bytes]) -> str:
    previous = bytes(32)
    for seq, made in enumerate(bodies, 1):
        previous = sha256(b"\x01" + seq.to_bytes(8, "big") + previous + made).digest()
    return head_code(len(bodies), previous.hex())


def ours(path: Path) -> str:
    verdict = verify(path)
    assert verdict.state is State.WHOLE and verdict.head is not None, verdict
    return verdict.head


def seconds(work: Callable[[], str], expected: str) -> tuple[float, float]:
    wall, processor = time.perf_counter(), time.process_time()
    assert work() == expected
    return time.perf_counter() - wall, time.process_time() - processor


def main(size: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.log"
        bodies = export(path, size)
        mean = sum(map(len, bodies)) // size
        expected = floor(bodies)
        rounds = [
            (seconds(lambda: floor(bodies), expected), seconds(lambda: ours(path), expected)) for _ in range(ROUNDS)
        ]
        memory = subprocess.run([sys.executable, "-c", MEMORY, path], capture_output=True, text=True, check=True)
    print(f"verify {size:,} entries of {mean} bytes and {size // 100:,} checkpoints / hashing the bodies in memory")
    for which, clock in enumerate(("wall", "processor")):
        ratios = sorted(our[which] / bare[which] for bare, our in rounds)
        bare_, our_ = (statistics.median(one[side][which] for one in rounds) for side in (0, 1))
        print(f"{clock:<10}{bare_:>7.2f} s{our_:>7.2f} s{statistics.median(ratios):>7.2f}×", end="")
        print(f"  {ratios[0]:.2f} to {ratios[-1]:.2f}")
    print(
        f"memory    {int(memory.stdout) / 1024:.0f} MiB at its peak"
    )  # VmHWM is in KiB, and begins anew with a program


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
