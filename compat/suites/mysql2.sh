# mysql2 has its tests in its repository alone. It is made to be used in place of mysql (mysqljs): here with that one's tests.
# shellcheck shell=bash
prepare() {
  need nodejs
  source_of node-mysql
  node_modules mysql@"$version" mysql2
  title="mysql2 $(node -p "require('$cache/compat/node/node_modules/mysql2/package.json').version") with mysql's tests"
}
cases() { node_cases "$1" "$cache/compat/node/node_modules/mysql2"; }
