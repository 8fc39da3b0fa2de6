"""Fills an empty Strongroom database of SQLite as postgres.sql does one of PostgreSQL.

Arguments: the database's file, how many projects, 1 to have the deleted rows too or 0 to leave them out.
"""

import hashlib
import sqlite3
import sys

path, n, keep = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "1"
db = sqlite3.connect(path)
db.create_function("md5", 1, lambda s: hashlib.md5(str(s).encode()).hexdigest(), deterministic=True)
gone = '[{"kind":"deleted","category":"owner","side":"owner","since":"2026-01-01T00:00:00Z"}]'

INDEXES = ["releases_created", "releases_live", "files_live", "files_metadata", "files_project", "files_release", "files_sha256"]


def projects():
    for i in range(1, n + 1):
        if keep or i % 30 != 7:
            yield i, i % 30 == 7


def releases():
    for i, _ in projects():
        for r in range(1, 11):
            deleted = (i + r) % 30 == 11
            if keep or not deleted:
                yield i * 10 + r - 10, i, r, deleted


def md5(text):
    return hashlib.md5(text.encode()).hexdigest()


BLOBS = [md5(f"s{k}") + md5(f"t{k}") for k in range(1000)]


def files():
    for release, i, r, _ in releases():
        for f in range(3):
            if f == 2 and release % 7:
                continue
            deleted = (i * 3 + release + f) % 30 == 17
            if deleted and not keep:
                continue
            name = f"pkg_{i}-1.{r}" + ["-py3-none-any.whl", ".tar.gz", "-1-py3-none-any.whl"][f]
            own = md5(f"b{release}{f}")
            yield (release * 3 + f, release, i, name, "sdist" if f == 1 else "bdist_wheel", "source" if f == 1 else "py3",
                   BLOBS[(release + f) % 1000], own + md5(f"c{release}{f}"), md5(f"m{release}{f}"), BLOBS[release % 1000],
                   gone if deleted else "", int(deleted), 1767225600000000 + i * 10 + r)


with db:
    db.execute("PRAGMA synchronous = OFF")
    db.execute("PRAGMA cache_size = -500000")
    statements = [sql for (sql,) in db.execute(f"SELECT sql FROM sqlite_master WHERE name IN ({','.join('?' * len(INDEXES))})", INDEXES)]
    for name in INDEXES:
        db.execute(f"DROP INDEX {name}")
    db.executemany("INSERT INTO blobs (sha256, size, created_at) VALUES (?, 20000, 1)", ((b,) for b in BLOBS))
    db.executemany("INSERT INTO names (name, look_alike, state, project_id, had_files, identities, created_at) VALUES (?, ?, ?, ?, 1, 1, 1)",
                   ((f"pkg-{i}", f"pkg{i}", "deleted" if d else "active", i) for i, d in projects()))
    db.executemany("INSERT INTO projects (id, uid, name, display_name, standing, withdrawn, last_serial, total_size, created_by, created_at)"
                   " VALUES (?, ?, ?, ?, ?, ?, ?, 400000, 1, ?)",
                   ((i, f"u{i}", f"pkg-{i}", f"pkg-{i}", gone if d else "", int(d), i, 1767225600000000 + i) for i, d in projects()))
    db.executemany("INSERT INTO journal (serial, name, action, actor, at) VALUES (?, ?, 'create', 'bench', 1)", ((i, f"pkg-{i}") for i in range(1, n + 1)))
    db.execute("UPDATE serial SET value = ?", (n,))
    db.executemany("INSERT INTO releases (id, project_id, version, canonical, prerelease, summary, standing, withdrawn, created_at)"
                   " VALUES (?, ?, ?, ?, 0, 'A project of the benchmark.', ?, ?, ?)",
                   ((rel, i, f"1.{r}", f"1.{r}", gone if d else "", int(d), 1767225600000000 + i * 10 + r) for rel, i, r, d in releases()))
    db.execute("""INSERT INTO release_metadata (release_id, metadata) SELECT id, '{"metadata_version":"2.4","name":"pkg-' || project_id || '","version":"'
        || version || '","summary":"A project of the benchmark.","requires_python":">=3.9","requires_dist":["requests>=2","numpy; python_version<\\"4\\""]}' FROM releases""")
    db.executemany("INSERT INTO files (id, release_id, project_id, filename, packagetype, python_version, size, sha256, blake2b_256, md5, metadata_sha256,"
                   " metadata_size, requires_python, standing, withdrawn, uploaded_at, uploaded_by) VALUES (?, ?, ?, ?, ?, ?, 20000, ?, ?, ?, ?, 300, '>=3.9', ?, ?, ?, 1)", files())
    for sql in statements:
        db.execute(sql)
    for level in ("project", "release", "file"):
        db.execute(f"INSERT INTO flags (kind, level, subject_id, category, side, set_by, set_at) SELECT 'deleted', '{level}', id, 'owner', 'owner', 'bench',"
                   f" 1767225600000000 FROM {level}s WHERE withdrawn = 1")
    db.execute("ANALYZE")
db.close()
