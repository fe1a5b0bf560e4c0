"""The server, and the ways to it: direct, through HAProxy, through Usher."""

import os
import pathlib
import subprocess
import sys

from processes import free_port

ROOT = pathlib.Path(__file__).resolve().parents[2]
USER, PASSWORD, DATABASE = "bench", "bench-secret", "bench"
ACCOUNTS = f"""CREATE DATABASE IF NOT EXISTS {DATABASE};
CREATE USER IF NOT EXISTS '{USER}'@'%' IDENTIFIED BY '{PASSWORD}';
GRANT ALL ON {DATABASE}.* TO '{USER}'@'%';
"""
CACHE = pathlib.Path(os.environ.get("USHER_TEST_SERVERS", pathlib.Path.home() / ".cache/usher-tests"))


def as_root():
    return ["--user=root"] if os.geteuid() == 0 else []


def mysql_program(name):
    """MySQL as `ci/servers` unpacks it beside the system, with its own loader."""
    tree = CACHE / "mysql/root"
    libraries = tree / "usr/lib/x86_64-linux-gnu"
    if not (tree / "usr/sbin/mysqld").exists():
        sys.exit("no MySQL: ci/servers installs it")
    base = [f"--basedir={tree}/usr", f"--plugin-dir={tree}/usr/lib/mysql/plugin", f"--lc-messages-dir={tree}/usr/share/mysql",
            f"--character-sets-dir={tree}/usr/share/mysql/charsets", "--secure-file-priv=NULL"]
    return [libraries / "ld-linux-x86-64.so.2", "--library-path", libraries, tree / name, "--no-defaults", *base]


def start_server(stage, kind, *arguments):
    """A server with an empty schema and the benchmark's account; its data is in the stage's folder."""
    data, port, init = stage.folder / "data", free_port(), stage.folder / "init.sql"
    init.write_text(ACCOUNTS)
    if kind == "mysql":
        program = mysql_program("usr/sbin/mysqld")
        make, own = [*program, "--initialize-insecure", f"--datadir={data}", *as_root()], ["--mysqlx=OFF", "--skip-log-bin"]
    else:
        program, own = ["/usr/sbin/mariadbd", "--no-defaults"], []
        make = ["mariadb-install-db", "--no-defaults", "--skip-test-db", "--auth-root-authentication-method=normal", f"--datadir={data}", *as_root()]
    made = subprocess.run([str(word) for word in make], capture_output=True, text=True)
    if made.returncode:
        sys.exit(f"cannot make a data directory: {made.stdout}{made.stderr}")
    common = [f"--datadir={data}", f"--port={port}", f"--socket={stage.folder}/server.sock", f"--pid-file={stage.folder}/server.pid", f"--tmpdir={stage.folder}",
              "--bind-address=127.0.0.1", "--skip-name-resolve", f"--init-file={init}", "--max-connections=500", "--performance-schema=OFF",
              "--innodb-buffer-pool-size=128M", "--innodb-flush-log-at-trx-commit=0"]
    return stage.start("server", [*program, *as_root(), *common, *own, *arguments], port)


def start_haproxy(stage, server):
    port, settings = free_port(), stage.folder / "haproxy.cfg"
    settings.write_text(f"""global
    nbthread 1
    maxconn 8000
defaults
    mode tcp
    timeout connect 5s
    timeout client 1h
    timeout server 1h
frontend clients
    bind 127.0.0.1:{port}
    default_backend servers
backend servers
    server one 127.0.0.1:{server.port}
""")
    # -db keeps it in the foreground without a master, so that its process is the one that was started.
    return stage.start("haproxy", ["haproxy", "-db", "-f", settings], port)


def start_usher(stage, server, *flags):
    port = free_port()
    command = [ROOT / "usher", "serve", "--server", f"127.0.0.1:{server.port}", "--listen", f"127.0.0.1:{port}",
               "--admin", f"127.0.0.1:{free_port()}", *flags]
    return stage.start("usher", command, port)


def build_usher():
    built = subprocess.run([str(ROOT / "usher"), "--version"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    if built.returncode:
        sys.exit("Usher does not build")
    return built.stdout.strip()
