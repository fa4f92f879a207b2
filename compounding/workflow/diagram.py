"""docs/states.md, drawn from the table of steps: `python -m compounding.workflow.diagram` writes it anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from compounding.workflow.people import MAY
from compounding.workflow.steps import ENDS, STEPS, State, Step

PAGE = Path(__file__).resolve().parents[2] / "docs" / "states.md"
_HEAD = """# The states of a preparation

Drawn from the table in `compounding/workflow/steps.py` by `python -m compounding.workflow.diagram`; a test fails
where this page lags behind it. Every move is a row that is added, with its person, role and time, and none is
ever changed: the newest is the state.
"""
_CAPTIONS = ("Action", "From", "To", "By", "Not by whoever", "Recorded", "Signed", "Holds")


def page() -> str:
    """The whole page, as Markdown with a Mermaid diagram."""
    return "\n".join((_HEAD, "```mermaid", *_diagram(), "```", "", *_table(), ""))


def _diagram() -> Iterator[str]:
    yield "stateDiagram-v2"
    yield from (f"    {state.name}: {state.value}" for state in State)
    yield f"    [*] --> {State.ENTERED.name}: order entered"
    for (before, after), names in _arrows().items():
        yield f"    {before.name} --> {after.name}: {', '.join(names)}"
    yield from (f"    {state.name} --> [*]" for state in State if state in ENDS)


def _arrows() -> dict[tuple[State, State], list[str]]:
    """From and to, with the steps between them; the rows of one step make one arrow."""
    arrows: dict[tuple[State, State], list[str]] = {}
    for step in STEPS:
        for before in _ordered(step.before):
            for after in _targets(step, before):
                names = arrows.setdefault((before, after), [])
                names += [step.name] if step.name not in names else []
    return arrows


def _targets(step: Step, before: State) -> tuple[State, ...]:
    reached = (step.after or before, step.completes)
    return tuple(state for state in reached if state is not None)


def _ordered(states: Iterable[State]) -> tuple[State, ...]:
    found = set(states)
    return tuple(state for state in State if state in found)


def _table() -> Iterator[str]:
    yield _line(_CAPTIONS)
    yield _line("---" for _ in _CAPTIONS)
    yield from (_line(_cells(step)) for step in STEPS)


def _cells(step: Step) -> tuple[str, ...]:
    return (
        step.name,
        _listed(state.value for state in _ordered(step.before)),
        _to(step),
        _listed(sorted(role.value for role in MAY[step.deed])),
        _listed(whom.value for whom in step.not_by),
        _listed(step.recorded),
        step.signed.value if step.signed else "",
        _where(step),
    )


def _to(step: Step) -> str:
    first = "stays" if step.after is None else step.after.value
    return f"{first}; {step.completes.value} once nothing is wanting" if step.completes else first


def _where(step: Step) -> str:
    if step.market is not None:
        return f"in the {step.market.name}"
    if step.checker_may_release is None:
        return ""
    return f"where the checker may {'also' if step.checker_may_release else 'not'} release"


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
