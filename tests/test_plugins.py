"""Plug-ins: one is really built, installed and used; broken and hostile ones are written as pip leaves them."""

import json
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import salesflow
from acme import process, shown
from salesflow import LoadError, Opportunity, StageTemplate, plugins, templates
from salesflow.loading import dump_template, parse_template
from salesflow.plugins import Plugin
from salesflow.rules import PythonRule, any_of, present

ROOT = Path(__file__).parent.parent
SAMPLE = Path(__file__).parent / "plugin"
PAGE = ROOT / "docs" / "how-to" / "ship-templates-as-a-plug-in.md"
BUILT_IN = templates.names()

# -- the sample, built and installed ------------------------------------------------------------------------


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which pip has installed the sample plug-in, built from its source without a network."""
    place = tmp_path_factory.mktemp("plugin")
    copytree(SAMPLE, place / "source", ignore=lambda *_: {"__pycache__"})
    offline = ("--no-index", "--no-deps", "--no-build-isolation", "--disable-pip-version-check")
    pip = (sys.executable, "-m", "pip", "--isolated", "install", "--quiet", *offline)
    subprocess.run([*pip, "--target", str(place / "site"), str(place / "source")], check=True, cwd=place)
    return place / "site"


def ran(site: Path, *arguments: str) -> str:
    """Return what an interpreter of its own prints, for which the site and this very package are installed."""
    path = os.pathsep.join([str(site), str(Path(salesflow.__file__).parent.parent)])
    done = subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8"},
        cwd=site,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


WATCH = """
import json, sys
from salesflow import plugins, templates
from salesflow.loading import parse_template
text, uses = json.loads(sys.argv[1])
told = {}
for use in uses:
    exec(use)
    told[use] = sorted(name for name in sys.modules if name.partition(".")[0] == "acme_desk")
    for name in told[use]:
        del sys.modules[name]
print(json.dumps(told))
"""
"""Tells what each statement imports of the sample."""

USES: dict[str, list[str]] = {
    "templates.names()": [],
    "plugins.templates()": [],
    "plugins.rules()": [],
    "templates.get('classic-pipeline')": [],
    "parse_template(text)": [],
    "plugins.rules_of(parse_template(text), allow=())": [],
    "plugins.rules_of(templates.get('heflo-process'), allow=('credit_check',))": [],
    "templates.get('desk-sales')": ["acme_desk", "acme_desk.process"],
    "plugins.get_rule('credit_check')": ["acme_desk", "acme_desk.credit"],
    "plugins.rules_of(parse_template(text), allow=('credit_check',))": ["acme_desk", "acme_desk.credit"],
}


def test_nothing_of_a_plug_in_is_imported_but_what_is_asked_for_by_name(site: Path) -> None:
    """`text` is a file that asks for the rule of the sample."""
    text = dump_template(process({"talk": {"rules": (PythonRule(name="credit_check"),)}}))
    assert json.loads(ran(site, "-c", WATCH, json.dumps([text, [*USES]]))) == USES


def test_the_page_on_plug_ins_shows_the_sample() -> None:
    shown_here = re.findall(r"^```(?:python|toml)\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    process_shown, rule_shown, offers = shown_here[:3]
    assert (SAMPLE / "acme_desk" / "process.py").read_text("utf-8").endswith(process_shown)
    assert (SAMPLE / "acme_desk" / "credit.py").read_text("utf-8").endswith(rule_shown)
    declared = tomllib.loads((SAMPLE / "pyproject.toml").read_text("utf-8"))
    assert tomllib.loads(offers)["project"] == declared["project"]


def test_the_page_on_plug_ins_tells_what_happens_where_the_sample_is_installed(site: Path) -> None:
    text = PAGE.read_text("utf-8").partition("<!--- skip: start -->")[2].partition("<!--- skip: end -->")[0]
    blocks = re.findall(r"^```(python|output)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    program = "".join(block for language, block in blocks if language == "python")
    told = "".join(block for language, block in blocks if language == "output")
    assert ran(site, "-c", program) == told != ""


def test_the_command_lists_shows_lints_and_audits_with_a_template_of_a_plug_in(site: Path, tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_text("deal,stage,at\nD-1,contact,2026-01-05T09:00Z\n", "utf-8")
    command = ("-m", "salesflow")
    assert ran(site, *command, "templates").split() == sorted([*BUILT_IN, "desk-sales"])
    assert ran(site, *command, "show", "desk-sales").startswith("desk-sales, version 1")
    assert ran(site, *command, "lint", "desk-sales") == "desk-sales is sound\n"
    audited = ran(site, *command, "audit", str(log), "--template", "desk-sales")
    assert re.findall(r"^(deals that obey|violations) +(\d+)", audited, re.MULTILINE) == [
        ("deals that obey", "1"),
        ("violations", "0"),
    ]


# -- others, as pip leaves them -----------------------------------------------------------------------------

TEMPLATES, RULES = "salesflow.templates", "salesflow.rules"
MODULE = """
from salesflow import Opportunity, Stage, StageTemplate, rule
from salesflow.rules import PythonRule, present
stages = (Stage(id="contact"), Stage(id="won", outcome="won"))
ours = StageTemplate(id="ours", version="1", record=Opportunity, stages=stages)
text, unbound, data = "no template", PythonRule(name="checked"), present("amount")
def made():
    return ours
