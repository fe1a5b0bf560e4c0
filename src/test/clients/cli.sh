#!/usr/bin/env bash
# The command line clients of MariaDB and MySQL against an endpoint:
#   cli.sh HOST PORT USER PASSWORD DATABASE TLS(0|1) mariadb|mysql [COMMAND...]
# COMMAND starts the client where that takes more than its name, as with a client unpacked beside the system.
set -uo pipefail

[[ $# -ge 7 ]] || { echo "usage: $0 HOST PORT USER PASSWORD DATABASE TLS(0|1) mariadb|mysql [COMMAND...]" >&2; exit 64; }
host=$1 port=$2 user=$3 password=$4 database=$5 tls=$6 kind=$7
shift 7
command=("$@")
[[ ${#command[@]} -gt 0 ]] || command=("$kind")

connection=(--no-defaults --protocol=tcp --host="$host" --port="$port" --default-character-set=utf8mb4 --max-allowed-packet=64M)
case $kind$tls in
  mariadb0) connection+=(--skip-ssl) ;;
  mariadb1) connection+=(--ssl --skip-ssl-verify-server-cert) ;;
  mysql0) connection+=(--ssl-mode=DISABLED --get-server-public-key --commands) ;;
  mysql1) connection+=(--ssl-mode=REQUIRED --commands) ;;
esac
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# client OPTION...: the client as the test's account; SQL from -e or standard input. Output without headings.
client() { MYSQL_PWD=$password "${command[@]}" "${connection[@]}" --user="$user" --batch --skip-column-names "$@"; }
in_schema() { client "$database" "$@"; }
# The same in the background, as a process group of its own: without that, background jobs of a script are deaf to Ctrl-C.
background() { set -m; in_schema "$@" >"$scratch/out" 2>&1 & set +m; }

same() { [[ $1 == "$2" ]] || { echo "expected ${1:0:200}, got ${2:0:200}"; return 1; }; }
# fails COMMAND...: the error of a command that has to fail, on standard output.
fails() { local out; if out=$("$@" 2>&1); then echo "no error: $out"; return 1; else echo "$out"; fi; }

connect() { same 1 "$(in_schema -e 'SELECT 1')"; }
tls_as_asked() {
  local state
  state=$(in_schema -e 'status' | grep '^SSL')
  if [[ $tls == 1 ]]; then [[ $state == *Cipher* ]]; else [[ $state == *'Not in use'* ]]; fi || { echo "$state"; return 1; }
}
wrong_password() { observed=$(password=wrong fails in_schema -e 'SELECT 1'); }
unknown_schema() { observed=$(fails client no_such_schema -e 'SELECT 1'); }
empty_password() { same "${user}_empty" "$(user=${user}_empty password='' in_schema -e "SELECT SUBSTRING_INDEX(CURRENT_USER(), '@', 1)")"; }
default_schema() { same "$database" "$(in_schema -e 'SELECT DATABASE()')" && same NULL "$(client -e 'SELECT DATABASE()')"; }
types() {
  same $'-9223372036854775807\t18446744073709551615\t1.50\tNULL\tGrüße 🐬\t00FF0A\t2024-02-29\t12:34:56.500\t[1, 2]' "$(in_schema -e "
    SELECT -9223372036854775807, 18446744073709551615, CAST(1.5 AS DECIMAL(10,2)), NULL, 'Grüße 🐬', HEX(x'00FF0A'), DATE '2024-02-29',
           TIME '12:34:56.500', JSON_ARRAY(1, 2)")"
}
transaction() {
  same $'0\n1\n0' "$(in_schema -e "DELETE FROM items; BEGIN; INSERT INTO items (name) VALUES ('a'); COMMIT; BEGIN; DELETE FROM items;
    ROLLBACK; SET autocommit=0; SELECT @@autocommit; SELECT COUNT(*) FROM items; DELETE FROM items; SELECT COUNT(*) FROM items")" &&
    same 1 "$(in_schema -e 'SELECT COUNT(*) FROM items')" # left without COMMIT
}
prepared() { same 42 "$(in_schema -e "PREPARE twice FROM 'SELECT CAST(? * 2 AS SIGNED)'; SET @n = 21; EXECUTE twice USING @n; DEALLOCATE PREPARE twice")"; }
many_rows='SELECT a.n * 400 + b.n AS n, SHA2(a.n * 400 + b.n, 256) FROM numbers a JOIN numbers b WHERE a.n < 150 AND b.n < 400 ORDER BY n'
big_result() { same 60000 "$(in_schema -e "$many_rows" | wc -l)"; }
big_result_unbuffered() { same 60000 "$(in_schema --quick -e "$many_rows" | wc -l)"; }
output_cut_off() {
  same 3 "$(in_schema --quick -e "$many_rows" 2>/dev/null | head -n 3 | wc -l)" && same 1 "$(in_schema -e 'SELECT 1')"
}
packet_over_16_mib_each_way() {
  { printf "SELECT '"; head -c $((20 << 20)) /dev/zero | tr '\0' x; printf "'"; } >"$scratch/big.sql"
  same $((20 << 20)) "$(in_schema <"$scratch/big.sql" | tr -d '\n' | wc -c)"
}
error_syntax() { observed=$(fails in_schema -e 'SELEKT 1'); }
error_duplicate_key() { observed=$(fails in_schema -e 'INSERT INTO numbers VALUES (7)'); }
usable_after_error() { same $'1\n2' "$(in_schema --force 2>/dev/null <<<'SELECT 1; SELECT * FROM no_such_table; SELECT 2;')"; }
multi_statements() { same $'1\n2\n3' "$(printf 'DELIMITER //\nSELECT 1; DO 0; SELECT 2//\nSELECT 3//\n' | in_schema)"; }
multi_statements_failing_half_way() { observed=$(fails in_schema < <(printf 'DELIMITER //\nSELECT 1; SELECT * FROM no_such_table; SELECT 3//\n')); }
procedure() { same $'5\n6\t2\n42\t2' "$(in_schema -e 'CALL two_results(5); SET @c = 1; CALL out_values(21, @b, @c); SELECT @b, @c')"; }
infile_allowed() {
  seq 1000 50999 >"$scratch/numbers"
  same 50000 "$(in_schema --local-infile=1 -e "LOAD DATA LOCAL INFILE '$scratch/numbers' INTO TABLE numbers; DELETE FROM numbers WHERE n >= 1000;
    SELECT ROW_COUNT()")"
}
infile_missing_file() { observed=$(fails in_schema --local-infile=1 -e "LOAD DATA LOCAL INFILE '/no/such/file' INTO TABLE numbers"); }
infile_refused() { observed=$(fails in_schema --local-infile=0 -e "LOAD DATA LOCAL INFILE '/etc/hostname' INTO TABLE numbers"); }
cancel_by_ctrl_c() {
  local pid tries status
  background -e 'SELECT SLEEP(30)'
  pid=$!
  for ((tries = 0; tries < 100; tries++)); do
    same 1 "$(in_schema -e "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE INFO LIKE 'SELECT SLEEP(%'")" >/dev/null && break
  done
  kill -INT -- -"$pid"
  SECONDS=0
  wait "$pid" 2>/dev/null
  status=$?
  [[ $SECONDS -lt 20 ]] || { echo "not cancelled: $(cat "$scratch/out")"; return 1; }
  same 0 "$(in_schema -e "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE INFO LIKE 'SELECT SLEEP(%'")" && observed="status $status"
}
session_settings() {
  same $'ANSI_QUOTES\t1970-01-01 05:30:01\tlatin1\n499\ninformation_schema' "$(in_schema -e "
    SET SESSION sql_mode='ANSI_QUOTES', time_zone='+05:30'; SET NAMES latin1;
    SELECT @@sql_mode, FROM_UNIXTIME(1), @@character_set_results; SELECT MAX(\"n\") FROM numbers; USE information_schema; SELECT DATABASE()")"
}
last_insert_id() {
  same $'1\n1' "$(in_schema -e "TRUNCATE items; INSERT INTO items (name) VALUES ('x'), ('y'); SELECT LAST_INSERT_ID(); SELECT LAST_INSERT_ID()")"
}
user_variables_and_temporary_table() {
  same $'42\tü\n3' "$(in_schema -e "SET @a = 41, @b = 'ü'; SELECT @a + 1, @b; CREATE TEMPORARY TABLE t AS SELECT 3 AS n; SELECT n FROM t")"
}
get_lock() { same $'1\n0\n1' "$(in_schema -e "SELECT GET_LOCK('usher-cli', 1); SELECT IS_FREE_LOCK('usher-cli'); SELECT RELEASE_LOCK('usher-cli')")"; }
warnings() {
  observed=$(in_schema --show-warnings -e "SET SESSION sql_mode=''; INSERT INTO items (name) VALUES ('longer than twenty characters')")
  [[ $observed == *1265* ]]
}
found_rows_and_row_count() {
  same $'0\n1\n2\n500\n10' "$(in_schema -e "SELECT SQL_CALC_FOUND_ROWS n FROM numbers ORDER BY n LIMIT 3; SELECT FOUND_ROWS();
    UPDATE numbers SET n = n + 100000 WHERE n < 10; SELECT ROW_COUNT(); UPDATE numbers SET n = n - 100000 WHERE n >= 100000")"
}
reset_connection() {
  [[ $kind == mysql ]] || { observed='the client has no resetconnection'; return 2; }
  same $'1\nNULL' "$(printf 'SET @left = 1;\nSELECT @left;\nresetconnection\nSELECT @left;\n' | in_schema)"
}
reconnect() { same "$database" "$(printf 'connect\nSELECT DATABASE();\n' | in_schema 2>/dev/null | tail -n 1)"; }
statistics() { in_schema -e status | grep -q 'Threads: .*Questions: '; }
server_version() { observed=$(in_schema -e 'SELECT VERSION()'); }
compression() { same 60000 "$(in_schema --compress -e "$many_rows" | wc -l)"; }

cases=(connect tls_as_asked wrong_password unknown_schema empty_password default_schema types transaction prepared big_result
  big_result_unbuffered output_cut_off packet_over_16_mib_each_way error_syntax error_duplicate_key usable_after_error multi_statements
  multi_statements_failing_half_way procedure infile_allowed infile_missing_file infile_refused cancel_by_ctrl_c session_settings
  last_insert_id user_variables_and_temporary_table get_lock warnings found_rows_and_row_count reset_connection reconnect statistics
  server_version compression)

if ! in_schema -e 'DO 0' 2>"$scratch/why"; then
  # MySQL's client has lost mysql_native_password, and older MariaDB servers have nothing else for a password.
  grep -q "plugin 'mysql_native_password'" "$scratch/why" && { echo "skip everything: $(cat "$scratch/why")"; exit 0; }
  cat "$scratch/why"
  exit 1
fi
in_schema <<SQL || exit 1
DROP TABLE IF EXISTS items, numbers; DROP PROCEDURE IF EXISTS two_results; DROP PROCEDURE IF EXISTS out_values;
CREATE TABLE items (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(20) UNIQUE);
CREATE TABLE numbers (n INT PRIMARY KEY);
INSERT INTO numbers VALUES $(seq -s, 0 499 | sed -E 's/[0-9]+/(&)/g');
DELIMITER //
CREATE PROCEDURE two_results(IN a INT) BEGIN SELECT a AS first; SELECT a + 1 AS second, 2 AS third; END//
CREATE PROCEDURE out_values(IN a INT, OUT b INT, INOUT c INT) BEGIN SET b = a * 2; SET c = c + 1; END//
SQL
failed=0
for name in "${cases[@]}"; do
  observed=
  "$name" >"$scratch/why" 2>&1
  case $? in
    0) line="ok $name${observed:+: $observed}" ;;
    2) line="skip $name: $observed" ;;
    *) line="FAIL $name: $(cat "$scratch/why") $observed" failed=1 ;;
  esac
  printf '%s\n' "${line//$'\n'/ }"
done
exit $failed
