package dev.usher.pool;

import dev.usher.auth.Credentials;
import dev.usher.config.AccountConfig;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** All accounts that somebody has logged in with, or that the configuration tells about. */
public final class Accounts {
    private final Map<String, Account> byUser = new ConcurrentHashMap<>();

    public Accounts(List<AccountConfig> told) {
        for (AccountConfig account : told) {
            account.password()
                    .ifPresent(password ->
                            byUser.put(account.user(), new Account(account.user(), Credentials.ofPassword(password.utf8()))));
        }
    }

    /** The account of a user name. One that the server never accepted is not remembered: {@link #remember} does that. */
    public Account find(String user) {
        Account known = byUser.get(user);
        return known == null ? new Account(user, null) : known;
    }

    /** Keeps an account that the server has just accepted; returns the one that is kept. */
    public Account remember(Account account) {
        Account earlier = byUser.putIfAbsent(account.user(), account);
        return earlier == null ? account : earlier;
    }

    public Collection<Account> all() {
        return byUser.values();
    }

    /** A GRANT, REVOKE, ALTER USER or the like has been seen. */
    public void privilegesChanged() {
        byUser.values().forEach(Account::privilegesChanged);
    }
}
