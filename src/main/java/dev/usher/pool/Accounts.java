package dev.usher.pool;

import dev.usher.auth.Credentials;
import dev.usher.config.AccountConfig;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** All accounts that somebody has logged in with, or that the configuration tells about. */
public final class Accounts {
    private static final int MANY = 10_000;

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
        return byUser.computeIfAbsent(user, name -> new Account(name, null));
    }

    /** Forgets names that the server has never accepted, so that guessing names fills no memory. */
    void forgetStrangers() {
        if (byUser.size() > MANY) {
            byUser.values().removeIf(account -> !account.wasAccepted());
        }
    }

    public Collection<Account> all() {
        return byUser.values();
    }

    /** A GRANT, REVOKE, ALTER USER or the like has been seen. */
    public void privilegesChanged() {
        byUser.values().forEach(Account::privilegesChanged);
    }
}
