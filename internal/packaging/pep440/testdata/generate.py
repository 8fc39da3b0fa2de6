"""Print the data files of this folder: what PyPA's library "packaging" answers.

    pip install packaging==26.3 pytest pretend hypothesis
    pip download --no-deps --no-binary :all: packaging==26.3    # and unpack it
    python generate.py PATH/TO/packaging-26.3

The inputs are every version and specifier in the tables of the library's own
tests, and random ones in unusual spellings, always the same. The answers are
computed, not taken from the tables. Texts that may hold any character are
written as JSON strings.
"""

import json
import random
import sys
from pathlib import Path

import packaging
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_version
from packaging.version import InvalidVersion, Version

RANDOM = random.Random(440)
NUMBERS = ["0", "0", "1", "1", "2", "3", "9", "10", "11", "00", "01", "010", "2026", "18446744073709551616", "9" * 30]
SPACES = ["", "", "", " ", "\n", "\t ", "\u00a0", "\x1f"]


def tables(folder):
    """Yields each row of each parametrize table as (names, values)."""
    sys.path.insert(0, folder)
    from tests import test_specifiers, test_version

    for module in (test_version, test_specifiers):
        for cls in vars(module).values():
            for function in vars(cls).values() if isinstance(cls, type) else [cls]:
                for mark in getattr(function, "pytestmark", []):
                    if mark.name != "parametrize":
                        continue
                    names = mark.args[0].split(",") if isinstance(mark.args[0], str) else list(mark.args[0])
                    for row in mark.args[1]:
                        yield names, [row] if len(names) == 1 else list(row)


def texts(value):
    """Yields the short texts in a value, however deep."""
    if isinstance(value, str) and len(value) < 200:
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from texts(item)


def parsed(kind, text):
    """Returns a Version or SpecifierSet, or None when text is invalid."""
    try:
        return kind(text)
    except (InvalidVersion, InvalidSpecifier):
        return None


def cased(text):
    return RANDOM.choice([text, text, text.upper(), text.title()])


def part(words):
    """Returns one part of a version in any spelling, often none."""
    if RANDOM.random() < 0.6:
        return ""
    before, after = RANDOM.choice([".", "-", "_", "", ""]), RANDOM.choice([".", "-", "_", "", "", ""])
    return before + cased(RANDOM.choice(words)) + after + RANDOM.choice(NUMBERS + ["", ""])


def release():
    return ".".join(RANDOM.choice(NUMBERS) for _ in range(RANDOM.choice([1, 1, 2, 2, 2, 3, 3, 4])))


def public_version():
    epoch = RANDOM.choice(["", "", "", "", "0!", "1!", "01!"])
    post = part(["post", "rev", "r"]) or RANDOM.choice(["", "", "", "-1", "-02"])
    pre = part(["a", "b", "c", "rc", "alpha", "beta", "pre", "preview"])
    return RANDOM.choice(["", "", "", "v", "V"]) + epoch + release() + pre + post + part(["dev"])


def version():
    text = public_version()
    if RANDOM.random() < 0.2:
        segments = [RANDOM.choice(NUMBERS + ["a", "abc", "Ubuntu", "0a", "a0", "1e5"]) for _ in range(RANDOM.randint(1, 3))]
        text += "+" + "".join(s + RANDOM.choice(".-_") for s in segments)[:-1]
    return RANDOM.choice(SPACES) + text + RANDOM.choice(SPACES)


def spoiled(text):
    """Returns text with one character too many, too few, or another one."""
    at = RANDOM.randrange(len(text) + 1)
    odd = RANDOM.choice(["", ".", "-", "_", "+", "!", "*", "x", "a", "1", " ", "\u0661", "\u017f", "\u212a", "\0"])
    return text[:at] + odd + text[at + RANDOM.randint(0, 1):]


def clause(near):
    operator = RANDOM.choice(["==", "==", "!=", "<", "<=", ">", ">=", ">", "<", "~=", "~=", "==="])
    text = near if RANDOM.random() < 0.7 else public_version()
    if operator in ("==", "!=") and RANDOM.random() < 0.5:
        text = release() + ".*" if RANDOM.random() < 0.3 else Version(near).base_version + ".*"
    elif operator not in ("==", "!=", "==="):
        text = text.split("+")[0]
    return RANDOM.choice(SPACES) + operator + RANDOM.choice(SPACES) + text + RANDOM.choice(SPACES)


