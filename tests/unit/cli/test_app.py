"""What must hold of the `poort` command: areas from one list, exit codes, and messages in their place."""

import subprocess
import sys
from pathlib import Path

import pytest
import typer

from cli import app as command
from cli.app import AREAS, Area, build, existing, main
from proxy.errors import OperatorError

ROOT = Path(command.__file__).resolve().parent.parent


def poort(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "cli", *words],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", **environment},
    )


def test_the_help_names_every_area_that_exists() -> None:
    """What can be asked is seen without importing what is not asked for."""
    ended = poort("--help")
    assert ended.returncode == 0
    assert all(f"  {area.name} " in ended.stdout and area.purpose[:20] in ended.stdout for area in existing())


def test_every_file_of_commands_is_in_the_list() -> None:
    """A file with an `app` that no row names would never be reached."""
    listed = {area.module for area in AREAS}
    with_app = {
        f"cli.{path.stem}" for path in (ROOT / "cli").glob("*.py") if "\napp = typer.Typer(" in path.read_text()
    }
    assert with_app <= listed


def test_wrong_use_is_two() -> None:
    """An unknown area, command or option is the caller's mistake."""
    assert poort("nonsense").returncode == 2
    assert poort("db", "nonsense").returncode == 2
    assert poort("db", "check", "--nonsense").returncode == 2


def test_a_refusal_is_one_and_says_why_on_stderr(tmp_path: Path) -> None:
    """Stdout stays free for results; the reason names what was found and what is allowed."""
    ended = poort("db", "check", POORT_DATA_DIR=str(tmp_path), POORT_WORKRS="2")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == "poort: environment: unknown setting POORT_WORKRS; did you mean POORT_WORKERS?\n"


def test_a_refusal_inside_this_process_exits_with_one(capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever command raises an operator's error, the end is the same."""
    with pytest.raises(SystemExit) as ended:
        main(["routes-that-are-not-there"])
    assert ended.value.code == 2
    capsys.readouterr()


@pytest.fixture
def area(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Write an area that is made up, and list it."""

    def write(name: str, text: str) -> None:
        (tmp_path / f"{name}.py").write_text(text)
        monkeypatch.setattr(command, "AREAS", (Area(name, "made up"),))
        monkeypatch.setattr(command.import_module("cli"), "__path__", [str(tmp_path)])

    yield write
    for name in [name for name in sys.modules if name.startswith("cli.made")]:
        del sys.modules[name]


def run(app: typer.Typer, *words: str) -> object:
    """Run a command in this process and give its exit code."""
    with pytest.raises(SystemExit) as ended:
        app(args=list(words), prog_name="poort")
    return ended.value.code


def test_an_area_may_be_a_group(area, capsys: pytest.CaptureFixture[str]) -> None:
    """`app` with several commands is a group."""
    area(
        "made",
        "import typer\napp = typer.Typer()\n@app.command()\ndef one(): print(1)\n@app.command()\ndef two(): ...\n",
    )
    assert run(build("made"), "made", "one") == 0
    assert capsys.readouterr().out == "1\n"


def test_an_area_may_be_a_group_of_one(area, capsys: pytest.CaptureFixture[str]) -> None:
    """`app` with one command of another name is a group all the same: `poort backfill vacancies`."""
    area("made2", "import typer\napp = typer.Typer()\n@app.command()\ndef one(): print(1)\n")
    assert run(build("made2"), "made2", "one") == 0
    assert capsys.readouterr().out == "1\n"


def test_an_area_may_be_one_command(area, capsys: pytest.CaptureFixture[str]) -> None:
    """A function of the area's name is the command itself, with its options."""
    area("made3", "def made3(times: int = 1): print(times)\n")
    assert run(build("made3"), "made3", "--times", "3") == 0
    assert capsys.readouterr().out == "3\n"


def test_an_app_of_one_command_with_the_areas_name_is_that_command(area, capsys: pytest.CaptureFixture[str]) -> None:
    """`poort worker` needs no second word."""
    area("made4", "import typer\napp = typer.Typer()\n@app.command()\ndef made4(): print(4)\n")
    assert run(build("made4"), "made4") == 0
    assert capsys.readouterr().out == "4\n"


def test_an_area_without_commands_is_a_fault(area) -> None:
    """A file that offers nothing is told to whoever wrote it."""
    area("made5", "x = 1\n")
    with pytest.raises(LookupError, match=r"cli\.made5"):
        build("made5")


def test_a_broken_area_leaves_the_others_working(area) -> None:
    """Only the area that is asked for is imported."""
    area("made6", "raise RuntimeError('broken')\n")
    assert run(build(None), "--help") == 0
    with pytest.raises(RuntimeError, match="broken"):
        build("made6")


def test_a_refusal_of_a_command_is_told(area, capsys: pytest.CaptureFixture[str]) -> None:
    """An operator's error becomes one message and exit code 1; no traceback."""
    area("made7", "from proxy.errors import OperatorError\ndef made7(): raise OperatorError('found x; allowed is y')\n")
    with pytest.raises(SystemExit) as ended:
        main(["made7"])
    assert ended.value.code == 1
    assert capsys.readouterr().err == "poort: found x; allowed is y\n"
    assert issubclass(OperatorError, Exception)
