package dev.usher.doctor.collect;

import dev.usher.doctor.access.Endpoint;
import dev.usher.doctor.access.Entry;
import dev.usher.doctor.access.ServerAccess;
import dev.usher.doctor.facts.Facts;
import dev.usher.doctor.facts.LockWait;
import dev.usher.doctor.facts.Platform;
import dev.usher.doctor.facts.ProxySql;
import dev.usher.doctor.facts.Sample;
import dev.usher.doctor.facts.ServerIdentity;
import dev.usher.doctor.facts.Transaction;
import dev.usher.doctor.machine.LocalClients;
import dev.usher.doctor.machine.LocalServer;
import dev.usher.doctor.machine.MachineWatch;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Looks at a server for a while: a single look cannot tell growth from size. */
public final class Watch {
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);

    /** Above that, the server would have to add up too much. */
    private static final int MOST_SESSIONS_TO_COUNT_STATEMENTS_OF = 3000;

    /** No limit is 2^64 - 1. */
    private static final int NO_LIMIT_DIGITS = 20;

    /** Is told how far a watch has come. */
    public interface Progress {
        void at(Duration elapsed, Sample latest);
    }

    private final Entry entry;
    private final Asker asker;
    private final boolean mariaDb;
    private final boolean performanceSchema;
    private final Standing standing;
    private final Map<String, String> variables;
    private final ProcessList processes;
    private final Transactions transactions;
    private final Optional<MachineWatch> machine;
    private final long start = System.nanoTime();

    private Watch(Entry entry) throws SQLException {
        this.entry = entry;
        asker = new Asker(entry.connection());
        mariaDb = entry.isMariaDb();
        standing = new Standing(asker, mariaDb);
        variables = standing.variables();
        performanceSchema = "ON".equals(variables.get("performance_schema"));
        if (!performanceSchema) {
            asker.unseen("programs, statement counts and metadata locks", "performance_schema is off");
        }
        Optional<LocalServer> local = ServerAccess.processOf(entry.endpoint());
        machine = local.map(MachineWatch::begin);
        if (machine.isEmpty()) {
            asker.unseen("the machine's memory, descriptors and threads",
                    entry.endpoint().isLocal() ? "/proc does not show the server's process to this user"
                            : "the server is not on this machine");
        }
        Set<Long> own = Set.of(asker.ask("SELECT CONNECTION_ID() AS id").getFirst().number("id"));
        processes = new ProcessList(asker, mariaDb, performanceSchema, own, new Origins(asker, performanceSchema, clients()));
        transactions = new Transactions(asker, mariaDb, performanceSchema);
    }

    private Optional<LocalClients> clients() {
        OptionalInt port = entry.endpoint().isLocal() ? portOfTheServer() : OptionalInt.empty();
        return port.isPresent() ? Optional.of(new LocalClients(port.getAsInt())) : Optional.empty();
    }

    private OptionalInt portOfTheServer() {
        try {
            return OptionalInt.of(Integer.parseInt(variables.getOrDefault("port", "")));
        } catch (NumberFormatException unknown) {
            return entry.endpoint() instanceof Endpoint.Tcp tcp ? OptionalInt.of(tcp.address().port()) : OptionalInt.empty();
        }
    }

    /**
     * Looks until {@code duration} is over, or once if that is zero.
     *
     * @param proxySql what is known of a ProxySQL in front
     * @throws SQLException if the server refuses what cannot be done without, or is gone
     * @throws InterruptedException if the thread is interrupted while it waits for the next look
     */
    public static Facts of(Entry entry, Duration duration, Optional<ProxySql> proxySql, Progress progress)
            throws SQLException, InterruptedException {
        return new Watch(entry).look(duration, proxySql, progress);
    }

    private Facts look(Duration duration, Optional<ProxySql> proxySql, Progress progress) throws SQLException, InterruptedException {
        List<Sample> samples = new ArrayList<>();
        Map<Long, Transaction> open = new HashMap<>();
        Set<LockWait> waits = new java.util.LinkedHashSet<>();
        while (true) {
            Sample sample = sample();
            samples.add(sample);
            open.clear();
            transactions.open().forEach(transaction -> open.put(transaction.sessionId(), transaction));
            waits.addAll(transactions.waits());
            machine.ifPresent(MachineWatch::sample);
            progress.at(sample.at(), sample);
            Duration left = duration.minus(elapsed().minus(samples.getFirst().at()));
            if (!left.isPositive()) {
                break;
            }
            Thread.sleep(left.compareTo(BETWEEN_LOOKS) < 0 ? left : BETWEEN_LOOKS);
        }
        return facts(samples, open, waits, proxySql);
    }

    private Facts facts(List<Sample> samples, Map<Long, Transaction> open, Set<LockWait> waits, Optional<ProxySql> proxySql)
            throws SQLException {
        ServerIdentity server = new ServerIdentity(variables.getOrDefault("version", entry.version()), Platform.of(variables),
                entry.endpoint().toString(), entry.description(), entry.way().isAdministrative());
        boolean countable = performanceSchema && samples.getLast().sessions().size() <= MOST_SESSIONS_TO_COUNT_STATEMENTS_OF;
        return new Facts(server, variables, List.copyOf(samples), countable ? standing.statements() : Map.of(), List.copyOf(open.values()),
                List.copyOf(waits), standing.accountLimits(), performanceSchema ? standing.hostErrors() : List.of(), standing.replicas(),
                machine.map(MachineWatch::end), proxySql, 1, asker.unseen());
    }

    private Sample sample() throws SQLException {
        Map<String, Long> status = new HashMap<>();
        for (Asker.Row row : asker.ask("SHOW GLOBAL STATUS")) {
            String value = row.text("value");
            if (!value.isEmpty() && (Character.isDigit(value.charAt(0)) || value.charAt(0) == '-')) {
                status.put(row.text("variable_name").toLowerCase(Locale.ROOT), row.number("value"));
            }
        }
        if (performanceSchema && limitsConnectionMemory()) {
            status.put(Sample.ENDED_FOR_MEMORY, standing.endedForMemory());
        }
        return new Sample(elapsed(), Map.copyOf(status), processes.read());
    }

    /** MySQL's limits; without one of them, they are not worth the question. */
    private boolean limitsConnectionMemory() {
        return List.of("global_connection_memory_limit", "connection_memory_limit").stream().map(variables::get)
                .anyMatch(limit -> limit != null && limit.length() < NO_LIMIT_DIGITS);
    }

    private Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - start);
    }
}
