"""Write requirements.jsonl, markers.jsonl and random_markers.jsonl from PyPA
packaging, the oracle.

    pip install packaging==26.3 pytest
    pip download --no-deps --no-binary :all: packaging==26.3 && tar xf packaging-26.3.tar.gz
    python generate.py packaging-26.3

What packaging's own tests try is recorded while they run; the tables that are
plain products of lists stand as such in the Go tests. The rest is random, a
part of it damaged on purpose.
"""

import json
import os
import pathlib
import random
import re
import sys

import packaging
import pytest
from packaging import markers, requirements

HERE = pathlib.Path(__file__).parent
SOURCE = f"PyPA packaging {packaging.__version__}"

# Product tables; the Go tests have them as loops.
PRODUCTS = ("test_basic_valid_requirement_parsing", "test_parses_valid", "test_parses_pep345_valid", "test_parses_setuptools_legacy_valid")

LINUX = {
    "implementation_name": "cpython",
    "implementation_version": "3.12.4",
    "os_name": "posix",
    "platform_machine": "x86_64",
    "platform_release": "6.8.0-45-generic",
    "platform_system": "Linux",
    "platform_version": "#45~22.04.1-Ubuntu SMP",
    "python_full_version": "3.12.4",
    "platform_python_implementation": "CPython",
    "python_version": "3.12",
    "sys_platform": "linux",
}
ENVIRONMENTS = [
    LINUX | {"extra": ""},
    LINUX | {"os_name": "nt", "sys_platform": "win32", "platform_system": "Windows", "platform_machine": "AMD64", "platform_release": "10", "platform_version": "10.0.19045", "python_version": "3.8", "python_full_version": "3.8.10", "implementation_version": "3.8.10", "extra": "Foo_Bar", "extras": {"Foo_Bar"}, "dependency_groups": set()},
    LINUX | {"sys_platform": "darwin", "platform_system": "Darwin", "platform_machine": "arm64", "platform_release": "23.5.0", "implementation_name": "pypy", "platform_python_implementation": "PyPy", "implementation_version": "7.3.16", "python_version": "3.10", "python_full_version": "3.10.14", "extra": "test", "extras": set(), "dependency_groups": {"test", "Foo.Bar"}},
    LINUX | {"python_version": "3.14", "python_full_version": "3.14.0a2+", "implementation_version": "3.14.0a2", "platform_release": "2.6.32.post1", "extra": "2.0", "extras": {"2.0"}, "dependency_groups": {"foo-bar", "dev"}},
    LINUX | {"python_version": "2.7", "python_full_version": "2.7.18", "platform_release": "", "platform_version": "1.0", "extras": {"Foo_Bar", "test"}, "dependency_groups": {"dev", "2.0"}},
]


def split_environment(env):
    """Our Environment has plain values and sets in two maps."""
    return {
        "Values": {k: v for k, v in env.items() if isinstance(v, str)},
        "Sets": {k: sorted(v) for k, v in env.items() if not isinstance(v, str)},
    }


def evaluate(marker, env):
    try:
        # This context adds nothing to what is passed; env names every variable.
        return str(marker.evaluate(env, context="requirement")).lower()
    except markers.UndefinedComparison:
        return "undefined comparison"
    except markers.UndefinedEnvironmentName:
        return "undefined variable"


def canonical(kind, error, text):
    try:
        return str(kind(text))
    except error:
        return None


def requirement_text(text):
    return canonical(requirements.Requirement, requirements.InvalidRequirement, text)


def marker_text(text):
    return canonical(markers.Marker, markers.InvalidMarker, text)


class Recorder:
    """Notes what packaging's tests hand to the readers and to evaluate."""

    def __init__(self):
        self.requirements, self.markers, self.evaluations = {}, {}, []

    def run(self, sdist):
        real = requirements.Requirement.__init__, markers.Marker.__init__, markers.Marker.evaluate

        def new_requirement(this, text):
            self.note(self.requirements, text)
            real[0](this, text)

        def new_marker(this, text):
            self.note(self.markers, text)
            real[1](this, text)

        def evaluated(this, environment=None, context="metadata"):
            self.evaluations.append((str(this), dict(environment or {}), context))
            return real[2](this, environment, context)

        requirements.Requirement.__init__, markers.Marker.__init__, markers.Marker.evaluate = new_requirement, new_marker, evaluated
        tests = pathlib.Path(sdist) / "tests"
        code = pytest.main(["-q", "-p", "no:cacheprovider", str(tests / "test_requirements.py"), str(tests / "test_markers.py")])
        requirements.Requirement.__init__, markers.Marker.__init__, markers.Marker.evaluate = real
        assert code == 0 and len(self.requirements) > 90 and len(self.markers) > 60 and len(self.evaluations) > 90
        return self

    def note(self, seen, text):
        if not any(name in os.environ.get("PYTEST_CURRENT_TEST", "") for name in PRODUCTS):
            seen[text] = None


