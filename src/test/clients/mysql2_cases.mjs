// mysql2 for Node against a MySQL or MariaDB endpoint: HOST PORT USER PASSWORD DATABASE TLS(0|1).
// mysql2 is found through USHER_TEST_NODE (a folder with node_modules), by default ~/.cache/usher-tests/node.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';

const modules = process.env.USHER_TEST_NODE ?? `${process.env.USHER_TEST_SERVERS ?? `${homedir()}/.cache/usher-tests`}/node`;
const mysql = createRequire(`${modules}/index.js`)('mysql2/promise');

if (process.argv.length < 8) {
  console.error(`usage: ${process.argv[1]} HOST PORT USER PASSWORD DATABASE TLS(0|1)`);
  process.exit(64);
}
const [host, port, user, password, database, tls] = process.argv.slice(2);
const settings = {
  host, port: Number(port), user, password, database, charset: 'utf8mb4', supportBigNumbers: true, dateStrings: true,
  ...(tls === '1' ? { ssl: { rejectUnauthorized: false } } : {}),
};
const manyRows = 'SELECT a.n * 400 + b.n AS n, SHA2(a.n * 400 + b.n, 256) AS h FROM numbers a JOIN numbers b WHERE a.n < 150 AND b.n < 400';
const everyByte = Buffer.from(Array.from({ length: 256 }, (_, n) => n));
const big = '0123456789abcdef'.repeat(20 << 16);

/** Gives connections to `use` and ends them afterwards. */
async function connected(options, use, count = 1) {
  const connections = [];
  try {
    for (let i = 0; i < count; i++) connections.push(await mysql.createConnection({ ...settings, ...options }));
    return await use(...connections);
  } finally {
    for (const connection of connections) connection.destroy();
  }
}

/** The first value of the first row. */
async function value(connection, sql, parameters) {
  const [rows] = await connection.query({ sql, rowsAsArray: true }, parameters);
  return rows[0][0];
}

async function failure(action) {
  try {
    await action();
  } catch (error) {
    return `${error.errno} ${error.sqlState} ${error.message}`;
  }
  throw new Error('no error');
}

function checkRow({ n, h }) {
  assert.equal(createHash('sha256').update(String(n)).digest('hex'), h);
}

const row = {
  id: 1, i: '-9223372036854775807', u: '18446744073709551615', d: '123456789012345.67890', f: 0.5, t: 'Grüße 🐬 \'"\\ \0 end', b: everyByte,
  day: '2024-02-29', moment: '2024-02-29 12:34:56.123456', span: '-100:59:58.125', j: JSON.stringify({ a: [1, 2, 'é'] }), nothing: null,
};

async function writeAndReadTypes(connection, call) {
  await connection.query('DELETE FROM types');
  await connection[call](`INSERT INTO types VALUES (${Object.keys(row).map(() => '?').join(', ')})`, Object.values(row));
  const [[read]] = await connection[call]('SELECT * FROM types');
  const json = (text) => (typeof text === 'string' ? JSON.parse(text) : text);
  assert.deepEqual({ ...read, j: json(read.j) }, { ...row, j: json(row.j) });
}

