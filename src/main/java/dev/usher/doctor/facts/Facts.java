package dev.usher.doctor.facts;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Everything that was seen of a server.
 *
 * @param variables global variables, names in lower case
 * @param samples in order, at least one; with {@code --once} exactly one
 * @param statements how many each session has executed since it logged in, where the server tells
 * @param ownConnections how many of the counted connections are our own
 * @param unseen what could not be seen, and why
 */
public record Facts(ServerIdentity server, Map<String, String> variables, List<Sample> samples, Map<Long, Long> statements,
        List<Transaction> transactions, List<LockWait> lockWaits, List<AccountLimit> accountLimits, List<HostErrors> hostErrors,
        List<ReplicaState> replicas, Optional<Machine> machine, Optional<ProxySql> proxySql, int ownConnections, List<String> unseen) {

    public Sample first() {
        return samples.getFirst();
    }

    public Sample last() {
        return samples.getLast();
    }

    /** From the first sample to the last. */
    public Duration watched() {
        return last().at().minus(first().at());
    }

    public String variable(String name) {
        return variables.getOrDefault(name, "");
    }

    /** Nothing where there is no such variable, or it is no number. */
    public OptionalLong number(String name) {
        try {
            return OptionalLong.of(Long.parseLong(variable(name)));
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    public long maxConnections() {
        return number("max_connections").orElse(0);
    }

    /** By how much a counter of the status has grown while we watched. */
    public long growth(String counter) {
        return Math.max(0, last().status(counter) - first().status(counter));
    }

    /** How much a counter of the status grows in a second. */
    public double perSecond(String counter) {
        double seconds = watched().toMillis() / 1000.0;
        return seconds <= 0 ? 0 : growth(counter) / seconds;
    }
}
