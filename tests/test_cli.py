"""The command line: figures as text, one sentence for what cannot be read, and the exit status."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from compounding.cli import main

WORKED = "--height 170 --weight 70 --cycle 1 --day 1"
KEYS = [
    "market", "product", "formula", "bsa_m2", "dose_level_mg_per_m2", "dose_calculated_mg", "dose_mg", "volume_mL",
    "vials", "reconstitution_mL", "draws_mL", "discarded_mL", "discarded_mg", "bag_mL", "diluent_mL",
    "concentration_mg_per_mL", "billing", "spare_vials", "draw_instruction", "expected_mass_g", "findings", "working",
]  # fmt: skip


@pytest.fixture(autouse=True)
def no_site(tmp_path, monkeypatch):
    """No site's own drug files lie in the way."""
    monkeypatch.setenv("COMPOUNDING_HOME", str(tmp_path))


@pytest.fixture
def run(capsys):
    """Runs a command line and gives its status, output and errors."""

    def call(line):
        status = main(line.split() if isinstance(line, str) else line)
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return call


@pytest.fixture
def planned(run):
    def call(line):
        status, out, _ = run(f"plan {line} --json")
        return status, json.loads(out)

    return call


def test_the_worked_example_us(planned):
    """√(170 × 70 ÷ 3600) = 1.818… → 1.82; × 0.8 = 1.456 → 1.46 mg; ÷ 0.25 = 5.84 mL; two vials of 3.6 mL."""
    status, plan = planned(f"--market us {WORKED}")
    assert status == 0
    assert list(plan) == KEYS
    figures = {key: plan[key] for key in KEYS if key not in ("findings", "working")}
    assert figures == {
        "market": "us",
        "product": "besponsa-us",
        "formula": "mosteller",
        "bsa_m2": "1.82",
        "dose_level_mg_per_m2": "0.8",
        "dose_calculated_mg": "1.456",
        "dose_mg": "1.46",
        "volume_mL": "5.84",
        "vials": 2,
        "reconstitution_mL": "8",  # 4 mL × 2
        "draws_mL": ["3.6", "2.24"],  # 5.84 − 3.6
        "discarded_mL": "1.36",  # 7.2 − 5.84
        "discarded_mg": "0.34",  # 1.8 − 1.46
        "bag_mL": "50",
        "diluent_mL": "44.16",  # 50 − 5.84
        "concentration_mg_per_mL": "0.0292",  # 1.46 ÷ 50
        "billing": {"code": "J9229", "administered_units": 15, "discarded_units": 3, "modifier": "JW"},
        "spare_vials": 0,
        "draw_instruction": None,
        "expected_mass_g": None,
    }
    assert [finding["code"] for finding in plan["findings"]] == ["diluted-bag"]
    assert [line["step"] for line in plan["working"]] == [
        "bsa", "level", "calculated-dose", "dose", "volume", "vials", "draws", "reconstitution", "discarded", "bag",
        "billing",
    ]  # fmt: skip


def test_the_worked_example_uk(planned):
    """Two vials of nominally 4 mL: 8 − 5.84 = 2.16 mL and 2 − 1.46 = 0.54 mg; 5.84 × 1.02 = 5.9568 → 5.96 g."""
    status, plan = planned(f"--market uk {WORKED}")
    assert status == 0
    assert (plan["vials"], plan["draws_mL"], plan["discarded_mL"], plan["discarded_mg"]) == (
        2,
        ["4", "1.84"],
        "2.16",
        "0.54",
    )
    assert (plan["billing"], plan["expected_mass_g"], plan["spare_vials"]) == (None, "5.96", 0)
    assert plan["draw_instruction"] == (
        "Draw all that can be drawn, then to a total of 5.84 mL: vial 1 all that can be drawn (at most 4 mL), "
        "vial 2 to a total of 5.84 mL."
    )
    assert plan["findings"] == []
    assert [line["step"] for line in plan["working"]][-2:] == ["bag", "mass"]


def test_each_line_of_working_names_its_step_expression_result_rounding_and_source(planned):
    _, plan = planned(f"--market us {WORKED}")
    assert plan["working"][0] == {
        "step": "bsa",
        "expression": "√(170 cm × 70 kg ÷ 3600) = 1.818119 m²",
        "result": "1.82 m²",
        "rounding": "0.01 m²",
        "source": "Mosteller, N Engl J Med 1987;317:1098",
    }
    assert all(set(line) == {"step", "expression", "result", "rounding", "source"} for line in plan["working"])
    assert all(line["source"] for line in plan["working"])