def recorded_evaluations(recorder):
    for text, given, context in recorder.evaluations:
        env = dict(LINUX)
        if context == "lock_file":
            env |= {"extras": set(), "dependency_groups": set()}
        if context == "metadata":
            env["extra"] = ""
        env |= {k: v or "" for k, v in given.items()}
        yield {"marker": text, "environment": split_environment(env), "result": evaluate(markers.Marker(text), env)}


class Random:
    def __init__(self, seed):
        self.rng = random.Random(seed)

    def pick(self, *options):
        return self.rng.choice(options)

    def space(self):
        return self.pick("", "", " ", " ", "  ", "\t")

    def variable(self):
        return self.pick(
            "python_version", "python_version", "python_full_version", "os_name", "os.name", "sys_platform", "sys.platform",
            "platform_release", "platform_system", "platform_version", "platform.version", "platform_machine", "platform.machine",
            "platform_python_implementation", "platform.python_implementation", "python_implementation", "implementation_name",
            "implementation_version", "extra", "extra", "extras", "dependency_groups",
        )

    def value(self):
        value = self.pick(
            "3.8", "3.10", "3.12", "3.12.4", "2.7", "3", "3.14.0a2", "3.1*", "3.12.*", "3.8.10.post1", " 3.8 ", "v3.8", "1!3.8",
            "3.12.4+local", "linux", "win32", "darwin", "posix", "nt", "Linux", "cpython", "PyPy", "x86_64 arm64", "linux darwin",
            "6.8.0-45-generic", "10", "foo-bar", "Foo_Bar", "FOO.-_bar", "test", "dev", "2.0", "2.0.0", "", "=3.8", "3.8,3.12",
            "3.8 3.10", "é", "3.8)", "#45",
        )
        quotes = "'\""
        if self.rng.random() < 0.05:
            value += self.pick(*quotes)
        options = [q for q in quotes if q not in value]
        q = self.pick(*options)
        return q + value + q

    def operator(self):
        if self.rng.random() < 0.1:
            return self.pick("~=", "===")
        return self.pick("==", "!=", "<", "<=", ">", ">=", " in ", " not in ", " not  in ")

    def comparison(self):
        left, right = self.variable(), self.value()
        roll = self.rng.random()
        if roll < 0.3:
            left, right = right, left
        elif roll < 0.33:
            right = self.variable()
        elif roll < 0.36:
            left = self.value()
        elif roll < 0.5:
            left, right = self.value(), self.pick("extras", "dependency_groups")
        return f"{left}{self.space()}{self.operator()}{self.space()}{right}"

    def marker(self, depth=0):
        def part():
            if depth < 4 and self.rng.random() < 0.25:
                return f"({self.space()}{self.marker(depth + 1)}{self.space()})"
            return self.comparison()

        text = part()
        for _ in range(self.pick(0, 0, 0, 1, 1, 2)):
            text += f" {self.pick('and', 'or')} {part()}"
        return text

    def name(self):
        return self.pick("a", "name", "Foo.Bar", "foo-bar_baz", "x1", "2to3", "typing--extensions", "A_b.c-d")

    def version(self):
        return self.pick("1", "1.0", "2.2", "v1.0", "1.0-alpha", "1!3.0.0.rc2", "1.0.post1", "1.0-1", "2.0.dev3", "1.0a1.dev2", "00.1", "1.0RC1", "1.0.0")

    def specifier(self):
        op = self.pick("==", "!=", "<", "<=", ">", ">=", "~=", "===", "==", ">=")
        version = self.version()
        if op == "~=":
            version = self.pick("1.0", "2.2.3", "1!3.0.rc2", "1.4.5.post1")
        elif op == "===":
            version = self.pick("1.0", "anything", "1.0+ubuntu-1", "x[y]", "")
        elif op in ("==", "!="):
            version = self.pick(version, "1.*", "2.2.*", "1.0+ubuntu-1", "1.0+Local.01")
        return op + self.space() + version

    def requirement(self):
        text = self.space() + self.name() + self.space()
        if self.rng.random() < 0.4:
            extras = [self.pick("a", "b", "B", "all-blue", "all_blue", "x.y", "1") for _ in range(self.pick(0, 1, 2, 3))]
            text += "[" + self.space() + f"{self.space()},{self.space()}".join(extras) + self.space() + "]" + self.space()
        url = self.rng.random() < 0.15
        if url:
            text += "@" + self.space() + self.pick("https://example.com/a.zip", "git+ssh://git@github.com:pypa/packaging.git@v1#egg=x", "file:///a;b", "x")
        else:
            clauses = f"{self.space()},{self.space()}".join(self.specifier() for _ in range(self.pick(0, 1, 1, 2, 3, 4)))
            clauses += self.pick("", "", "", "", ",")
            text += self.pick(clauses, f"({self.space()}{clauses}{self.space()})")
        if self.rng.random() < 0.4:
            text += (" " if url else self.space()) + ";" + self.space() + self.marker()
        return text + self.space()

    def damaged(self, text):
        for _ in range(self.pick(1, 1, 2, 3)):
            i = self.rng.randrange(len(text) + 1)
            cut = self.pick(0, 0, 1, 1, 2)
            text = text[:i] + self.pick("", "(", ")", "[", "]", ";", ",", "@", "<", ">", "=", "!", "~", " ", "'", '"', ".", "*", "+", "-", "a", "1", "é", "#", "and", "in", "not") + text[i + cut :]
        return text