def neighbour(text):
    """Returns a version that shares much with the given one."""
    v = Version(text)
    suffix = RANDOM.choice(["", "", ".0", ".1", "a1", "rc1", ".post0", ".post1", ".post1.dev0", ".dev0", ".dev1", "+local", "+1"])
    return RANDOM.choice([text, v.public, v.base_version]).strip() + suffix


def write(name, columns, rows):
    with open(Path(__file__).parent / name, "w", encoding="utf-8", newline="\n") as out:
        print(f"# packaging {packaging.__version__}; printed by generate.py. Columns: {columns}", file=out)
        for row in rows:
            print("\t".join(row), file=out)


def write_versions(candidates):
    valid = sorted((v, text) for text in candidates if (v := parsed(Version, text)))
    rows, rank = [], 0
    for i, (v, text) in enumerate(valid):
        rank += i > 0 and v != valid[i - 1][0]
        flags = "".join(c if is_it else "-" for c, is_it in zip("pod", (v.is_prerelease, v.is_postrelease, v.is_devrelease)))
        rows.append([str(rank), json.dumps(text), str(v), canonicalize_version(v), v.public, v.base_version, v.local or "", flags])
    write("versions.tsv", "rank (equal for equal versions), input, normal, canonical, public, base, local,"
          " flags (p pre-release, o post-release, d development)", rows)
    write("invalid.tsv", "what is no version", [[json.dumps(t)] for t in sorted(candidates) if parsed(Version, t) is None])


def write_specifiers(candidates):
    rows = []
    for text in sorted(candidates):
        specifiers = parsed(SpecifierSet, text)
        if specifiers is None:
            rows.append([json.dumps(text), "invalid"])
        else:
            rows.append([json.dumps(text), "valid", json.dumps(str(specifiers)), str(bool(specifiers.prereleases)).lower()])
    write("specifiers.tsv", "input, validity, normal text, whether it mentions a pre-release", rows)


def write_matches(pairs):
    rows = []
    for text, candidate in sorted(pairs):
        if (specifiers := parsed(SpecifierSet, text)) is not None:
            matches = specifiers.contains(candidate, prereleases=True)
            rows.append([json.dumps(text), json.dumps(candidate), str(matches).lower()])
    write("matches.tsv", "specifier set, candidate, whether it is contained (pre-releases allowed)", rows)


def write_filters(cases):
    rows = []
    for text, candidates in sorted(cases):
        specifiers = parsed(SpecifierSet, text)
        versions = [v for c in candidates if (v := parsed(Version, c))]
        if specifiers is not None and versions:
            kept = [str(v) for v in specifiers.filter(versions)]
            rows.append([json.dumps(text), " ".join(map(str, versions)), " ".join(kept)])
    rows = sorted(set(map(tuple, rows)))
    write("filter.tsv", "specifier set, versions, those an installer may choose from", rows)


def main():
    versions, specifiers, pairs, filters = set(), set(), set(), set()
    for names, values in tables(sys.argv[1]):
        found = list(texts(values))
        sets = [t for t in found if t == "" or any(c in t for c in "<>=") and parsed(SpecifierSet, t) is not None]
        candidates = [t for t in found if t not in sets or t == ""]
        specifiers.update(found)
        versions.update(found)
        pairs.update((s, c) for s in sets[:1] for c in candidates)
        filters.update((s, tuple(v)) for s in sets[:1] for v in values if isinstance(v, list) and all(isinstance(c, str) for c in v))
    for _ in range(2000):
        versions.add(version())
    for _ in range(1000):
        versions.add(spoiled(version()))
    for _ in range(3000):
        near = version()
        text = ",".join(clause(near) for _ in range(RANDOM.choice([1, 1, 1, 2, 3])))
        specifiers.add(spoiled(text) if RANDOM.random() < 0.1 else text)
        pairs.add((text, neighbour(near)))
        if RANDOM.random() < 0.1:
            filters.add((text, tuple(neighbour(near) for _ in range(5))))
    write_versions(versions)
    write_specifiers(specifiers)
    write_matches(pairs)
    write_filters(filters)


main()
