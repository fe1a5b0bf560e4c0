<?php

// Eloquent as a Laravel application uses it: HOST PORT USER PASSWORD DATABASE TLS(0|1).

declare(strict_types=1);

require __DIR__ . '/workers.php';
require 'Illuminate/Database/autoload.php';

use Illuminate\Database\Capsule\Manager as DB;
use Illuminate\Database\Eloquent\Model;
use Illuminate\Database\QueryException;

error_reporting(E_ALL & ~E_DEPRECATED); // Debian's Laravel is older than its PHP

/**
 * @property int $id
 * @property string $name
 * @property int $n
 */
final class User extends Model
{
    protected $table = 'laravel_users';
    protected $guarded = [];
}

$laravel = new DB();
$laravel->addConnection(['driver' => 'mysql', 'host' => $host, 'port' => $port, 'database' => $database, 'username' => $user, 'password' => $password,
    'charset' => 'utf8mb4', 'collation' => 'utf8mb4_unicode_ci', 'prefix' => '', 'strict' => true, 'timezone' => '+02:00', 'isolation_level' => 'READ COMMITTED']);
$laravel->setAsGlobal();
$laravel->bootEloquent();

/** What a request's statements see must be what its connection was given. */
function checkSettings(): void
{
    $seen = DB::selectOne("select @@session.time_zone as zone, @@session.sql_mode like '%STRICT_TRANS_TABLES%' as strict, @@collation_connection as collation");
    same('+02:00', $seen->zone, 'time zone');
    same(1, (int) $seen->strict, 'strict');
    same('utf8mb4_unicode_ci', $seen->collation, 'collation');
}

function request(int $n): void
{
    $made = User::create(['name' => "user $n", 'n' => $n]);
    $found = User::findOrFail($made->id);
    same("user $n", $found->name, 'name');
    checkSettings();
    $found->update(['name' => "renamed 🐬 $n"]);
    $found->increment('n', 5);
    same("renamed 🐬 $n", User::where('id', $made->id)->value('name'), 'new name');
    same($n + 5, (int) User::where('id', $made->id)->value('n'), 'n');

    DB::connection()->transaction(function () use ($n, $made) {
        $kept = DB::table('laravel_users')->insertGetId(['name' => "kept $n", 'n' => -$made->id]);
        same($kept, (int) DB::table('laravel_users')->where('n', -$made->id)->lockForUpdate()->value('id'), 'id in a transaction');
        try {
            DB::connection()->transaction(function () use ($n, $made) { // a savepoint
                DB::table('laravel_users')->insert(['name' => "given up $n", 'n' => -$made->id]);
                throw new DomainException();
            });
        } catch (DomainException) {
        }
    });
    same(["kept $n"], DB::table('laravel_users')->where('n', -$made->id)->pluck('name')->all(), 'after the transaction');
    DB::connection()->beginTransaction();
    User::where('n', -$made->id)->delete();
    DB::connection()->rollBack();
    same(1, User::where('n', -$made->id)->count(), 'after a rollback');

    DB::table('laravel_users')->upsert([['id' => $made->id, 'name' => 'upserted', 'n' => 1]], ['id'], ['name']);
    same('upserted', $found->refresh()->name, 'upserted');
    foreach (["select * from laravel_missing", "insert into laravel_users (id, name, n) values ($made->id, 'again', 0)"] as $wrong) {
        try {
            DB::connection()->statement($wrong);
            throw new Exception("no error: $wrong");
        } catch (QueryException) {
        }
    }
    foreach (User::where('n', -$made->id)->orWhere('id', $made->id)->cursor() as $each) {
        $each->delete();
    }
    same(0, User::whereIn('id', [$made->id])->count(), 'deleted');
    checkSettings();
    DB::connection()->disconnect();
}

DB::schema()->dropIfExists('laravel_users');
DB::schema()->create('laravel_users', function ($table) {
    $table->bigIncrements('id');
    $table->string('name');
    $table->bigInteger('n')->index();
    $table->timestamps();
});
same(true, DB::schema()->hasTable('laravel_users'), 'migrated');
DB::connection()->disconnect();
serve('Eloquent', 8, 12, request(...));
echo 'ok rows left: ', User::count(), "\n";
