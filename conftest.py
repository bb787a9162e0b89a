"""Examples as tests: the README, the pages of docs/ and the docstrings of src/ are run by Sybil."""

from contextlib import redirect_stdout
from io import StringIO

from sybil import Example, Sybil
from sybil.evaluators.python import PythonEvaluator
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser, SkipParser
from sybil.parsers.rest import DocTestParser


class PrintingEvaluator(PythonEvaluator):
    """Runs a `python` block and keeps what it printed, for the `output` block that may follow it."""

    def __call__(self, example: Example) -> None:
        printed = StringIO()
        with redirect_stdout(printed):
            super().__call__(example)
        example.namespace["_printed"] = printed.getvalue()


def printed_by_last_block(example: Example) -> str | None:
    printed, expected = example.namespace.pop("_printed", "").strip(), example.parsed.strip()
    return None if printed == expected else f"expected:\n{expected}\n\nprinted:\n{printed}"


blocks = PythonCodeBlockParser()
blocks.codeblock_parser = CodeBlockParser("python", PrintingEvaluator())
pages = Sybil(
    parsers=[
        blocks,
        CodeBlockParser(language="output", evaluator=printed_by_last_block),
        SkipParser(),
    ],
    patterns=["README.md", "docs/*.md", "docs/*/*.md"],
)
docstrings = Sybil(parsers=[DocTestParser()], patterns=["src/**/*.py", "src/salesflow/*.py"])

pytest_collect_file = (pages + docstrings).pytest()
