# The tests of mysql for Node (mysqljs) that need a server, a process for each file. Not among the default ones: it lacks
# CLIENT_PLUGIN_AUTH, so that its login cannot be relayed (docs/logins.md), and the suites' account is not told to Usher.
# shellcheck shell=bash
prepare() {
  need nodejs
  source_of node-mysql
  node_modules mysql@"$version" require-all assert-plus
  title="mysql for Node $version"
}
cases() { node_cases "$1" "$cache/compat/node/node_modules/mysql"; }
