"""`compounding course FILE.toml`: the schedule as JSON or as a table, and the exit status."""

import json

import pytest
from pypdf import PdfReader

from compounding.cli import main

HEAD = 'market = "us"\nstart = 2026-01-05\n'
EXAMPLE = """
    market = "us"
    start = 2026-01-05                 # day 1 of cycle 1, planned or given
    transplant = false
    third_cycle_reason = ""            # with a transplant planned
    given     = [{cycle = 1, day = 1, on = 2026-01-05, level = "0.8"},
                 {cycle = 1, day = 8, on = 2026-01-14, level = "0.5"}]
    omitted   = [{cycle = 2, day = 15, reason = "toxicity"}]
    responses = [{after_cycle = 1, is = "cr"}]          # cr, cri or none; for a cycle the latest before it counts
    lengths   = [{cycle = 1, days = 28, reason = "recovery"}]   # other than 21 for cycle 1 and 28 for the rest
    reductions = [{from_cycle = 2, percent = 25}, {from_cycle = 3, drop_day = 15}]
"""
FIVE_DAYS = f"""{HEAD}
given = [{{cycle = 1, day = 1, on = 2026-01-05, level = "0.8"}}, {{cycle = 1, day = 8, on = 2026-01-10, level = "0.5"}}]
responses = [{{after_cycle = 1, is = "cr"}}]
"""


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Writes a course to a file, runs the command and gives status, output and errors without the file's name."""
    monkeypatch.setenv("COMPOUNDING_HOME", str(tmp_path / "none"))
    file = tmp_path / "course.toml"

    def call(text, *options):
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        status = main(["course", str(file), *options])
        captured = capsys.readouterr()
        return status, captured.out, captured.err.replace(str(file), "FILE")

    return call


def test_the_documented_example(run):
    status, out, err = run(EXAMPLE, "--json")
    said = json.loads(out)
    assert (status, err, list(said)) == (0, "", ["schedule", "next", "findings"])
    assert len(said["schedule"]) == 18
    assert said["schedule"][1:3] == [
        {"cycle": 1, "day": 8, "level_mg_per_m2": "0.5", "status": "given", "nominal": "2026-01-12",
         "opens": None, "closes": None, "on": "2026-01-14"},
        {"cycle": 1, "day": 15, "level_mg_per_m2": "0.5", "status": "planned", "nominal": "2026-01-19",
         "opens": "2026-01-20", "closes": "2026-01-21", "on": None},  # 14 + 6; 19 + 2
    ]  # fmt: skip
    assert said["next"] == {"cycle": 1, "day": 15}
    assert said["findings"] == []
    # 5 January + 28 = 2 February; 0.5 × 0.75 = 0.375.
    assert {key: said["schedule"][3][key] for key in ("nominal", "level_mg_per_m2", "closes")} == {
        "nominal": "2026-02-02",
        "level_mg_per_m2": "0.375",
        "closes": None,
    }


def test_a_stop_gives_status_1_and_is_printed_all_the_same(run):
    status, out, _ = run(FIVE_DAYS, "--json")
    assert status == 1
    assert json.loads(out)["findings"] == [
        {
            "code": "interval",
            "severity": "stop",
            "cycle": 1,
            "day": 8,
            "message": "Day 8 of cycle 1 was given on Jan 10, 2026, 5 days after the dose before it, Jan 5, 2026: at "
            "least 6 days lie between two doses.",
        }
    ]


def test_an_override_is_no_stop(run):
    status, out, _ = run(FIVE_DAYS.replace("01-10", "01-15"), "--json")
    assert (status, [finding["code"] for finding in json.loads(out)["findings"]]) == (0, ["window"])


def test_nothing_next_is_null(run):
    text = FIVE_DAYS.replace("given =", "transplant = true\ngiven =")
    rest = "".join(
        f"[[omitted]]\ncycle = {cycle}\nday = {day}\nreason = 'liver'\n"
        for cycle, day in ((1, 15), (2, 1), (2, 8), (2, 15))
    )
    assert json.loads(run(text + rest, "--json")[1])["next"] is None


def test_the_table_is_for_a_person(run):
    status, out, _ = run(FIVE_DAYS)
    lines = out.splitlines()
    assert status == 1
    assert lines[0].split() == ["Cycle", "Day", "Level", "Status", "Nominal", "Opens", "Closes", "Given"]
    assert lines[2].split("  ")[1:] and "Jan 10, 2026" in lines[2]
    assert lines[3].endswith("opens 6 days after Jan 10, 2026") is False  # 16 January is before 19 − 2
    assert "  NEXT: day 15 of cycle 1" in lines
    assert lines[-1].startswith("  STOP (interval): Day 8 of cycle 1 was given on Jan 10, 2026")