def test_uk_by_total_with_a_spare(planned):
    """0.93 mg ÷ 0.25 = 3.72 mL: one vial of 4 mL, two if 3.6 mL come out. 186 × 66.9 ÷ 3600 → 1.86 m² × 0.5."""
    status, plan = planned("--market uk --height 186 --weight 66.9 --cycle 2 --day 1 --response cr")
    assert (status, plan["dose_mg"], plan["vials"], plan["spare_vials"]) == (0, "0.93", 1, 1)
    assert plan["draw_instruction"] == "Draw 3.72 mL, from the spare where it does not suffice."
    assert [(f["code"], f["severity"]) for f in plan["findings"]] == [("withdrawable-volume", "acknowledge")]
    assert "Record this site's own withdrawable volume" in plan["findings"][0]["message"]


def test_the_formula_can_flip_a_vial(planned):
    """170 cm, 69.5 kg, 0.5 mg/m²: Mosteller 1.81 m² → 0.91 mg, 2 vials; Du Bois 1.80 m² → 0.9 mg, 1 vial."""
    line = "--market us --height 170 --weight 69.5 --cycle 1 --day 8"
    by = {formula: planned(f"{line} --formula {formula}")[1] for formula in ("mosteller", "dubois")}
    assert {name: (plan["bsa_m2"], plan["dose_mg"], plan["vials"]) for name, plan in by.items()} == {
        "mosteller": ("1.81", "0.91", 2),
        "dubois": ("1.8", "0.9", 1),
    }


STOPS = [
    ("us", "--height 170 --weight 70 --cycle 2 --day 1", "response",
     "Choose the response: day 1 of cycle 2 cannot be computed without it."),
    ("us", "--height 170 --weight 70 --cycle 4 --day 8 --response none", "no-response",
     "Cycle 4 without CR or CRi: no CR or CRi within 3 cycles, treatment stops."),
    ("us", "--height 170 --weight 70 --cycle 7 --day 1 --response cr", "cycle",
     "Cycle 7 is over the 6 cycles of the label."),
    ("uk", "--height 150 --weight 40 --cycle 1 --day 1 --born 2014-01-05 --on 2026-03-12", "age",
     "The patient is 12 years old on 12-Mar-2026; the licence is for adults only, 18 years and over. "
     "It can go on only where the order carries its own mg/m² and a named prescriber."),
    ("us", "--height 75 --weight 9 --cycle 1 --day 1 --born 2025-04-01 --on 2026-03-12", "age",
     "The patient is 11 months old on Mar 12, 2026; the licence is for adults, and children from 1 year. "
     "It can go on only where the order carries its own mg/m² and a named prescriber."),
    ("us", "--height 7 --weight 70 --cycle 1 --day 1", "height",
     "Height 7 cm is outside 100 to 230 cm for an adult. Measure or type it again."),
    ("us", "--height 70 --weight 170 --cycle 1 --day 1", "swapped",
     "Height 70 cm and weight 170 kg look swapped: 170 cm and 70 kg would be plausible."),
    ("us", "--height 110 --weight 18 --cycle 2 --day 1 --response cr", "concentration",
     "0.37 mg in the bag is 0.0074 mg/mL, under the range of 0.01 to 0.1 mg/mL. "
     "The syringe method for small doses is not computed here."),
    ("us", "--height 170 --weight 70 --cycle 1 --day 1 --ordered-dose 1.64", "ordered-dose",
     "The ordered dose of 1.64 mg is 12.64 % over the calculated 1.456 mg: over 10 % it needs a named prescriber's "
     "confirmation, or another order."),
    ("us", "--height 170 --weight 70 --cycle 1 --day 1 --ordered-dose 2.6", "dose",
     "The dose of 2.6 mg is over 2.5 mg, the most that is prepared here."),
]  # fmt: skip


@pytest.mark.parametrize(("market", "line", "code", "message"), STOPS, ids=[row[2] + row[1][-4:] for row in STOPS])
def test_a_stop_is_said_in_a_sentence_and_gives_status_1(planned, run, market, line, code, message):
    status, plan = planned(f"--market {market} {line}")
    found = {finding["code"]: finding for finding in plan["findings"]}
    assert status == 1
    assert (found[code]["severity"], found[code]["message"]) == ("stop", message)
    status, out, err = run(f"plan --market {market} {line}")
    assert (status, err) == (1, "")
    assert f"STOP ({code}): {message}" in out and "Not to be prepared." in out


