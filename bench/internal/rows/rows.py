"""Adds projects without files to a Strongroom database.

Arguments: the data folder, the number of projects.
"""

import pathlib
import sqlite3
import sys
import uuid

folder, count = pathlib.Path(sys.argv[1]), int(sys.argv[2])
found = sorted(folder.glob("*.db")) + sorted(folder.glob("*.sqlite*"))
if not found:
    sys.exit(f"no database in {folder}")
db = sqlite3.connect(found[0])
now = 1_767_225_600_000_000  # 1 January 2026 in microseconds

words = ["py", "django", "flask", "data", "cloud", "graph", "types", "aws", "odoo", "test", "ml", "async"]


def name(i: int) -> str:
    """A normalised name: 12 prefixes, letters in the middle, a number."""
    middle = "".join(chr(97 + (i * k) % 26) for k in (7, 11, 3, 17, 5))
    return f"{words[i % 12]}-{middle}-{i}"


def rows(serial: int, first: int):
    """Names, projects and journal entries of all projects."""
    for i in range(count):
        yield name(i), first + i, serial + i + 1


(serial,) = db.execute("SELECT value FROM serial").fetchone()
(last,) = db.execute("SELECT COALESCE(MAX(id), 0) FROM projects").fetchone()
(owner,) = db.execute("SELECT MIN(id) FROM users").fetchone()
with db:
    db.execute("PRAGMA synchronous = OFF")
    db.executemany(
        "INSERT INTO names (name, look_alike, state, project_id, had_files, identities, created_at)"
        " VALUES (?, ?, 'active', ?, 1, 1, ?)",
        ((n, n.replace("-", ""), p, now) for n, p, s in rows(serial, last + 1)),
    )
    db.executemany(
        "INSERT INTO projects (id, uid, name, display_name, last_serial, created_by, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        ((p, str(uuid.UUID(int=p)), n, n, s, owner, now) for n, p, s in rows(serial, last + 1)),
    )
    db.executemany(
        "INSERT INTO journal (serial, name, action, actor, at) VALUES (?, ?, 'create', 'bench', ?)",
        ((s, n, now) for n, p, s in rows(serial, last + 1)),
    )
    db.execute("UPDATE serial SET value = ?", (serial + count,))
db.close()
