"""One function for each suite: runs it against a port and returns {case: (pass | fail | skip, what it printed)}."""

import os
import pathlib
import re
import shutil
import subprocess

import packages

ROOT = pathlib.Path(__file__).resolve().parents[2]
USER, PASSWORD, DATABASE = "compat", "compat-secret", "compat"
SERVER_ARGUMENTS = ("--local-infile=1", "--max-allowed-packet=64M")
CASES = ROOT / "src/test/clients"
MARIADB_TESTS = (ROOT / "compat/mariadb-tests.txt").read_text().split()


def prepare(server, kind, stage):
    """The account and schemas that the suites expect; some drop the schemas that they find."""
    sql = [f"CREATE USER '{USER}{suffix}'@'%' IDENTIFIED BY '{'' if suffix == '_empty' else PASSWORD}'" for suffix in ("", "_other", "_empty")]
    sql += [f"GRANT ALL ON *.* TO '{USER}{suffix}'@'%' WITH GRANT OPTION" for suffix in ("", "_other", "_empty")]
    sql += [f"CREATE DATABASE IF NOT EXISTS {name}" for name in (DATABASE, "test", "gotest", "testj")]
    root = ["mariadb", "--no-defaults", f"--socket={stage.folder}/server.sock", "-uroot"]
    subprocess.run(root, input=";\n".join(sql), text=True, check=True)


def missing(name, kind):
    """Why a suite can not run, or None."""
    if name.startswith("mariadb-test") and kind != "mariadb":
        return "for MariaDB alone"
    if name in ("mysqljs", "go-sql-driver", "mariadb-connector-j") and kind != "mariadb":
        return "its version does not know this server's caching_sha2_password, or only over TLS"
    return packages.why_missing(name)


def run(command, limit=600, **more):
    """Exit status (None: it hung) and everything that was printed."""
    try:
        done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              errors="replace", timeout=limit, **more)
        return done.returncode, done.stdout
    except subprocess.TimeoutExpired as late:
        return None, (late.stdout or b"").decode(errors="replace") if isinstance(late.stdout, bytes) else str(late.stdout)


def go_sql_driver(stage, port, kind):
    program = packages.go_sql_driver()
    environment = dict(os.environ, MYSQL_TEST_USER=USER, MYSQL_TEST_PASS=PASSWORD, MYSQL_TEST_ADDR=f"127.0.0.1:{port}", MYSQL_TEST_DBNAME="gotest")
    _, text = run([program, "-test.v", "-test.timeout=300s"], cwd=program.parent, env=environment)
    outcome = {"PASS": "pass", "FAIL": "fail", "SKIP": "skip"}
    return {found[2]: (outcome[found[1]], text if found[1] == "FAIL" else "") for found in re.finditer(r"^ *--- (PASS|FAIL|SKIP): (\S+)", text, re.M)}


def mysqljs(stage, port, kind):
    tests = packages.mysqljs()
    environment = dict(os.environ, MYSQL_HOST="127.0.0.1", MYSQL_PORT=str(port), MYSQL_USER=USER, MYSQL_PASSWORD=PASSWORD, MYSQL_DATABASE="test", CI="1")
    seen = {}
    for file in sorted((tests / "test/integration").rglob("test-*.js")):
        status, text = run(["node", file], limit=60, cwd=tests, env=environment)
        skipped = status == 0 and "skipping - " in text
        seen[str(file.relative_to(tests / "test/integration"))] = ("skip" if skipped else "pass" if status == 0 else "fail", text)
    return seen


def own_cases(command):
    """The programs of src/test/clients, which print a line for each case; a case that sees another value is another case."""
    def suite(stage, port, kind):
        _, text = run([*command, "127.0.0.1", port, USER, PASSWORD, DATABASE, "0"], limit=120)
        seen = {}
        for line in text.splitlines():
            word, _, rest = line.partition(" ")
            if word in ("ok", "FAIL", "skip"):
                name, _, value = rest.partition(":")
                seen[name if word == "ok" and not value else f"{name} ={value[:80]}" if word == "ok" else name] = (
                    {"ok": "pass", "FAIL": "fail", "skip": "skip"}[word], line)
        return seen
    return suite


def mariadb_connector_j(stage, port, kind):
    classpath = packages.connector_j()
    url = f"jdbc:mariadb://127.0.0.1:{port}/testj?user={USER}&password={PASSWORD}"
    _, text = run(["java", "-cp", classpath, f"-DdbUrl={url}", "RunTests"], limit=900)
    outcome = {"PASS": "pass", "FAIL": "fail", "SKIP": "skip"}
    return {found[2]: (outcome[found[1]], found[0]) for found in re.finditer(r"^(PASS|FAIL|SKIP) (\S+).*", text, re.M)}


def mariadb_test(*protocol):
    def suite(stage, port, kind):
        var = stage.folder / "mtr"
        shutil.rmtree(var, ignore_errors=True)
        extern = [word for pair in (("host", "127.0.0.1"), ("port", port), ("user", USER), ("password", PASSWORD)) for word in ("--extern", f"{pair[0]}={pair[1]}")]
        _, text = run(["perl", "./mariadb-test-run.pl", *extern, f"--vardir={var}", "--force", "--max-test-fail=0", "--nowarnings", *protocol, *MARIADB_TESTS],
                      limit=1500, cwd="/usr/share/mysql/mysql-test", env=dict(os.environ, MTR_BUILD_THREAD="auto"))
        outcome = {"pass": "pass", "fail": "fail", "skipped": "skip", "disabled": "skip"}
        seen = {}
        for found in re.finditer(r"^(\w+\.[\w-]+)(?: '[^']*')? +(?:w\d )?\[ (pass|fail|skipped|disabled) \].*", text, re.M):
            seen[found[1]] = (outcome[found[2]], text if found[2] == "fail" else "")
        return seen
    return suite


ALL = {
    "go-sql-driver": go_sql_driver,
    "mysqljs": mysqljs,
    "mariadb-connector-j": mariadb_connector_j,
    "pymysql": own_cases(["/usr/bin/python3", CASES / "pymysql_cases.py"]),
    "mysql2": own_cases(["node", CASES / "mysql2_cases.mjs"]),
    "mariadb-test": mariadb_test(),
    "mariadb-test-ps": mariadb_test("--ps-protocol"),
    "mariadb-test-cursor": mariadb_test("--cursor-protocol"),
}
