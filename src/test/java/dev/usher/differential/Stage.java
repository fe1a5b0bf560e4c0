package dev.usher.differential;

import dev.usher.testing.TestAccount;
import dev.usher.testing.TestServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A server and an Usher before it, where scripts are played on both sides. */
final class Stage {
    private final TestServer server;
    private final InetSocketAddress usher;
    private final TestAccount account;
    private final Fixture fixture;
    private long statements;

    Stage(TestServer server, InetSocketAddress usher) throws SQLException {
        this.server = server;
        this.usher = usher;
        account = server.accounts().getFirst();
        fixture = new Fixture(server);
        // Now the server has the password's hash in its cache, and a login needs no full exchange.
        DriverManager.getConnection("jdbc:mariadb://%s:%d/test?user=%s&password=%s&allowPublicKeyRetrieval=true&sslMode=disable"
                .formatted(server.host(), server.port(), account.user(), account.password())).close();
    }

    /** How many have been run so far. */
    long statements() {
        return statements;
    }

    TestServer server() {
        return server;
    }

    /** Returns at the first difference. */
    Optional<Difference> play(Script script) throws SQLException, IOException {
        fixture.empty(script.sessions().size());
        List<Peer> direct = new ArrayList<>();
        List<Peer> through = new ArrayList<>();
        try {
            for (int session = 0; session < script.sessions().size(); session++) {
                Profile profile = script.sessions().get(session);
                direct.add(new Peer(new InetSocketAddress(server.host(), server.port()), account, profile, Fixture.DIRECT, session));
                through.add(new Peer(usher, account, profile, Fixture.USHER, session));
            }
            return play(script.steps(), direct, through);
        } finally {
            for (Peer each : direct) {
                each.close();
            }
            for (Peer each : through) {
                each.close();
            }
        }
    }

    /** Steps that are sent together are of different sessions: two commands of one are never under way at once. */
    private static int endOfGroup(List<Step> steps, int from) {
        Set<Integer> sessions = new HashSet<>();
        int to = from;
        while (to < steps.size() && (to == from || steps.get(to).together()) && sessions.add(steps.get(to).session())) {
            to++;
        }
        return to;
    }

    private Optional<Difference> play(List<Step> steps, List<Peer> direct, List<Peer> through) {
        int from = 0;
        while (from < steps.size()) {
            int to = endOfGroup(steps, from);
            List<List<String>> expected = new ArrayList<>();
            for (Step step : steps.subList(from, to)) {
                Peer peer = direct.get(step.session());
                peer.send(step.command());
                expected.add(peer.receive(step.command()));
            }
            for (Step step : steps.subList(from, to)) {
                through.get(step.session()).send(step.command());
            }
            Optional<Difference> found = Optional.empty();
            for (int i = from; i < to; i++) {
                Step step = steps.get(i);
                List<String> got = through.get(step.session()).receive(step.command());
                if (found.isEmpty() && !got.equals(expected.get(i - from))) {
                    found = Optional.of(new Difference(i, step, expected.get(i - from), got));
                }
            }
            statements += to - from;
            if (found.isPresent()) {
                return found;
            }
            from = to;
        }
        return Optional.empty();
    }
}
