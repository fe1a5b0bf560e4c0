// usage: node client.js PORT USER PASSWORD BEHAVIOUR FIRST SECOND; ends with its standard input
const mysql = require('mysql2/promise');
const [port, user, password, behaviour, first, second] = process.argv.slice(2);
const options = { host: '127.0.0.1', port: +port, user, password, database: 'test' };
const sleep = seconds => new Promise(resolve => setTimeout(resolve, seconds * 1000));
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));

// A pool of FIRST connections, all opened, of which SECOND are used.
async function pool() {
  const all = mysql.createPool({ ...options, connectionLimit: +first, idleTimeout: 600000, maxIdle: +first });
  const open = [];
  while (open.length < +first) {
    try { open.push(await all.getConnection()); } catch (e) { await sleep(0.2); }
  }
  open.forEach(connection => connection.release());
  console.log('ready');
  for (;;) {
    await Promise.all(Array.from({ length: +second }, () => all.query('SELECT COUNT(*) FROM stock')));
    await sleep(0.05);
  }
}

// A connection every FIRST seconds that is never released, up to SECOND.
async function leak() {
  const all = mysql.createPool({ ...options, connectionLimit: 100000 });
  for (let taken = 0;; ) {
    if (taken < +second) {
      try { await (await all.getConnection()).query('SELECT 1'); taken++; } catch (e) { /* full */ }
    }
    await sleep(+first);
  }
}

// FIRST loops that connect, ask and close, SECOND seconds in between.
async function requests() {
  for (let i = 0; i < +first; i++) {
    (async () => {
      for (;;) {
        try {
          const connection = await mysql.createConnection(options);
          await connection.query('SELECT SLEEP(0.05)');
          await connection.end();
        } catch (e) { /* refused */ }
        await sleep(+second);
      }
    })();
  }
}

({ pool, leak, requests })[behaviour]();
