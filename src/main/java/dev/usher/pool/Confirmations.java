package dev.usher.pool;

import dev.usher.auth.Credentials;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks the server whether what is known about an account still holds, by logging in with it, and whether it may use a schema. Clients that want to know the
 * same meanwhile share the answer. One object per worker.
 */
final class Confirmations {
    private final Logins logins;
    private final Map<Wanted, List<Consumer<Opening>>> underWay = new HashMap<>();

    private record Wanted(Account account, long capabilities, @Nullable String schema) {}

    Confirmations(Logins logins) {
        this.logins = logins;
    }

    void confirm(Account account, long capabilities, Credentials known, @Nullable String schema, Consumer<Opening> then) {
        Wanted wanted = new Wanted(account, capabilities, schema);
        List<Consumer<Opening>> waiting = underWay.get(wanted);
        if (waiting != null) {
            waiting.add(then);
            return;
        }
        underWay.put(wanted, new ArrayList<>(List.of(then)));
        logins.open(account, capabilities, new KnownCredentials(known), true, opening -> {
            switch (opening) {
                case Opening.Opened in -> {
                    account.learned(known);
                    if (schema != null) {
                        openSchema(wanted, in, schema);
                        return;
                    }
                    logins.adopt(in.connection());
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
            answer(wanted, opening);
        });
    }

    private void openSchema(Wanted wanted, Opening.Opened in, String schema) {
        logins.openSchema(in.connection(), schema, error -> {
            logins.adopt(in.connection());
            answer(wanted, error == null ? in : new Opening.Refused(error));
        });
    }

    private void answer(Wanted wanted, Opening opening) {
        List<Consumer<Opening>> all = underWay.remove(wanted);
        if (all != null) {
            all.forEach(each -> each.accept(opening));
        }
    }
}
