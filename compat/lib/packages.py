"""Where the suites come from: Debian's packages and source packages, npm and Maven; kept in the cache folder of the tests."""

import os
import pathlib
import re
import shutil
import subprocess

CACHE = pathlib.Path(os.environ.get("USHER_TEST_SERVERS", pathlib.Path.home() / ".cache/usher-tests"))
HOME = CACHE / "compat"
GO_PACKAGE = "github.com/go-sql-driver/mysql"


def why_missing(name):
    needs = {"go-sql-driver": go_sql_driver, "mysqljs": mysqljs, "mariadb-connector-j": connector_j}
    try:
        if name in needs:
            needs[name]()
        if name == "mysql2" and not (CACHE / "node/node_modules/mysql2").exists():
            return "mysql2 is not installed: ci/clients"
        if name.startswith("mariadb-test") and not os.path.exists("/usr/share/mysql/mysql-test/mariadb-test-run.pl"):
            return "mariadb-test is not installed"
        return None
    except (OSError, subprocess.CalledProcessError) as error:
        return re.sub(r"\s+", " ", str(error))[:120]


def done(command, **more):
    subprocess.run([str(word) for word in command], check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True, **more)


def go_sql_driver():
    """The package's tests, compiled; the program runs in a copy of the package, where its files are."""
    folder = HOME / "go-sql-driver"
    program = folder / "mysql.test"
    if not program.exists():
        shutil.copytree(f"/usr/share/gocode/src/{GO_PACKAGE}", folder, dirs_exist_ok=True)
        done(["go", "test", "-c", "-o", program, GO_PACKAGE],
             env=dict(os.environ, GO111MODULE="off", GOPATH="/usr/share/gocode", GOCACHE=str(HOME / "go-cache"), GOFLAGS=""))
    return program


def source_package(name, wanted):
    """A source package's upstream archive, unpacked. The machine's own package sources say where it is."""
    folder = HOME / name
    if not folder.exists():
        state = HOME / "apt"
        for each in ("lists/partial", "archives/partial"):
            (state / each).mkdir(parents=True, exist_ok=True)
        (state / "status").touch()
        lines = []
        for file in [pathlib.Path("/etc/apt/sources.list"), *pathlib.Path("/etc/apt/sources.list.d").glob("debian*.sources")]:
            if file.exists():
                lines.append(re.sub(r"^Types: deb$", "Types: deb-src", re.sub(r"^deb ", "deb-src ", file.read_text(), flags=re.M), flags=re.M))
        (state / "src.sources").write_text("\n".join(lines))
        (state / "apt.conf").write_text(f'Dir::State "{state}"; Dir::State::lists "{state}/lists"; Dir::State::status "{state}/status"; Dir::Cache "{state}"; '
                                        f'Dir::Etc::sourcelist "{state}/src.sources"; Dir::Etc::sourceparts "-"; APT::Sandbox::User "root";')
        apt = dict(os.environ, APT_CONFIG=str(state / "apt.conf"))
        done(["apt-get", "update", "-qq"], env=apt)
        # Some mirrors lack files that nobody needs here, so that what has come counts, not the exit status.
        subprocess.run(["apt-get", "source", "-qq", "--download-only", name], env=apt, cwd=state, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        archives = [file for file in state.glob(f"{name}_*.orig.tar.*") if not file.name.endswith(".asc")]
        if not archives:
            raise OSError(f"the source package {name} can not be had")
        (partial := folder.with_suffix(".partial")).mkdir(exist_ok=True)
        done(["tar", "xf", archives[0], "-C", partial, "--strip-components=1"])
        if not (partial / wanted).exists():
            raise OSError(f"{name} has no {wanted}")
        partial.rename(folder)
    return folder


def mysqljs():
    folder = source_package("node-mysql", "test/integration")
    if not (folder / "node_modules/utest").exists():
        done(["npm", "install", "--no-audit", "--no-fund", "--no-save"] + ["after@0.8.2", "seedrandom@3.0.5", "timezone-mock@0.0.7", "utest@0.0.8",
              "bignumber.js@9.0.0", "readable-stream@2.3.7", "safe-buffer@5.1.2", "sqlstring@2.3.1"], cwd=folder)
    return folder


def connector_j():
    """Connector/J 2.7's own tests, compiled against its jar and JUnit 4 from Maven; returns the class path."""
    folder = source_package("mariadb-connector-java", "src/test/java")
    classes, libraries = folder / "test-classes", folder / "libraries"
    if not (classes / "RunTests.class").exists():
        libraries.mkdir(exist_ok=True)
        for artifact in ("org.mariadb.jdbc:mariadb-java-client:2.7.6", "junit:junit:4.13.2", "org.hamcrest:hamcrest-core:1.3", "net.java.dev.jna:jna:5.12.1",
                         "net.java.dev.jna:jna-platform:5.12.1", "com.zaxxer:HikariCP:3.4.5", "org.slf4j:slf4j-api:1.7.36",
                         "com.amazonaws:aws-java-sdk-rds:1.11.931", "com.amazonaws:aws-java-sdk-core:1.11.931"):
            done(["mvn", "-q", "-B", "dependency:copy", f"-Dartifact={artifact}", f"-DoutputDirectory={libraries}"])
        classes.mkdir(exist_ok=True)
        sources = [str(file) for file in (folder / "src/test/java").rglob("*.java")]
        runner = pathlib.Path(__file__).with_name("RunTests.java")
        done([shutil.which("javac"), "-nowarn", "-proc:none", "-encoding", "UTF-8", "-d", classes, "-cp", f"{libraries}/*", runner, *sources])
    return f"{classes}:{folder}/src/test/resources:{libraries}/*"
