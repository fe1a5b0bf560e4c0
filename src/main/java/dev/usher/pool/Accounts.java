package dev.usher.pool;

import dev.usher.auth.Credentials;
import dev.usher.config.AccountConfig;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** All accounts that somebody has logged in with, or that the configuration tells about. */
public final class Accounts {
    private static final int MANY = 10_000;
    /** A login that is still under way after this time has been ended. */
    private static final long LOGIN_NANOS = Duration.ofSeconds(15).toNanos();

    private final Map<String, Account> byUser = new ConcurrentHashMap<>();

    public Accounts(List<AccountConfig> told) {
        for (AccountConfig account : told) {
            account.password()
                    .ifPresent(
                            password -> byUser.put(account.user(), new Account(account.user(), Credentials.ofPassword(password.utf8()))));
        }
    }

    /** The account of a user name; the same object for everybody until it is {@linkplain #forgetStrangers forgotten}. */
    public Account find(String user) {
        Account account = byUser.computeIfAbsent(user, name -> new Account(name, null));
        account.wanted();
        return account;
    }

    /** Forgets names that the server has never accepted, so that guessing names fills no memory. */
    void forgetStrangers() {
        if (byUser.size() > MANY) {
            long before = System.nanoTime() - LOGIN_NANOS;
            byUser.values().removeIf(account -> !account.wasAccepted() && account.lastWanted() - before < 0);
        }
    }

    public Collection<Account> all() {
        return byUser.values();
    }

    /** No login may count on a schema any more without asking the server. */
    public void schemaDropped() {
        byUser.values().forEach(Account::forgetSchemas);
    }

    /** A GRANT, REVOKE, ALTER USER or the like has been seen. */
    public void privilegesChanged() {
        byUser.values().forEach(Account::privilegesChanged);
    }
}
