# go-sql-driver's own tests; the distribution's package carries them.
# shellcheck shell=bash
prepare() {
  need golang-go golang-github-go-sql-driver-mysql-dev
  title="go-sql-driver $(dpkg-query -W -f '${source:Upstream-Version}' golang-github-go-sql-driver-mysql-dev)"
}
cases() {
  (cd "$work" && GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE=$cache/compat/go MYSQL_TEST_ADDR=127.0.0.1:$1 MYSQL_TEST_CONCURRENT=1 \
    go test -count=1 -v github.com/go-sql-driver/mysql) 2>&1 | tee "$log" | sed -nE 's/^--- PASS: (\S+).*/ok \1/p; s/^--- FAIL: (\S+).*/fail \1/p; s/^--- SKIP: (\S+).*/skip \1/p'
}
