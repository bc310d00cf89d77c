"""The ledger that drivers of crashes look into: a file, or a database of PostgreSQL's. Either is read
beside whoever works on it, and by statements that both understand."""

import json
import pathlib
import sqlite3
import subprocess


class Broken(Exception):
    """A promise does not hold."""


class FileLedger:
    migrations = 11  # at the least, of a new one

    def __init__(self, file):
        self.file = pathlib.Path(file)
        self.url = f"sqlite:{self.file}"

    def fresh(self):
        """Another one, that is not there yet."""
        other = self.file.with_name("fresh.db")
        for old in other.parent.glob("fresh.db*"):
            old.unlink()
        return FileLedger(other)

    def is_there(self):
        return self.file.exists() and bool(
            self.query("SELECT 1 FROM sqlite_master WHERE name = 'recovery'"))

    def query(self, sql):
        ledger = sqlite3.connect(f"file:{self.file}?mode=ro", uri=True, timeout=10)
        try:
            return ledger.execute(sql).fetchall()
        except sqlite3.Error as error:
            raise Broken(f"the ledger cannot be read: {error}") from error
        finally:
            ledger.close()


class DatabaseLedger:
    migrations = 2

    def __init__(self, server, name):
        """A new database of the server, by that name."""
        self.server, self.name = server, name
        self.url = server.replace("/postgres?", f"/{name}?")
        for sql in (f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name}"):
            self.ask(server, sql)

    def fresh(self):
        return DatabaseLedger(self.server, self.name + "_fresh")

    def is_there(self):
        return bool(self.query("SELECT 1 FROM pg_tables WHERE tablename = 'recovery'"))

    def query(self, sql):
        rows = self.ask(self.url, f"SELECT json_agg(row) FROM ({sql}) AS row")
        # As pairs, since two columns may have one name.
        return json.loads(rows or "[]", object_pairs_hook=lambda row: tuple(each for _, each in row))

    @staticmethod
    def ask(url, sql):
        done = subprocess.run(["psql", "-qXAt", url, "-c", sql], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode != 0:
            raise Broken(f"the ledger cannot be read: {done.stderr.strip()}")
        return done.stdout.strip()