const cases = {
  connect: () => connected({}, async (c) => {
    assert.equal(tls === '1', c.connection.stream.encrypted === true);
    assert.equal(await value(c, 'SELECT 1'), 1);
  }),
  wrong_password: () => failure(() => connected({ password: 'wrong' }, () => {})),
  unknown_schema: () => failure(() => connected({ database: 'no_such_schema' }, () => {})),
  empty_password: () => connected({ user: `${user}_empty`, password: '' }, async (c) => {
    assert.equal((await value(c, 'SELECT CURRENT_USER()')).split('@')[0], `${user}_empty`);
  }),
  default_schema: () => connected({}, async (c) => assert.equal(await value(c, 'SELECT DATABASE()'), database)),
  connection_id_is_the_greetings: () => connected({}, async (c) => {
    for (let i = 0; i < 3; i++) assert.equal(await value(c, 'SELECT CONNECTION_ID()'), c.threadId);
  }),
  types_text: () => connected({}, (c) => writeAndReadTypes(c, 'query')),
  types_binary: () => connected({}, (c) => writeAndReadTypes(c, 'execute')),
  transaction_commit_and_rollback: () => connected({}, async (one, other) => {
    await one.query('DELETE FROM items');
    await one.beginTransaction();
    await one.query("INSERT INTO items (name) VALUES ('a')");
    assert.equal(await value(other, 'SELECT COUNT(*) FROM items'), 0);
    await one.commit();
    assert.equal(await value(other, 'SELECT COUNT(*) FROM items'), 1);
    await one.beginTransaction();
    await one.query("INSERT INTO items (name) VALUES ('b')");
    await one.rollback();
    assert.equal(await value(other, 'SELECT COUNT(*) FROM items'), 1);
  }, 2),
  autocommit_off: () => connected({}, async (one, other) => {
    await one.query('DELETE FROM items');
    await one.query('SET autocommit=0');
    await one.query("INSERT INTO items (name) VALUES ('a')");
    assert.equal(await value(other, 'SELECT COUNT(*) FROM items'), 0);
    await one.query('COMMIT');
    assert.equal(await value(other, 'SELECT COUNT(*) FROM items'), 1);
    assert.equal(await value(one, 'SELECT @@autocommit'), 0);
  }, 2),
  queries_queued_by_the_driver: () => connected({}, async (c) => {
    const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => value(c, `SELECT ${n}`)));
    assert.deepEqual(answers, Array.from({ length: 50 }, (_, n) => n));
  }),
  prepared_with_changed_types: () => connected({}, async (c) => {
    const statement = await c.prepare("SELECT CONCAT(?, '') AS v");
    for (const v of [7, 'text', null, 0.25, 'Grüße']) {
      const [rows] = await statement.execute([v]);
      assert.equal(rows[0].v, v === null ? null : String(v));
    }
    await statement.close();
    assert.equal(await value(c, 'SELECT 1'), 1);
  }),
  prepared_hundred_at_once: () => connected({}, async (c) => {
    const statements = await Promise.all(Array.from({ length: 100 }, (_, n) => c.prepare(`SELECT ? + ${n} AS v`)));
    for (const [n, statement] of statements.entries()) {
      const [rows] = await statement.execute([n]);
      assert.equal(Number(rows[0].v), 2 * n);
    }
    for (const statement of statements) statement.close();
    assert.equal(await value(c, 'SELECT 1'), 1);
  }),
  prepared_cache_evicts: () => connected({ maxPreparedStatements: 5 }, async (c) => {
    for (let round = 0; round < 3; round++) {
      for (let n = 0; n < 12; n++) {
        const [rows] = await c.execute(`SELECT ${n} AS v, ? AS p`, [round]);
        assert.equal(rows[0].v, n);
      }
    }
  }),
  big_result: () => connected({}, async (c) => {
    const [rows] = await c.query(manyRows);
    assert.equal(rows.length, 60000);
    rows.forEach(checkRow);
  }),
  big_result_streamed_to_a_slow_reader: () => connected({}, async (c) => {
    let count = 0;
    for await (const each of c.connection.query(manyRows).stream({ highWaterMark: 10 })) {
      if (count % 50000 === 0) await pause(20);
      checkRow(each);
      count++;
    }
    assert.equal(count, 60000);
    assert.equal(await value(c, 'SELECT 1'), 1);
  }),
  packet_over_16_mib_each_way: () => connected({}, async (c) => assert.ok((await value(c, `SELECT '${big}'`)) === big)),
  packet_over_16_mib_binary: () => connected({}, async (c) => {
    const [rows] = await c.execute('SELECT CONCAT(?, ?) AS v', [big, 'end']);
    assert.ok(rows[0].v === `${big}end`);
  }),
  error_syntax: () => connected({}, (c) => failure(() => c.query('SELEKT 1'))),
  error_duplicate_key: () => connected({}, (c) => failure(() => c.query('INSERT INTO numbers VALUES (7)'))),
  error_in_prepare: () => connected({}, (c) => failure(() => c.execute('SELECT * FROM no_such_table'))),
  usable_after_errors: () => connected({}, async (c) => {
    for (let i = 0; i < 5; i++) {
      await failure(() => c.query('SELEKT 1'));
      await failure(() => c.execute('INSERT INTO numbers VALUES (?)', [7]));
      assert.equal(await value(c, 'SELECT 1'), 1);
    }
  }),
  multi_statements: () => connected({ multipleStatements: true }, async (c) => {
    const [[first, , third]] = await c.query({ sql: 'SELECT 1; DO 0; SELECT 2, 3', rowsAsArray: true });
    assert.deepEqual([first, third], [[[1]], [[2, 3]]]);
  }),
  multi_statements_failing_half_way: () => connected({ multipleStatements: true }, async (c) => {
    const text = await failure(() => c.query('SELECT 1; SELECT * FROM no_such_table; SELECT 3'));
    assert.equal(await value(c, 'SELECT 4'), 4);
    return text;
  }),
  multi_statements_not_allowed: () => connected({}, (c) => failure(() => c.query('SELECT 1; SELECT 2'))),
  procedure_result_sets: () => connected({}, async (c) => {
    for (const call of ['query', 'execute']) {
      const [results] = await c[call]({ sql: 'CALL two_results(?)', rowsAsArray: true }, [5]);
      assert.deepEqual(results.slice(0, 2), [[[5]], [[6, 2]]]);
    }
  }),
  procedure_out: () => connected({}, async (c) => {
    await c.query('SET @b = 0, @c = 1');
    await c.query('CALL out_values(21, @b, @c)');
    assert.deepEqual((await c.query({ sql: 'SELECT @b, @c', rowsAsArray: true }))[0], [[42, 2]]);
  }),
  infile_allowed: () => connected({}, async (c) => {
    const lines = Array.from({ length: 50000 }, (_, n) => `${n + 1000}\n`);
    const [done] = await c.query({
      sql: "LOAD DATA LOCAL INFILE 'from-memory' INTO TABLE numbers", infileStreamFactory: () => Readable.from(lines, { objectMode: false }),
    });
    assert.equal(done.affectedRows, 50000);
    await c.query('DELETE FROM numbers WHERE n >= 1000');
  }),
  infile_refused: () => connected({}, async (c) => {
    const text = await failure(() => c.query("LOAD DATA LOCAL INFILE '/etc/hostname' INTO TABLE numbers"));
    assert.equal(await value(c, 'SELECT 1'), 1);
    return text;
  }),
  infile_without_the_capability: () => connected({ flags: ['-LOCAL_FILES'] }, async (c) => {
    const text = await failure(() => c.query("LOAD DATA LOCAL INFILE '/etc/hostname' INTO TABLE numbers"));
    assert.equal(await value(c, 'SELECT 1'), 1);
    return text;
  }),
  cancel_by_kill_query: () => connected({}, async (c, killer) => {
    const sleeping = value(c, 'SELECT SLEEP(30)').catch((error) => error.errno);
    while (!(await killer.query("SELECT 1 FROM information_schema.PROCESSLIST WHERE INFO LIKE 'SELECT SLEEP(%'"))[0].length) await pause(20);
    await killer.query(`KILL QUERY ${c.threadId}`);
    const outcome = await sleeping;
    assert.ok([1, 1317].includes(outcome), String(outcome));
    assert.equal(await value(c, 'SELECT 5'), 5);
    return outcome;
  }, 2),
  time_out_of_the_driver: () => connected({}, async (c) => {
    const text = await failure(() => c.query({ sql: 'SELECT SLEEP(3)', timeout: 300 }));
    assert.match(text, /inactivity timeout/);
  }),
  session_settings: () => connected({}, async (c) => {
    await c.query("SET SESSION sql_mode='ANSI_QUOTES', time_zone='+05:30'");
    await c.query('SET NAMES latin1');
    for (let i = 0; i < 3; i++) {
      assert.equal(await value(c, 'SELECT @@sql_mode'), 'ANSI_QUOTES');
      assert.equal(await value(c, 'SELECT FROM_UNIXTIME(1)'), '1970-01-01 05:30:01');
      assert.equal(await value(c, 'SELECT @@character_set_results'), 'latin1');
    }
    await c.query('USE information_schema');
    assert.equal(await value(c, 'SELECT DATABASE()'), 'information_schema');
  }),
  last_insert_id: () => connected({}, async (c) => {
    await c.query('TRUNCATE items');
    const [done] = await c.query("INSERT INTO items (name) VALUES ('x'), ('y')");
    assert.equal(done.insertId, 1);
    assert.equal(await value(c, 'SELECT LAST_INSERT_ID()'), 1);
    const [again] = await c.execute('INSERT INTO items (name) VALUES (?)', ['z']);
    assert.equal(await value(c, 'SELECT LAST_INSERT_ID()'), again.insertId);
  }),
  user_variables_and_temporary_table: () => connected({}, async (c) => {
    await c.query("SET @a = 41, @b = 'ü'");
    assert.deepEqual((await c.query({ sql: 'SELECT @a + 1, @b', rowsAsArray: true }))[0], [[42, 'ü']]);
    await c.query('CREATE TEMPORARY TABLE scratch AS SELECT 3 AS n');
    assert.equal(await value(c, 'SELECT n FROM scratch'), 3);
  }),
  get_lock: () => connected({}, async (one, other) => {
    assert.equal(await value(one, "SELECT GET_LOCK('usher-node', 1)"), 1);
    assert.equal(await value(other, "SELECT GET_LOCK('usher-node', 0)"), 0);
    await one.end();
    assert.equal(await value(other, "SELECT GET_LOCK('usher-node', 10)"), 1);
  }, 2),
  warnings: () => connected({}, async (c) => {
    await c.query("SET SESSION sql_mode=''");
    const [done] = await c.query("INSERT INTO items (name) VALUES ('longer than twenty characters')");
    assert.equal(done.warningStatus, 1);
    const [[warning]] = await c.query('SHOW WARNINGS');
    assert.equal(warning.Code, 1265);
    return warning.Message;
  }),
  found_rows_and_row_count: () => connected({}, async (c) => {
    await c.query('SELECT SQL_CALC_FOUND_ROWS n FROM numbers LIMIT 3');
    assert.equal(await value(c, 'SELECT FOUND_ROWS()'), 500);
    const [done] = await c.query('UPDATE numbers SET n = n + 100000 WHERE n < 10');
    assert.equal(done.affectedRows, 10);
    assert.equal(await value(c, 'SELECT ROW_COUNT()'), 10);
    await c.query('UPDATE numbers SET n = n - 100000 WHERE n >= 100000');
  }),
  change_user: () => connected({}, async (c) => {
    await c.query('SET @left = 1');
    await c.changeUser({ user: `${user}_other`, password, database: 'information_schema' });
    assert.equal((await value(c, 'SELECT CURRENT_USER()')).split('@')[0], `${user}_other`);
    assert.equal(await value(c, 'SELECT @left'), null);
    assert.equal(await value(c, 'SELECT DATABASE()'), 'information_schema');
    await c.changeUser({ user, password, database });
    assert.equal((await value(c, 'SELECT CURRENT_USER()')).split('@')[0], user);
  }),
  change_user_refused: () => connected({}, (c) => failure(() => c.changeUser({ user, password: 'wrong', database }))),
  reset_connection: () => connected({}, async (c) => {
    if (typeof c.reset !== 'function') return 'the driver has none';
    await c.query('SET @left = 1');
    await c.query('CREATE TEMPORARY TABLE scratch (n INT)');
    await c.reset();
    assert.equal(await value(c, 'SELECT @left'), null);
    return failure(() => c.query('SELECT * FROM scratch'));
  }),
  ping: () => connected({}, (c) => c.ping().then(() => undefined)),
  end: () => connected({}, async (c) => {
    await c.end(); // over TLS the driver tells nobody when the socket has closed
  }),
  pool: async () => {
    const pool = mysql.createPool({ ...settings, connectionLimit: 5 });
    const answers = await Promise.all(Array.from({ length: 100 }, async (_, n) => (await pool.execute('SELECT ? AS v', [n]))[0][0].v));
    assert.deepEqual(answers.map(Number), Array.from({ length: 100 }, (_, n) => n));
    await pool.end();
  },
  compression: () => connected({ compress: true }, async (c) => {
    const [rows] = await c.query(manyRows);
    assert.equal(rows.length, 60000);
    // The driver itself mixes up the sequence ids of a compressed packet above 16 MiB.
    const large = big.slice(0, 10 << 20);
    assert.ok((await value(c, `SELECT '${large}'`)) === large);
  }),
};

