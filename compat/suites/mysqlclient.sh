# mysqlclient's own tests (MySQLdb), with the distribution's module: it is C, on libmariadb.
# shellcheck shell=bash
prepare() {
  need python3-pytest python3-mock python3-mysqldb
  source_of python-mysqldb
  title="mysqlclient $(/usr/bin/python3 -c 'import MySQLdb; print(MySQLdb.__version__)')"
}
cases() {
  local tests=$work/mysqlclient
  rm -rf "$tests" && mkdir "$tests" && cp -r "$source/tests" "$tests"
  cat >"$tests/tests/default.cnf" <<CNF
[MySQLdb-tests]
host = 127.0.0.1
port = $1
user = root
database = test
default-character-set = utf8mb4
CNF
  pytest_cases "$tests" tests
}