def test_what_cannot_be_computed_is_null_billing_included(planned):
    """Without a response the level of day 1 is not known, and nothing after it."""
    _, plan = planned("--market us --height 170 --weight 70 --cycle 2 --day 1")
    assert plan["bsa_m2"] == "1.82"
    assert [key for key in KEYS[4:20] if plan[key] is not None] == ["bag_mL"]


def test_more_drug_than_bag_makes_no_sense_and_is_null(planned):
    """13 mg ÷ 0.25 mg/mL = 52 mL, and the bag holds 50."""
    status, plan = planned(f"--market us {WORKED} --ordered-dose 13")
    assert (status, plan["dose_mg"], plan["volume_mL"]) == (1, "13", "52")
    assert [key for key in KEYS[8:20] if plan[key] is not None] == ["bag_mL"]


UNREADABLE = [
    ("--height 170", "--weight: is missing."),
    ("--height 5,5", "--height: “5,5” cannot be read. Use a point, not a comma."),
    ("--height -5", "--height: “-5” cannot be read. Leave out the sign."),
    ("--height 0", "--height: “0” is not above zero."),
    ("--height 1e3", "--height: “1e3” cannot be read. Use plain figures, without an exponent."),
    ("--height NaN", "--height: “NaN” cannot be read. Use figures only."),
    ("--height １７０", "--height: “１７０” cannot be read. Use the figures 0 to 9 of a plain keyboard."),
    (f"{WORKED} --day 8", "--day: is given more than once."),
    (f"{WORKED} --json --json", "--json: is given more than once."),
    ("--height 170 --weight 70 --cycle 1 --day 2", "--day: “2” is not a day of dosing: they are 1, 8 and 15."),
    ("--height 170 --weight 70 --cycle 0 --day 1", "--cycle: “0” is not 1 or more."),
    ("--height 170 --weight 70 --cycle 1.5 --day 1", "--cycle: “1.5” is not a whole number."),
    (f"{WORKED} --response CR", "--response: “CR” is none of cr, cri, none."),
    (f"{WORKED} --formula bmi", "--formula: “bmi” is none of mosteller, dubois, haycock, gehan-george, boyd."),
    (f"{WORKED} --born 14-08-1980", "--born: “14-08-1980” is not a date such as 2026-03-12."),
    (f"{WORKED} --born 2026-02-30", "--born: “2026-02-30” is not a date such as 2026-03-12."),
    (f"{WORKED} --born 2026-03-13 --on 2026-03-12", "--born: 2026-03-13 is after 2026-03-12, the day of the dose."),
    (f"{WORKED} --born 1880-01-01 --on 2026-03-12", "--born: 1880-01-01 is more than 122 years before 2026-03-12."),
    (f"{WORKED} --ordered-dose 0.004",
     "--ordered-dose: 0.004 mg rounds to 0 mg, to the nearest 0.01 mg: there is no dose to prepare."),
    (f"{WORKED} --ordered-dose 1.4567891", "--ordered-dose: 1.4567891 mg has more than 6 figures after the point."),
    ("--height 1 --weight 0.001 --cycle 1 --day 1",
     "--height and --weight: 0 mg rounds to 0 mg, to the nearest 0.01 mg: there is no dose to prepare."),
    (f"{WORKED} --drug mylotarg", "--drug: “mylotarg” is not among besponsa."),
    (f"{WORKED} --weigh 70", "unrecognized arguments: --weigh 70."),
]  # fmt: skip


@pytest.mark.parametrize(("line", "sentence"), UNREADABLE, ids=[row[1][:40] for row in UNREADABLE])
def test_what_cannot_be_read_is_one_sentence_and_status_2(run, line, sentence):
    status, out, err = run(f"plan --market us {line}")
    assert (status, out, err) == (2, "", f"{sentence}\n")


def test_a_missing_market_is_asked_for(run):
    assert run(f"plan {WORKED}")[::2] == (2, "--market: is missing.\n")


def test_without_born_the_age_is_not_judged_and_with_it_the_day_counts(planned):
    """Born on 29 February 2008, 18 on 1 March 2026."""
    line = "--market uk --height 170 --weight 70 --cycle 1 --day 1"
    assert planned(line)[0] == 0
    assert planned(f"{line} --born 2008-02-29 --on 2026-02-28")[0] == 1
    assert planned(f"{line} --born 2008-02-29 --on 2026-03-01")[0] == 0


