"""The server, and the ways to it: direct, through HAProxy, through Usher."""

import os
import pathlib
import re
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


def server_program(kind):
    return mysql_program("usr/sbin/mysqld") if kind == "mysql" else ["/usr/sbin/mariadbd", "--no-defaults"]


def version(kind):
    """Name and version, as the server itself says."""
    command = [str(word) for word in server_program(kind)]
    # A program that its own loader starts needs no more than its libraries for this.
    command = [*command[:4], "--no-defaults", "--version"] if kind == "mysql" else [*command, "--version"]
    text = subprocess.run(command, capture_output=True, text=True).stdout
    return ("MySQL " if kind == "mysql" else "MariaDB ") + (re.search(r"Ver ([\w.]+)", text) or ["", "of unknown version"])[1]


def certificate(stage):
    """Files of a certificate and its key, of this stage's own."""
    key, chain = stage.folder / "key.pem", stage.folder / "cert.pem"
    made = subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=bench", "-keyout", key, "-out", chain],
                          capture_output=True, text=True)
    if made.returncode:
        sys.exit(made.stderr)
    return chain, key


def start_server(stage, kind):
    """A server with an empty schema and the benchmark's account; its data is in the stage's folder."""
    data, port, init = stage.folder / "data", free_port(), stage.folder / "init.sql"
    init.write_text(ACCOUNTS)
    program = server_program(kind)
    if kind == "mysql":
        make, own = [*program, "--initialize-insecure", f"--datadir={data}", *as_root()], ["--mysqlx=OFF", "--skip-log-bin"]
    else:
        own = [f"--ssl-{what}={file}" for what, file in zip(("cert", "key"), certificate(stage))] if kind == "mariadb-tls" else []
        make = ["mariadb-install-db", "--no-defaults", "--skip-test-db", "--auth-root-authentication-method=normal", f"--datadir={data}", *as_root()]
    made = subprocess.run([str(word) for word in make], capture_output=True, text=True)
    if made.returncode:
        sys.exit(f"cannot make a data directory: {made.stdout}{made.stderr}")
    common = [f"--datadir={data}", f"--port={port}", f"--socket={stage.folder}/server.sock", f"--pid-file={stage.folder}/server.pid", f"--tmpdir={stage.folder}",
              "--bind-address=127.0.0.1", "--skip-name-resolve", f"--init-file={init}", "--max-connections=4000", "--max-prepared-stmt-count=100000", "--performance-schema=OFF",
              "--innodb-buffer-pool-size=128M", "--innodb-flush-log-at-trx-commit=0",
              "--max-allowed-packet=256M"]
    return stage.start("server", [*program, *as_root(), *common, *own], port)


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


def start_router(stage, server):
    """MySQL Router with connection sharing, out of the same tree as MySQL."""
    tree, port, settings = CACHE / "mysql/root", free_port(), stage.folder / "router.conf"
    libraries = tree / "usr/lib/x86_64-linux-gnu"
    chain, key = certificate(stage)
    settings.write_text(f"""[DEFAULT]
plugin_folder={tree}/usr/lib/mysqlrouter/plugin
logging_folder={stage.folder}
runtime_folder={stage.folder}
data_folder={stage.folder}
max_total_connections=8000
[logger]
level=WARNING
[io]
threads=1
[connection_pool]
max_idle_server_connections=64
[routing:shared]
bind_address=127.0.0.1
bind_port={port}
destinations=127.0.0.1:{server.port}
routing_strategy=first-available
protocol=classic
client_ssl_mode=PREFERRED
client_ssl_cert={chain}
client_ssl_key={key}
server_ssl_mode=DISABLED
connection_sharing=1
connection_sharing_delay=0
""")
    program = [libraries / "ld-linux-x86-64.so.2", "--library-path", f"{tree}/usr/lib/mysql-router:{libraries}", tree / "usr/bin/mysqlrouter"]
    return stage.start("router", [*program, "-c", settings], port)


def start_usher(stage, server, name="usher", *flags, jvm=""):
    """`jvm` are more options for its JVM."""
    port = free_port()
    options = f"{os.environ.get('USHER_JAVA_OPTS', '')} {jvm}"
    command = ["env", f"USHER_JAVA_OPTS={options}", ROOT / "usher", "serve", "--server", f"127.0.0.1:{server.port}", "--listen", f"127.0.0.1:{port}",
               "--admin", f"127.0.0.1:{free_port()}", *flags]
    return stage.start(name, command, port)


def build_usher():
    built = subprocess.run([str(ROOT / "usher"), "--version"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    if built.returncode:
        sys.exit("Usher does not build")
    return built.stdout.strip()