@rule(text="not checked")
def checked(record, *, at, by):
    return False
class Posing:
    __class__ = StageTemplate
class Breaking:
    @property
    def __class__(self):
        return 1 // 0
posing, breaking = Posing(), Breaking()
"""


def write(site: Path, distribution: str, entries: str | bytes, metadata: str | None = None, version: str = "1") -> None:
    """Write what is read of an installed distribution."""
    folder = site / f"{distribution.replace('-', '_')}-{version}.dist-info"
    folder.mkdir()
    folder.joinpath("entry_points.txt").write_bytes(entries.encode() if isinstance(entries, str) else entries)
    told = f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n" if metadata is None else metadata
    folder.joinpath("METADATA").write_text(told, "utf-8")


def offering(group: str, *lines: str) -> str:
    return "\n".join([f"[{group}]", *lines, ""])


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on the path, with a module `host_plug` that holds templates, rules and what is neither."""
    (tmp_path / "host_plug.py").write_text(MODULE, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    for name in [name for name in sys.modules if name.startswith("host_")]:
        del sys.modules[name]


def problem(name: Any, group: str = TEMPLATES) -> tuple[str, str, LoadError]:
    """Return the code and the text of the one problem with a name, and its error."""
    get: Any = templates.get if group == TEMPLATES else plugins.get_rule
    with pytest.raises(LoadError) as caught:
        get(name)
    (found,) = caught.value.problems
    return found.code, str(found), caught.value


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_built_in_name_means_the_built_in_template_whatever_is_installed(place: Path, name: str) -> None:
    before = templates.get(name)
    write(place, "usurper", offering(TEMPLATES, *(f"{each} = host_plug:ours" for each in BUILT_IN)))
    assert [each.name for each in plugins.templates()] == list(BUILT_IN)
    assert templates.get(name) is before
    assert templates.names() == BUILT_IN
    assert "host_plug" not in sys.modules


def test_a_name_that_two_distributions_claim_is_an_error_once_it_is_asked_for(place: Path) -> None:
    for distribution in ("beta", "alpha"):
        write(place, distribution, offering(TEMPLATES, "ours = host_plug:ours"))
    assert "ours" in templates.names()
    assert templates.names().count("ours") == 1
    assert [each.distribution for each in plugins.templates()] == ["alpha", "beta"]
    both = "'host_plug:ours' of the distribution 'alpha' and 'host_plug:ours' of the distribution 'beta'"
    text = f"more than one template has that name: {both}; uninstall all but one [plugin.twice]"
    code, said, error = problem("ours")
    assert (code, said) == ("plugin.twice", text)
    assert str(error) == f"template 'ours' cannot be read:\n- {text}"
    assert "host_plug" not in sys.modules


def test_a_distribution_that_claims_a_name_for_two_objects_is_an_error_too(place: Path) -> None:
    write(place, "alpha", offering(RULES, "checked = host_plug:checked", "checked = host_plug:unbound"))
    assert problem("checked", RULES)[0] == "plugin.twice"


def test_a_distribution_that_is_on_the_path_twice_counts_as_python_finds_it_first(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(place, "alpha", offering(TEMPLATES, "ours = host_plug:ours", "older = host_plug:ours"))
    first = place / "first"
    first.mkdir()
    write(first, "Alpha", offering(TEMPLATES, "ours = host_plug:ours"), version="2")
    monkeypatch.syspath_prepend(first)
    assert plugins.templates() == (Plugin("ours", "Alpha", "host_plug:ours"),)
    assert templates.get("ours").id == "ours"


FOLDERS = {"ours": TEMPLATES, "checked": RULES}
MISFITS = [
    ("ours = host_plug:text", "plugin.kind", "is no StageTemplate, but of the type str"),
    ("ours = host_plug:made", "plugin.kind", "is no StageTemplate, but of the type function"),
    ("ours = host_plug:checked", "plugin.kind", "is no StageTemplate, but of the type PythonRule"),
    ("ours = host_plug", "plugin.kind", "is no StageTemplate, but of the type module"),
    ("ours = host_plug:posing", "plugin.kind", "is no StageTemplate, but of the type Posing"),
    ("ours = host_plug:breaking", "plugin.kind", "is no StageTemplate, but of the type Breaking"),
    ("checked = host_plug:ours", "plugin.kind", "is no PythonRule, but of the type StageTemplate"),
    ("checked = host_plug:data", "plugin.kind", "is no PythonRule, but of the type Present"),
    ("checked = host_plug:unbound", "plugin.kind", "is a rule without a function; make it with @rule"),
]


@pytest.mark.parametrize(("line", "code", "said"), MISFITS, ids=[line for line, *_ in MISFITS])
def test_what_is_no_template_or_no_rule_is_told(place: Path, line: str, code: str, said: str) -> None:
    name, _, found = line.partition(" = ")
    write(place, "alpha", offering(FOLDERS[name], line))
    expected = f"'{found}' of the distribution 'alpha' {said} [{code}]"
    assert problem(name, FOLDERS[name])[:2] == (code, expected)


@pytest.mark.parametrize(
    ("group", "own", "named_by"), [(TEMPLATES, "ours", "id"), (RULES, "checked", "name")], ids=["template", "rule"]
)
def test_what_has_another_name_than_its_entry_point_is_told(place: Path, group: str, own: str, named_by: str) -> None:
    write(place, "alpha", offering(group, f"other = host_plug:{own}"))
    said = f"'host_plug:{own}' of the distribution 'alpha' has another {named_by}, '{own}'"
    assert problem("other", group)[1] == f"{said}; name the entry point '{own}' [plugin.name]"


WRITTEN_WRONG = ("no module at all", "host_plug:", ":", "host_plug:ours; import os", "../host_plug")
FAILURES = [
    ("host_nowhere:ours", ModuleNotFoundError, "ModuleNotFoundError: No module named 'host_nowhere'"),
    ("host_plug:nothing", AttributeError, "AttributeError: module 'host_plug' has no attribute 'nothing'"),
    ("host_broken:ours", ZeroDivisionError, "ZeroDivisionError: of the plug-in"),
    ("host_syntax:ours", SyntaxError, "SyntaxError: "),
    *((text, ValueError, "ValueError: an entry point is written as 'module:attribute'") for text in WRITTEN_WRONG),
]


@pytest.mark.parametrize(("found", "kind", "said"), FAILURES, ids=[found for found, *_ in FAILURES])
def test_what_an_import_raises_is_the_cause(place: Path, found: str, kind: type[Exception], said: str) -> None:
    (place / "host_broken.py").write_text("raise ZeroDivisionError('of the\\nplug-in')", "utf-8")
    (place / "host_syntax.py").write_text("ours = (", "utf-8")
    write(place, "alpha", offering(TEMPLATES, f"ours = {found}"))
    assert "ours" in templates.names()
    code, text, error = problem("ours")
    assert code == "plugin.failed"
    assert text.startswith(f"'{found}' of the distribution 'alpha' cannot be imported: {said}")
    assert type(error.__cause__) is kind


@pytest.mark.parametrize("kind", ["KeyboardInterrupt", "SystemExit"])
def test_what_is_no_exception_passes(place: Path, kind: str) -> None:
    (place / "host_ends.py").write_text(f"raise {kind}", "utf-8")
    write(place, "alpha", offering(TEMPLATES, "ours = host_ends:ours"))
    with pytest.raises((KeyboardInterrupt, SystemExit)) as caught:
        templates.get("ours")
    assert caught.type.__name__ == kind


def test_a_near_miss_of_an_installed_name_is_told(place: Path) -> None:
    write(place, "alpha", offering(TEMPLATES, "desk-sales = host_plug:ours") + offering(RULES, "checked = host_plug:x"))
    assert problem("desk-sale")[1] == "there is no template of that name; 'desk-sales' is near [template.unknown]"
    offered = "no installed distribution offers a rule of that name"
    assert problem("check", RULES)[1] == f"{offered}; 'checked' is near [plugin.unknown]"


@pytest.mark.parametrize("name", ["zebra", "\ud800", "", 5, None, [], b"x"], ids=shown)
def test_an_unknown_rule_is_a_load_error_whatever_its_name(name: Any) -> None:
    code, said, error = problem(name, RULES)
    advice = "they are offered as entry points of the group 'salesflow.rules'"
    assert code == "plugin.unknown"
    assert said == f"no installed distribution offers a rule of that name; {advice} [plugin.unknown]"
    assert error.place == f"rule {name!a}"


# -- rules for a template from a file -----------------------------------------------------------------------


def asking(*rules: Any) -> StageTemplate[Opportunity]:
    """Return a template as it comes from a file, which asks rules to enter `talk`."""
    return parse_template(dump_template(process({"talk": {"rules": rules}})))


@pytest.fixture
def offered(place: Path) -> Path:
    lines = ("checked = host_plug:checked", "other = host_plug:checked", "broken = host_nowhere:broken")
    write(place, "alpha", offering(RULES, *lines))
    return place


@pytest.mark.usefixtures("offered")
def test_the_rules_of_a_template_are_those_that_it_names_and_that_are_allowed() -> None:
    nested = asking(any_of(present("amount"), PythonRule(name="checked")), PythonRule(name="broken"))
    assert plugins.rules_of(nested, allow=["checked"]) == (plugins.get_rule("checked"),)
    assert plugins.rules_of(nested, allow={"other"}) == ()
    with pytest.raises(LoadError, match=r"rule 'broken' cannot be read"):
        plugins.rules_of(nested, allow=("checked", "broken"))


@pytest.mark.usefixtures("offered")
def test_a_rule_that_is_allowed_and_asked_for_and_not_installed_is_told() -> None:
    with pytest.raises(LoadError, match=r"rule 'nothing' cannot be read:\n- no installed .* \[plugin.unknown\]"):
        plugins.rules_of(asking(PythonRule(name="nothing")), allow=("nothing",))


@pytest.mark.usefixtures("offered")
@pytest.mark.parametrize("asked", ["checked", "absent"])
def test_a_name_that_is_allowed_and_that_no_plug_in_has_is_told_before_anything_is_imported(asked: str) -> None:
    sys.modules.pop("host_plug", None)
    with pytest.raises(
        LoadError, match=r"rule 'checked_' cannot be read:\n- no .*; 'checked' is near \[plugin.unknown\]"
    ):
        plugins.rules_of(asking(PythonRule(name=asked)), allow=("checked", "checked_"))
    assert "host_plug" not in sys.modules


@pytest.mark.usefixtures("offered")
def test_a_bound_template_asks_the_rules_of_the_plug_in_and_needs_them_no_more() -> None:
    loaded = asking(PythonRule(name="checked"))
    bound = loaded.bind(Opportunity, rules=plugins.rules_of(loaded, allow=("checked",)))
    assert (bound, bound.ref) == (loaded, loaded.ref)
    assert [each.text for stage in bound.stages for each in stage.rules if isinstance(each, PythonRule)] == [
        "not checked"
    ]
    assert plugins.rules_of(bound, allow=("checked", "broken")) == ()


# -- hostile metadata ---------------------------------------------------------------------------------------

GOOD = (Plugin("ours", "zeta", "host_plug:ours"),)


def test_a_plug_in_says_where_it_lies_and_who_brings_it() -> None:
    assert str(GOOD[0]) == "'host_plug:ours' of the distribution 'zeta'"


@contextmanager
def beside_a_good_one() -> Iterator[Path]:
    """Put a folder with one good distribution on the path, last of all there."""
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder)
        write(site, "zeta", offering(TEMPLATES, "ours = host_plug:ours"))
        sys.path.insert(0, folder)
        try:
            yield site
        finally:
            sys.path.remove(folder)


BROKEN = {
    "bytes that are no text": b"\xff\xfe\x00[salesflow.templates]",
    "a line without a value": offering(TEMPLATES, "a"),
    "a group without an end": "[salesflow.templates\na = b:c",
    "no group": "a = b:c",
    "nothing": b"",
    "a control character": offering(TEMPLATES, "a\x1b[2J = b:c"),
    "a bidi character": offering(TEMPLATES, "a\u202eb = b:c"),
    "no name": offering(TEMPLATES, " = b:c"),
    "a long name": offering(TEMPLATES, f"{'a' * 129} = b:c"),
}


@pytest.mark.parametrize("entries", BROKEN.values(), ids=BROKEN)
def test_broken_metadata_lists_nothing_and_hides_no_other(entries: str | bytes) -> None:
    with beside_a_good_one() as site:
        write(site, "alpha", entries)
        assert plugins.templates() == GOOD
        assert templates.names() == tuple(sorted([*BUILT_IN, "ours"]))


@pytest.mark.parametrize(
    "metadata", ["", "Name: \n", "Name: another\n", "\x00", "Version: 1\n\nName: alpha"], ids=shown
)
def test_a_distribution_that_says_not_how_it_is_called_lists_nothing_and_hides_no_other(metadata: str) -> None:
    with beside_a_good_one() as site:
        write(site, "alpha", offering(TEMPLATES, "a = b:c"), metadata)
        assert plugins.templates() == GOOD


def test_names_are_listed_as_ids_are_kept() -> None:
    with beside_a_good_one() as site:
        write(site, "alpha", offering(TEMPLATES, "a\u0308 = b:c"))
        assert [each.name for each in plugins.templates()] == ["ours", "\u00e4"]


entry_points = st.binary(max_size=200) | st.lists(
    st.sampled_from([f"[{TEMPLATES}]", f"[{RULES}]", "[", "]", "=", " ", "\n", "\r", "a", ":", ".", "[x]", "#", ";"])
    | st.text(max_size=5)
).map(lambda parts: "".join(parts).encode("utf-8", "surrogatepass"))


@given(entries=entry_points, metadata=st.none() | st.text(st.characters(codec="utf-8"), max_size=60))
@example(entries=offering(TEMPLATES, "a = \x1b[2J").encode(), metadata=None)
def test_whatever_the_metadata_holds_listing_is_sorted_and_hides_no_other(entries: bytes, metadata: str | None) -> None:
    with beside_a_good_one() as site:
        write(site, "alpha", entries, metadata)
        found = plugins.templates()
        assert set(GOOD) <= set(found)
        assert list(found) == sorted(found)
        assert list(templates.names()) == sorted({*BUILT_IN, *(each.name for each in found)})
        assert all(name.isprintable() and len(name) <= 128 for name in templates.names())
        assert "host_plug" not in sys.modules
