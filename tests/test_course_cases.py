"""Courses written down as files a pharmacist can read: tests/courses, whose README says what a line means."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from compounding.course import read, schedule
from compounding.wording.courses import course_as_json
from tests.orders import DRUGS

CASES = sorted((Path(__file__).parent / "courses").glob("*.toml"))
_KEYS = ("cycle", "day", "level_mg_per_m2", "status", "nominal", "opens", "closes", "on")


def expected(text: str) -> Iterator[list[str]]:
    for line in text.splitlines():
        if line.startswith("#= "):
            yield line.removeprefix("#= ").split()


def written(dose: dict[str, object]) -> list[str]:
    return ["-" if dose[key] is None else str(dose[key]) for key in _KEYS]


@pytest.mark.parametrize("market", ["us", "uk"])
@pytest.mark.parametrize("path", CASES, ids=[path.stem for path in CASES])
def test_a_course_comes_out_as_its_file_says(path: Path, market: str) -> None:
    text = path.read_text("utf-8")
    assert 'market = "us"' in text
    course = read(text.replace('market = "us"', f'market = "{market}"').encode(), DRUGS.__getitem__)
    said = course_as_json(course, schedule(course))
    doses = {(dose["cycle"], dose["day"]): dose for dose in said["schedule"]}
    lines = list(expected(text))
    next_ = said["next"] and [str(said["next"]["cycle"]), str(said["next"]["day"])]
    assert [line[1:] for line in lines if line[0] == "next"] == [next_ or ["none"]]
    findings = [
        [finding["code"], finding["severity"], str(finding["cycle"]), str(finding["day"])]
        for finding in said["findings"]
    ]
    assert findings == [line[1:] for line in lines if line[0] == "finding"]
    for line in lines:
        if line[0] == "doses":
            assert len(doses) == int(line[1])
        elif line[0].isdigit():
            assert written(doses[int(line[0]), int(line[1])]) == line


def test_the_cases_reach_every_status_and_finding() -> None:
    lines = [line for path in CASES for line in expected(path.read_text("utf-8"))]
    assert {line[3] for line in lines if line[0].isdigit()} == {"given", "omitted", "blocked", "no-window", "planned"}
    assert {line[1] for line in lines if line[0] == "finding"} == {
        "interval", "window", "early", "level", "re-escalation", "no-response", "too-many", "response-missing",
        "no-window",
    }  # fmt: skip
    assert {line[0] for line in lines if not line[0].isdigit()} == {"next", "doses", "finding"}
