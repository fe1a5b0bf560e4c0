package dev.usher.doctor.rules;

import dev.usher.doctor.facts.AccountLimit;
import dev.usher.doctor.facts.ClientProcess;
import dev.usher.doctor.facts.Facts;
import dev.usher.doctor.facts.HostErrors;
import dev.usher.doctor.facts.LockWait;
import dev.usher.doctor.facts.Machine;
import dev.usher.doctor.facts.Platform;
import dev.usher.doctor.facts.ProxySql;
import dev.usher.doctor.facts.Sample;
import dev.usher.doctor.facts.ServerIdentity;
import dev.usher.doctor.facts.Session;
import dev.usher.doctor.facts.Transaction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Facts as tests need them: a server with eleven looks, one a second, on which nothing happens until it is said. */
public final class FactsBuilder {
    private static final int LOOKS = 11;

    private final Map<String, String> variables = new HashMap<>();
    private final List<List<Session>> sessions = new ArrayList<>();
    private final List<Map<String, Long>> status = new ArrayList<>();
    private final List<Transaction> transactions = new ArrayList<>();
    private final List<LockWait> waits = new ArrayList<>();
    private final List<AccountLimit> limits = new ArrayList<>();
    private final List<HostErrors> hosts = new ArrayList<>();
    private final Map<Long, Long> statements = new HashMap<>();
    private Optional<Machine> machine = Optional.empty();
    private Optional<ProxySql> proxySql = Optional.empty();
    private String version = "9.7.4";
    private Platform platform = Platform.OWN;
    private long nextId = 100;

    public FactsBuilder(int maxConnections) {
        variables.put("max_connections", Integer.toString(maxConnections));
        for (int i = 0; i < LOOKS; i++) {
            sessions.add(new ArrayList<>());
            status.add(new HashMap<>());
        }
    }

    public FactsBuilder mariaDb() {
        version = "11.8.9-MariaDB";
        return this;
    }

    public FactsBuilder on(Platform managed) {
        platform = managed;
        return this;
    }

    public FactsBuilder variable(String name, String value) {
        variables.put(name, value);
        return this;
    }

    /** A counter of the status that grows by so much in the whole watch. */
    public FactsBuilder grows(String counter, long by) {
        for (int look = 0; look < LOOKS; look++) {
            status.get(look).put(counter, 1000 + by * look / (LOOKS - 1));
        }
        return this;
    }

    /** A value of the status that stays. */
    public FactsBuilder status(String name, long value) {
        status.forEach(one -> one.put(name, value));
        return this;
    }

    /** Connections that are used between any two looks. */
    public FactsBuilder used(ClientProcess client, int count) {
        for (int i = 0; i < count; i++) {
            long id = nextId++;
            for (int look = 0; look < LOOKS; look++) {
                sessions.get(look).add(new Session(id, client, "shop", "Sleep", Duration.ofMillis(100), look + 1L, "", ""));
            }
        }
        return this;
    }

    /** Connections that sleep, since so many seconds before the first look; each further one since {@code apart} seconds less. */
    public FactsBuilder asleep(ClientProcess client, int count, int since, double apart) {
        for (int i = 0; i < count; i++) {
            long id = nextId++;
            for (int look = 0; look < LOOKS; look++) {
                Duration time = Duration.ofMillis(Math.round((since - apart * i + look) * 1000));
                sessions.get(look).add(new Session(id, client, "shop", "Sleep", time, 1, "", ""));
            }
        }
        return this;
    }

    /** Connections that come one in each look, are used once and stay. */
    public FactsBuilder leaking(ClientProcess client, int perLook) {
        for (int born = 1; born < LOOKS; born++) {
            for (int i = 0; i < perLook; i++) {
                long id = nextId++;
                for (int look = born; look < LOOKS; look++) {
                    sessions.get(look).add(new Session(id, client, "shop", "Sleep", Duration.ofSeconds(look - born), 1, "", ""));
                }
            }
        }
        return this;
    }

    /** Connections that execute one statement all the time. */
    public FactsBuilder running(ClientProcess client, int count, String statement, String state) {
        for (int i = 0; i < count; i++) {
            running(client, nextId++, statement, state);
        }
        return this;
    }

    public FactsBuilder running(ClientProcess client, long id, String statement, String state) {
        for (int look = 0; look < LOOKS; look++) {
            sessions.get(look).add(new Session(id, client, "shop", "Query", Duration.ofSeconds(5 + look), 1, state, statement));
        }
        return this;
    }

    public FactsBuilder sleeping(ClientProcess client, long id, int since) {
        for (int look = 0; look < LOOKS; look++) {
            sessions.get(look).add(new Session(id, client, "shop", "Sleep", Duration.ofSeconds(since + look), 1, "", ""));
        }
        return this;
    }

    /** Connections that are another one at each look. */
    public FactsBuilder passing(ClientProcess client, int count) {
        for (int look = 0; look < LOOKS; look++) {
            for (int i = 0; i < count; i++) {
                sessions.get(look).add(new Session(nextId++, client, "shop", "Query", Duration.ofMillis(10), 1, "", "SELECT 1"));
            }
        }
        return this;
    }

    /** Logins under way at each look. */
    public FactsBuilder loggingIn(int count) {
        ClientProcess nobody = new ClientProcess("unauthenticated user", "10.0.0.9", "", 0);
        for (int i = 0; i < count; i++) {
            long id = nextId++;
            sessions.forEach(look -> look.add(new Session(id, nobody, "", "Connect", Duration.ofSeconds(2), 0, "login", "")));
        }
        return this;
    }

    public FactsBuilder transaction(long session, int age) {
        transactions.add(new Transaction(session, Duration.ofSeconds(age), "RUNNING", 1, 1));
        return this;
    }

    public FactsBuilder waitsFor(long waiting, long blocking) {
        waits.add(new LockWait(waiting, blocking, "row of shop.stock"));
        return this;
    }

    public FactsBuilder limit(String account, long connections) {
        limits.add(new AccountLimit(account, connections, 0));
        return this;
    }

    public FactsBuilder host(String host, long connectErrors) {
        hosts.add(new HostErrors(host, connectErrors, 0, connectErrors));
        return this;
    }

    public FactsBuilder machine(Machine local) {
        machine = Optional.of(local);
        return this;
    }

    public FactsBuilder proxySql(ProxySql proxy) {
        proxySql = Optional.of(proxy);
        return this;
    }

    public FactsBuilder statementsOfAll(long count) {
        sessions.getLast().forEach(session -> statements.put(session.id(), count));
        return this;
    }

    public Facts build() {
        List<Sample> samples = new ArrayList<>();
        for (int look = 0; look < LOOKS; look++) {
            status.get(look).putIfAbsent("threads_connected", sessions.get(look).size() + 1L);
            samples.add(new Sample(Duration.ofSeconds(look), Map.copyOf(status.get(look)), List.copyOf(sessions.get(look))));
        }
        return new Facts(new ServerIdentity(version, platform, "127.0.0.1:3306", "an ordinary connection", false), Map.copyOf(variables),
                samples,
                Map.copyOf(statements), transactions, waits, limits, hosts, List.of(), machine, proxySql, 1, List.of());
    }

    public Diagnosis judge() {
        return Rules.judge(build());
    }
}