def test_the_table_tells_why_a_dose_opens_later_and_what_is_not_confirmed(run):
    _, out, _ = run(EXAMPLE)
    assert "Jan 20, 2026  Jan 21, 2026  –             opens 6 days after Jan 14, 2026" in out
    assert out.rstrip().endswith("Confirm them against the current label, FDA PI §2.")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("start = 2026-01-05", "FILE: market: is missing."),
        (f"{HEAD}colour = 1", "FILE: colour: “colour” is not a key that is known here."),
        (f"{HEAD}lengths = [{{cycle = 2, days = 27, reason = 'x'}}]",
         "FILE: lengths[1].days: 27 is under the 28 days of cycle 2."),
        ('market = "uk"\nstart = 9999-12-31', "FILE: start: 9999-12-31 with the lengths leads out of the calendar."),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_one_sentence_and_status_2(run, text, sentence):
    assert run(text, "--json") == (2, "", f"{sentence}\n")


def test_a_text_that_is_no_toml_is_told_with_its_line(run):
    status, out, err = run("market = us\n")
    assert (status, out) == (2, "")
    assert err.startswith("FILE: the file: is not readable as TOML: ") and "line 1" in err and err.count("\n") == 1


def test_a_file_that_is_not_there(tmp_path, capsys):
    file = tmp_path / "none.toml"
    assert main(["course", str(file)]) == 2
    assert capsys.readouterr().err == f"{file}: cannot be read: No such file or directory.\n"


def test_a_drug_is_named_where_the_market_has_several(run):
    assert run(HEAD, "--drug", "besponsa")[0] == 0
    assert run(HEAD, "--drug", "other")[::2] == (2, "--drug: “other” is not among besponsa.\n")


# ------------------------------------------------------------------ the calendar file and the plan on paper


def test_the_calendar_and_the_plan_are_written_on_demand(run, tmp_path):
    """Day 15 opens on 14 + 6 = 20 January. The file's own name stands for the course's number."""
    ics, pdf = tmp_path / "out.ics", tmp_path / "out.pdf"
    status, out, err = run(EXAMPLE, "--ics", str(ics), "--pdf", str(pdf))
    assert (status, err) == (0, "")
    assert out.splitlines()[-2:] == [f"  WRITTEN: {pdf}", f"  WRITTEN: {ics}"]
    assert b"DTSTART;VALUE=DATE:20260120\r\n" in ics.read_bytes() and b"(course course)" in ics.read_bytes()
    first = PdfReader(pdf).pages[0].extract_text()
    assert "Treatment plan" in first and "Cycle 1, day 15" in first
    assert "of no site, and for no named patient" in first
    assert (ics.stat().st_mode & 0o077, pdf.stat().st_mode & 0o077) == (0, 0)  # nobody else reads them


def test_json_names_what_was_written(run, tmp_path):
    ics = tmp_path / "out.ics"
    said = json.loads(run(EXAMPLE, "--json", "--ics", str(ics))[1])
    assert list(said) == ["schedule", "next", "findings", "written"]
    assert said["written"] == [str(ics)]


def test_a_stopped_course_has_a_plan_and_no_calendar(run, tmp_path):
    """Its planned days would be taken for leave to give; the plan says what stopped it."""
    ics, pdf = tmp_path / "out.ics", tmp_path / "out.pdf"
    status, out, _ = run(FIVE_DAYS, "--ics", str(ics), "--pdf", str(pdf))
    assert status == 1 and not ics.exists()
    assert out.splitlines()[-1] == f"  NOT WRITTEN FOR A STOP: {ics}"
    assert "5 days after the dose before it" in " ".join(PdfReader(pdf).pages[0].extract_text().split())
    said = json.loads(run(FIVE_DAYS, "--json", "--ics", str(ics))[1])
    assert said["not_written_for_a_stop"] == [str(ics)]


def test_a_file_that_is_there_is_not_written_over_and_nothing_else_is_written(run, tmp_path):
    ics, pdf = tmp_path / "out.ics", tmp_path / "out.pdf"
    ics.write_text("mine")
    status, out, err = run(EXAMPLE, "--ics", str(ics), "--pdf", str(pdf))
    assert (status, out, err) == (2, "", f"{ics}: cannot be written: File exists.\n")
    assert ics.read_text() == "mine" and not pdf.exists()


def test_both_files_must_differ(run, tmp_path):
    same = tmp_path / "out"
    assert run(EXAMPLE, "--ics", str(same), "--pdf", str(same))[::2] == (2, f"--ics: {same} is the file of --pdf.\n")
    assert not same.exists()


def test_a_plan_that_cannot_be_printed_is_one_sentence(run, tmp_path):
    pdf = tmp_path / "out.pdf"
    status, out, err = run(EXAMPLE.replace("toxicity", "\u202etoxicity"), "--pdf", str(pdf))
    assert (status, out) == (2, "")
    assert err.startswith(f"{pdf}: cannot be drawn: Decided so far, row 5, Why: ") and err.count("\n") == 1
    assert "U+202E" in err and not pdf.exists()
