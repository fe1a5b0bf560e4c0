# MariaDB Connector/J's own tests, with the jar that Maven Central has of that version.
# shellcheck shell=bash
prepare() {
  need maven
  source_of mariadb-connector-java
  title="MariaDB Connector/J $version"
}
cases() {
  local tests=$work/connector-j
  rm -rf "$tests" && mkdir -p "$tests/src" && cp -r "$source/src/test" "$tests/src" && sed "s/@VERSION@/$version/" "$root/compat/suites/connector-j.pom.xml" >"$tests/pom.xml"
  (cd "$tests" && mvn -B -q -DdbUrl="jdbc:mariadb://127.0.0.1:$1/testj?user=root&enablePacketDebug=true&profileSql=false" test) >"$log" 2>&1
  /usr/bin/python3 - "$tests/target/surefire-reports" <<'PYTHON'
import glob, sys, xml.etree.ElementTree as tree
for file in glob.glob(sys.argv[1] + "/TEST-*.xml"):
    for case in tree.parse(file).getroot().iter("testcase"):
        failed = case.find("failure") is not None or case.find("error") is not None
        outcome = "fail" if failed else "skip" if case.find("skipped") is not None else "ok"
        print(outcome, case.get("classname").replace("org.mariadb.jdbc.", "") + "." + case.get("name").replace(" ", "_"))
PYTHON
}
