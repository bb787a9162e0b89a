"""Checks: `nox` runs every one of them, `nox -s lint` one, `nox -l` lists them."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import nox

ROOT = Path(__file__).parent
PROJECT = nox.project.load_toml("pyproject.toml")
VENV_BIN = "Scripts" if os.name == "nt" else "bin"

nox.options.default_venv_backend = "virtualenv"
nox.options.reuse_venv = "yes"

# --- which Pythons ---


def candidates(version: str) -> Iterator[str]:
    """Name where this Python may be: this interpreter, one on PATH, one of pyenv's."""
    yield sys.executable
    yield shutil.which(f"python{version}") or ""
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    yield from (str(found) for found in sorted(pyenv.glob(f"versions/{version}.*/bin/python{version}")))


def answers(candidate: str, version: str) -> bool:
    """Tell whether the candidate runs and is that Python: a pyenv shim may exist and still refuse."""
    question = [candidate, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    answer = subprocess.run(question, capture_output=True, text=True, check=False)
    return answer.returncode == 0 and answer.stdout.strip() == version


def find(version: str) -> str | None:
    return next((found for found in candidates(version) if found and answers(found, version)), None)


SUPPORTED = nox.project.python_versions(PROJECT)
PYTHONS = {version: path for version in SUPPORTED if (path := find(version))}
if not PYTHONS:
    sys.exit(f"no supported Python found: one of {', '.join(SUPPORTED)} is needed")
LOWEST, HIGHEST = min(PYTHONS, key=SUPPORTED.index), max(PYTHONS, key=SUPPORTED.index)
# The floor of the dependencies is tried on a Python of its own where there are three.
MIDDLE = next((version for version in PYTHONS if version not in {LOWEST, HIGHEST}), LOWEST)

# --- what sessions share ---

# On all processors; the tests of a file stay together, and so do the examples of a page, which build on each other.
SIDE_BY_SIDE = ("-n", "auto", "--dist", "loadfile")


def shared() -> str:
    """Name the folder of reference data absolutely, so that tests find it from wherever they run."""
    return str(Path(os.environ.get("SALESFLOW_SHARED") or ROOT.parent / "shared").absolute())


def elsewhere() -> dict[str, str]:
    """Return how tests run where all passed already: what another environment breaks, it breaks in few examples."""
    tried = os.environ.get("SALESFLOW_HYPOTHESIS_PROFILE", "few")
    return {"SALESFLOW_SHARED": shared(), "SALESFLOW_HYPOTHESIS_PROFILE": tried}


def say_python(session: nox.Session) -> None:
    used = next(version for version, path in PYTHONS.items() if path == session.python)
    absent = [version for version in SUPPORTED if version not in PYTHONS]
    session.log(f"Python {used}; found: {', '.join(PYTHONS)}; not found: {', '.join(absent) or 'none'}")
    real = said(session, "python", "--version")
    if f" {used}." not in real:
        session.error(f"an environment of {real.strip()} was kept from another run: delete .nox")


def floors() -> list[str]:
    """Pin every dependency to the lowest version that pyproject.toml allows."""
    return [re.sub(r">=\s*([\w.]+).*", r"==\1", needed) for needed in PROJECT["project"]["dependencies"]]


# Where all tests passed already, bugs need not be sought again: that a law bites is no matter of the environment.
SOUGHT = ("--ignore=tests/seeded", "--ignore-glob=tests/laws/*bite*.py")
# Neither they nor speed reach a line that others do not, and tracing makes them slow.
UNMEASURED = (*SOUGHT, "--ignore=tests/test_benchmarks.py")

# --- sessions ---


@nox.session(python=PYTHONS[LOWEST])
def lint(session: nox.Session) -> None:
    """Check style, spelling, dependencies and layers."""
    session.install("-e", ".[dev]")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("codespell")
    session.run("deptry", "src")
    session.run("lint-imports")


@nox.session(python=PYTHONS[LOWEST])
def types(session: nox.Session) -> None:
    """Check types with mypy, without and with pydantic's plug-in, and with pyright."""
    session.install("-e", ".[dev]")
    session.run("mypy")
    session.run("mypy", "--config-file", "typing_tests/mypy_plugin.ini")
    session.run("pyright", "--warnings", env={"PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"})


@nox.session(python=PYTHONS[LOWEST])
def coverage(session: nox.Session) -> None:
    """Run what is in tests/ on the lowest Python, and ask for every branch, without the folder of reference data."""
    say_python(session)
    session.install("-e", ".[dev]")
    nowhere = {"SALESFLOW_SHARED": str(ROOT / "no-such-folder"), "SALESFLOW_HYPOTHESIS_PROFILE": "measured"}
    measured = ("--cov", "--cov-report=term-missing:skip-covered")
    session.run("pytest", "tests", *SIDE_BY_SIDE, *measured, *UNMEASURED, *session.posargs, env=nowhere)


@nox.session(python=PYTHONS[MIDDLE])
def floor(session: nox.Session) -> None:
    """Run the tests against the lowest dependencies that pyproject.toml allows."""
    say_python(session)
    session.install("-e", ".[dev]", *floors())
    session.run("pytest", *SIDE_BY_SIDE, *SOUGHT, *session.posargs, env=elsewhere())


@nox.session(python=PYTHONS[LOWEST], default=False)
def benchmarks(session: nox.Session) -> None:
    """Measure speed and size beside peers; it fails only where something cannot be measured."""
    say_python(session)
    session.install("-e", ".[dev]")
    session.run("python", "-m", "benchmarks", *session.posargs)


@nox.session(python=PYTHONS[LOWEST], default=False)
def mutants(session: nox.Session) -> None:
    """Break the core in small ways, and ask that the tests find nine of ten; with names, try those alone once more."""
    say_python(session)
    session.install("-e", ".[dev,mutants]")
    if not session.posargs:
        shutil.rmtree(ROOT / "mutants", ignore_errors=True)
    session.run("mutmut", "run", *session.posargs)
    session.run("python", "tests/survivors.py")


@nox.session(python=PYTHONS[HIGHEST])
def wheel(session: nox.Session) -> None:
    """Build, install what was built outside the tree, and run the tests there on the highest Python."""
    say_python(session)
    session.install("build>=1.2")
    with tempfile.TemporaryDirectory(prefix="salesflow-") as folder:
        place = Path(folder)
        built = build(session, place)
        try_without_extras(session, place, built)
        run_tests_outside(session, place, built)


def build(session: nox.Session, place: Path) -> Path:
    """Build an sdist, and the wheel from it; return the wheel."""
    session.run("python", "-m", "build", "--outdir", str(place / "dist"))
    (built,) = (place / "dist").glob("*.whl")
    names = zipfile.ZipFile(built).namelist()
    foreign = [name for name in names if not name.startswith(("salesflow/", "salesflow-"))]
    if "salesflow/py.typed" not in names or foreign:
        session.error(f"the wheel lacks salesflow/py.typed or holds what it should not: {foreign}")
    return built


def fresh_venv(session: nox.Session, folder: Path, *installed: str) -> Path:
    """Make a virtual environment outside the tree; return its folder of programs."""
    programs = folder / VENV_BIN
    make = [sys.executable, "-m", "virtualenv", "--quiet", "--python", str(session.python), str(folder)]
    session.run(*make, external=True)
    session.run(str(programs / "python"), "-m", "pip", "install", "--quiet", *installed, external=True)
    return programs


def try_without_extras(session: nox.Session, place: Path, built: Path) -> None:
    """Import the wheel with its bare dependencies; the command may fail there, but without a traceback."""
    programs = fresh_venv(session, place / "bare", str(built))
    with session.chdir(place):
        found = said(session, programs / "python", "-c", "import salesflow; print(salesflow.__file__)")
        if str(place / "bare") not in found:
            session.error(f"salesflow came from {found}, not from the wheel")
        if has_cli() and "Traceback" in said(session, programs / "salesflow", "--help"):
            session.error("the command salesflow fails with a traceback where its extra is missing")


def run_tests_outside(session: nox.Session, place: Path, built: Path) -> None:
    """Run the tests against the installed wheel, from a copy that holds no src/."""
    programs = fresh_venv(session, place / "full", f"salesflow[dev] @ {built.as_uri()}")
    copy = place / "copy"
    for name in ("tests", "docs", "examples", "benchmarks"):
        shutil.copytree(ROOT / name, copy / name)
    for name in ("conftest.py", "pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, copy / name)
    with session.chdir(copy):
        if has_cli():
            session.run(str(programs / "salesflow"), "--help", external=True)
        tests = [str(programs / "python"), "-m", "pytest", *SIDE_BY_SIDE, *SOUGHT, *session.posargs]
        session.run(*tests, external=True, env=elsewhere())


def has_cli() -> bool:
    return any((ROOT / "src" / "salesflow").glob("cli*"))


def said(session: nox.Session, *command: str | Path) -> str:
    """Run a program that may fail; return all that it said."""
    return str(session.run(*map(str, command), external=True, silent=True, success_codes=range(256)))
