package dev.usher.pool;

import dev.usher.auth.Credentials;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Asks the server whether what is known about an account still holds, by logging in with it. Clients that log in to the same account meanwhile share the
 * answer. One object per worker.
 */
final class Confirmations {
    private final Worker worker;
    private final Map<Account, List<Consumer<Opening>>> underWay = new HashMap<>();

    Confirmations(Worker worker) {
        this.worker = worker;
    }

    void confirm(Account account, long capabilities, Credentials known, Consumer<Opening> then) {
        List<Consumer<Opening>> waiting = underWay.get(account);
        if (waiting != null) {
            waiting.add(then);
            return;
        }
        List<Consumer<Opening>> first = new ArrayList<>(List.of(then));
        underWay.put(account, first);
        worker.openForLogin(account, capabilities, new KnownCredentials(known), false, opening -> {
            underWay.remove(account);
            switch (opening) {
                case Opening.Opened in -> {
                    account.learned(known);
                    worker.adopt(in.connection());
                }
                case Opening.Refused refused -> account.refused(known);
                case Opening.Full full -> {
                    // Says nothing about the account.
                }
                case Opening.Abandoned abandoned -> account.forget(known);
                case Opening.Unreachable unreachable -> {
                    // Nor does this.
                }
            }
            first.forEach(each -> each.accept(opening));
        });
    }
}