await connected({ multipleStatements: true }, (c) => c.query(`
  DROP TABLE IF EXISTS items, types, numbers; DROP PROCEDURE IF EXISTS two_results; DROP PROCEDURE IF EXISTS out_values;
  CREATE TABLE items (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(20) UNIQUE, amount INT DEFAULT 0);
  CREATE TABLE numbers (n INT PRIMARY KEY);
  INSERT INTO numbers VALUES ${Array.from({ length: 500 }, (_, n) => `(${n})`).join()};
  CREATE TABLE types (id INT PRIMARY KEY, i BIGINT, u BIGINT UNSIGNED, d DECIMAL(20,5), f DOUBLE, t VARCHAR(100) CHARACTER SET utf8mb4,
    b BLOB, day DATE, moment DATETIME(6), span TIME(3), j JSON, nothing INT);
  CREATE PROCEDURE two_results(IN a INT) BEGIN SELECT a AS first; SELECT a + 1 AS second, 2 AS third; END;
  CREATE PROCEDURE out_values(IN a INT, OUT b INT, INOUT c INT) BEGIN SET b = a * 2; SET c = c + 1; END;`));

let failed = 0;
for (const [name, run] of Object.entries(cases)) {
  try {
    const observed = await run();
    console.log(`ok ${name}${observed === undefined ? '' : `: ${String(observed).replaceAll('\n', ' ')}`}`);
  } catch (error) {
    failed++;
    console.log(`FAIL ${name}: ${String(error.message ?? error).replaceAll('\n', ' ').slice(0, 500)}`);
  }
}
process.exit(failed ? 1 : 0);
