# PyMySQL's own tests, with the PyMySQL that they belong to.
# shellcheck shell=bash
prepare() {
  need python3-pytest python3-cryptography
  source_of python-pymysql
  title="PyMySQL $version"
}
cases() {
  local tests=$work/pymysql
  rm -rf "$tests" && cp -r "$source" "$tests"
  cat >"$tests/pymysql/tests/databases.json" <<JSON
[{"host": "127.0.0.1", "port": $1, "user": "root", "passwd": "", "database": "test1", "use_unicode": true, "local_infile": true},
 {"host": "127.0.0.1", "port": $1, "user": "root", "passwd": "", "database": "test2"}]
JSON
  pytest_cases "$tests" pymysql/tests
}