# What packaging accepts and this package refuses, with the reason.
STRICTER = {
    "foo_": "a name ends with a letter or digit (N-01)",
    "foo[bar_]": "an extra ends with a letter or digit (N-01)",
    "foo>=\n1.0": "white space is spaces and tabs",
    "foo>=\u00a01.0": "white space is spaces and tabs",
    "foo @ https://example.com/\u2003x": "a URL has no white space",
    "foo @ https://example.com/a\nb": "a URL has no line breaks",
    "foo===\x00": "no control characters",
    "foo===1\x01": "no control characters",
    'foo; os_name == "a\\\\b"': "no backslashes in strings",
    "foo; os_name == '\\x41'": "no backslashes in strings",
}
STRICTER_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?\Z")


def names_end_well(text):
    try:
        parsed = requirements.Requirement(text)
    except requirements.InvalidRequirement:
        return True
    return all(STRICTER_NAME.match(name) for name in [parsed.name, *parsed.extras])


def write(name, about, lines):
    with open(HERE / name, "w") as out:
        out.write(f"# {about}\n# The oracle is {SOURCE}. Written by generate.py.\n")
        for line in lines:
            out.write(json.dumps(line, ensure_ascii=False) + "\n")


def texts(recorded, random_ones, damaged_ones, oracle):
    origins = {}
    for origin, group in (("packaging's tests", recorded), ("random", random_ones), ("damaged", damaged_ones)):
        for text in group:
            origins.setdefault(text, origin)
    return [{"from": origin, "in": text, "out": oracle(text)} for text, origin in origins.items()]


def main():
    recorder = Recorder().run(sys.argv[1])
    make = Random(508)

    valid = [make.requirement() for _ in range(650)]
    damaged = [d for d in (make.damaged(make.requirement()) for _ in range(650)) if names_end_well(d)]
    lines = texts(recorder.requirements, valid, damaged, requirement_text)
    for text, reason in STRICTER.items():
        lines.append({"from": "stricter", "in": text, "out": requirements.Requirement(text).name, "refused": reason})
    write("requirements.jsonl", "Requirements and their canonical text (null: refused; with a reason: we refuse it).", lines)

    damaged = [make.damaged(make.marker()) for _ in range(400)]
    lines = texts(recorder.markers, [], damaged, marker_text) + list(recorded_evaluations(recorder))
    write("markers.jsonl", "Markers and their canonical text (null: refused); then results in one environment.", lines)

    lines = [{"environments": [split_environment(env) for env in ENVIRONMENTS]}]
    for text in dict.fromkeys(make.marker() for _ in range(1250)):
        marker = markers.Marker(text)
        lines.append({"in": text, "out": str(marker), "results": [evaluate(marker, env) for env in ENVIRONMENTS]})
    write("random_markers.jsonl", "Random markers, their canonical text, and the result in each environment of the first line.", lines)


main()
