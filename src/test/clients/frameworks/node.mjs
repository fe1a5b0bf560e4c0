// Sequelize and Knex over mysql2, each with a pool of its own: HOST PORT USER PASSWORD DATABASE TLS(0|1) sequelize|knex.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';

const modules = process.env.USHER_TEST_NODE ?? `${process.env.USHER_TEST_SERVERS ?? `${homedir()}/.cache/usher-tests`}/node`;
const require = createRequire(`${modules}/index.js`);
const [host, port, user, password, database, , framework] = process.argv.slice(2);

/** Twelve requests at a time, eight after each other. */
const serve = async (name, request) => {
  await Promise.all(Array.from({ length: 12 }, async (_, who) => { for (let n = 0; n < 8; n++) await request(who * 100 + n); }));
  console.log(`ok ${name}: 96 requests in a pool of 8`);
};

async function sequelize() {
  const { Sequelize, DataTypes, Op, Transaction } = require('sequelize');
  const orm = new Sequelize(database, user, password,
    { host, port: Number(port), dialect: 'mysql', logging: false, timezone: '+02:00', isolationLevel: Transaction.ISOLATION_LEVELS.READ_COMMITTED,
      pool: { max: 8, idle: 50, evict: 20 } });
  await orm.authenticate();
  const User = orm.define('sequelize_user', { name: DataTypes.STRING, n: { type: DataTypes.INTEGER, unique: true }, extra: DataTypes.JSON });
  const Order = orm.define('sequelize_order', { price: DataTypes.DECIMAL(9, 2) });
  User.hasMany(Order);
  Order.belongsTo(User);
  await orm.sync({ force: true });
  await serve('Sequelize', async (n) => {
    const made = await User.create({ name: `user 🐬 ${n}`, n, extra: { tags: [n] } });
    const found = await User.findByPk(made.id);
    assert.equal(found.name, `user 🐬 ${n}`);
    assert.equal(found.createdAt.getTime(), Math.floor(made.createdAt.getTime() / 1000) * 1000);
    await orm.transaction(async (transaction) => {
      await Order.bulkCreate([{ price: 1, sequelizeUserId: made.id }, { price: 2, sequelizeUserId: made.id }], { transaction });
      await User.findByPk(made.id, { transaction, lock: transaction.LOCK.UPDATE });
      await orm.transaction({ transaction }, async (nested) => Order.count({ transaction: nested })); // a savepoint
    });
    await orm.transaction(async (transaction) => {
      await Order.destroy({ where: { sequelizeUserId: made.id }, transaction });
      throw new Error('rolled back');
    }).catch((error) => assert.equal(error.message, 'rolled back'));
    const withOrders = await User.findOne({ where: { n: { [Op.eq]: n } }, include: Order });
    assert.equal(withOrders.sequelize_orders.length, 2);
    assert.deepEqual(await User.findOrCreate({ where: { n }, defaults: { name: 'not used' } }).then(([row, fresh]) => [row.id, fresh]), [made.id, false]);
    await assert.rejects(User.create({ name: 'again', n }), /UniqueConstraintError|Validation error/);
    await assert.rejects(orm.query('SELECT * FROM sequelize_missing'));
    const [settings] = await orm.query('SELECT @@session.time_zone AS zone', { type: Sequelize.QueryTypes.SELECT });
    assert.equal(settings.zone, '+02:00');
    const [row] = await orm.query('SELECT name FROM sequelize_users WHERE n = $1', { bind: [n], type: Sequelize.QueryTypes.SELECT }); // a prepared statement
    assert.equal(row.name, `user 🐬 ${n}`);
    await Order.destroy({ where: { sequelizeUserId: made.id } });
    await made.destroy();
  });
  console.log(`ok rows left: ${await User.count()} ${await Order.count()}`);
  await orm.close();
}

async function knex() {
  const db = require('knex')({
    client: 'mysql2', connection: { host, port: Number(port), user, password, database, timezone: 'Z', charset: 'utf8mb4' },
    pool: {
      min: 0, max: 8, idleTimeoutMillis: 50, reapIntervalMillis: 20,
      afterCreate: (connection, done) => connection.query("SET SESSION time_zone = '+02:00', SESSION sql_mode = 'STRICT_ALL_TABLES'",
        (error) => (error ? done(error) : connection.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED', (second) => done(second, connection)))),
    },
  });
  await db.schema.dropTableIfExists('knex_users');
  await db.schema.createTable('knex_users', (table) => {
    table.increments();
    table.string('name');
    table.integer('n').index();
    table.datetime('made', { precision: 6 }).defaultTo(db.fn.now(6));
  });
  assert.ok(await db.schema.hasColumn('knex_users', 'made'));
  await serve('Knex', async (n) => {
    const [id] = await db('knex_users').insert({ name: `user 🐬 ${n}`, n });
    assert.equal((await db('knex_users').where({ id }).first()).name, `user 🐬 ${n}`);
    assert.equal(await db('knex_users').where({ id }).increment('n', 100_000), 1);
    await db.transaction(async (trx) => {
      await trx('knex_users').insert({ name: 'kept', n });
      await assert.rejects(trx.transaction(async (nested) => { // a savepoint
        await nested('knex_users').insert({ name: 'dropped', n });
        throw new Error('given up');
      }), /given up/);
      await trx('knex_users').where({ n }).forUpdate();
    });
    assert.deepEqual(await db('knex_users').where({ n }).pluck('name'), ['kept']);
    await assert.rejects(db.transaction(async (trx) => {
      await trx('knex_users').where({ n }).del();
      throw new Error('rolled back');
    }, { isolationLevel: 'read committed' }), /rolled back/);
    await assert.rejects(db('knex_missing').select());
    await assert.rejects(db('knex_users').insert({ id, name: 'again', n }));
    await db('knex_users').insert({ id, name: 'merged', n: 0 }).onConflict('id').merge(['name']);
    const [[settings]] = await db.raw('SELECT @@session.time_zone AS zone, @@session.sql_mode AS mode, name FROM knex_users WHERE id = ?', [id]);
    assert.deepEqual({ ...settings }, { zone: '+02:00', mode: 'STRICT_ALL_TABLES', name: 'merged' });
    // No stream(): its connection goes back to Knex's pool twice, which then gives it to two transactions at once.
    const both = await db('knex_users as a').join('knex_users as b', 'b.n', 'a.n').whereIn('a.n', [n, n + 100_000]).where('b.id', id).select('a.name');
    assert.deepEqual(both.map((row) => row.name), ['merged']);
    assert.equal(await db('knex_users').whereIn('n', [n, n + 100_000]).del(), 2);
  });
  console.log(`ok rows left: ${(await db('knex_users').count('* as c'))[0].c}`);
  await db.destroy();
}

try {
  await (framework === 'knex' ? knex() : sequelize());
  process.exit(0);
} catch (error) {
  console.log(`FAIL ${framework}: ${String(error.stack ?? error).replace(/\s+/g, ' ')}`);
  process.exit(1);
}