class TestFormularyCheck:
    def test_the_shipped_files_have_no_faults(self, run):
        status, out, err = run("formulary check")
        assert (status, err) == (0, "")
        assert [line.partition(":")[0] for line in out.splitlines()] == ["besponsa-us.toml", "besponsa-uk.toml"]

    def test_every_fault_of_a_file_is_told_with_its_place(self, run, tmp_path):
        file = tmp_path / "besponsa-us.toml"
        shipped = Path("compounding/drugs/besponsa-us.toml").read_text("utf-8")
        broken = shipped.replace('is = "0.9 mg"', 'is = "0,9 mg"').replace('is = "8 h"', 'is = "8 mg"')
        file.write_text(broken, "utf-8")
        status, out, _ = run(["formulary", "check", str(file)])
        assert (status, out.splitlines()) == (
            1,
            [
                "besponsa-us.toml: vials.labelled: '0,9 mg' is not an amount of drug",
                "besponsa-us.toml: times.complete_within: '8 mg' is not a length of time",
            ],
        )

    def test_a_file_that_is_not_there_or_not_toml_is_unreadable(self, run, tmp_path):
        assert run(["formulary", "check", str(tmp_path / "no.toml")])[0] == 2
        (tmp_path / "bad.toml").write_text("= 1")
        assert run(["formulary", "check", str(tmp_path / "bad.toml")])[0] == 2


def test_a_sites_own_file_is_read_and_may_not_repeat_a_shipped_name(run, tmp_path):
    """A site's folder may add a drug; with two for a market the drug must be named."""
    drugs = tmp_path / "drugs"
    drugs.mkdir()
    shipped = Path("compounding/drugs/besponsa-us.toml").read_text("utf-8")
    own = shipped.replace('id = "besponsa-us"', 'id = "exampline-us"').replace(
        'drug = "besponsa"', 'drug = "exampline"'
    )
    (drugs / "exampline-us.toml").write_text(own, "utf-8")
    assert run(f"plan --market us {WORKED}")[::2] == (2, "--drug: is needed: there are besponsa, exampline.\n")
    status, out, _ = run(f"plan --market us {WORKED} --drug exampline --json")
    assert (status, json.loads(out)["product"]) == (0, "exampline-us")
    (drugs / "besponsa-us.toml").write_text(shipped, "utf-8")
    status, _, err = run(f"plan --market us {WORKED}")
    assert (status, err) == (2, "besponsa-us.toml: id: 'besponsa-us' is already taken.\n")


COMMAND = [sys.executable, "-m", "compounding.cli", "plan", "--market", "us", *WORKED.split()]


@pytest.mark.parametrize(
    ("shell", "status", "error"),
    [
        ('"$@" >&-', 0, ""),
        ('"$@" | head -c 1 > /dev/null; exit ${PIPESTATUS[0]}', 0, ""),
        ('"$@" > /dev/full', 2, "The answer could not be written: No space left on device.\n"),
        ('"$@" --height 70', 2, "--height: is given more than once.\n"),
        ("\"$@\" $'a\\nb'", 2, "unrecognized arguments: a\\u000ab.\n"),
        ("\"$@\" $'\\xff'", 2, "unrecognized arguments: \\udcff.\n"),
        ('"$@" --json=1', 2, "--json: takes no value.\n"),
    ],
)
def test_whatever_reads_or_calls_it_there_is_no_traceback(shell, status, error, tmp_path):
    environment = {**os.environ, "COMPOUNDING_HOME": str(tmp_path)}
    done = subprocess.run(["bash", "-c", shell, "bash", *COMMAND], capture_output=True, env=environment, check=False)
    assert (done.returncode, done.stderr.decode()) == (status, error)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_as_a_process_it_writes_utf_8_and_no_traceback(encoding, tmp_path):
    """Whatever the terminal says it can show, the units come out whole."""
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "COMPOUNDING_HOME": str(tmp_path)}
    done = subprocess.run(COMMAND, capture_output=True, env=environment, check=False)
    assert done.returncode == 0 and "1.82 m²" in done.stdout.decode("utf-8") and done.stderr == b""
    done = subprocess.run([*COMMAND, "--day", "é"], capture_output=True, env=environment, check=False)
    assert done.returncode == 2 and b"Traceback" not in done.stderr
