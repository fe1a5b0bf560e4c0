package dev.usher.admin;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A pooler with two accounts and two clients that never change, which notes what was to be killed. */
public class FixedPooler implements PoolerView {
    public record Killed(long clientId, boolean queryOnly) {}

    public final List<Killed> killed = new CopyOnWriteArrayList<>();

    @Override
    public List<PoolRow> pools() {
        return List.of(
                new PoolRow("app@10.%", 3, 2, 95, 3, 0, 1, 0, 4, Duration.ofMillis(1500), 1),
                new PoolRow("report@%", 0, 0, 1, 0, 1, 0, 0, 4, Duration.ZERO, 0));
    }

    @Override
    public List<ClientRow> clients() {
        return List.of(
                new ClientRow(7, "app@10.%", "10.0.0.5:40112", "shop", ClientRow.State.ACTIVE, 101L, null,
                        Duration.ofSeconds(60), Duration.ofSeconds(3), 12, "TLSv1.3", "zstd", "php"),
                new ClientRow(8, "re@port@%", "socket", null, ClientRow.State.IDLE, 102L, "temporary table \"t\" äß",
                        Duration.ofSeconds(9), Duration.ofMillis(2100), 0, null, null, null));
    }

    @Override
    public List<ServerRow> servers() {
        return List.of(new ServerRow(101, "app@10.%", ServerRow.State.LEASED, 7L, "shop", Duration.ofMinutes(5),
                Duration.ofSeconds(3), 400, "9f3a", 17, null));
    }

    @Override
    public List<PinRow> pins() {
        return List.of(new PinRow(8, "re@port@%", "php", 102L, "named-lock", "SELECT GET_LOCK(?, ?)", Duration.ofSeconds(9),
                Duration.ofMillis(2100), Duration.ofMillis(40)));
    }

    @Override
    public List<PinTotalRow> pinTotals() {
        return List.of(new PinTotalRow("BEGIN", "transaction", 12, Duration.ofSeconds(3), Duration.ofMillis(7)));
    }

    @Override
    public SortedMap<String, ?> status() {
        return new TreeMap<>(Map.of("clients_connected", 101L, "clients_refused", 0L, "server_version", "11.4.5"));
    }

    @Override
    public KillOutcome kill(long clientId, boolean queryOnly) {
        if (clients().stream().noneMatch(client -> client.id() == clientId)) {
            return new KillOutcome.NoSuchConnection();
        }
        killed.add(new Killed(clientId, queryOnly));
        return new KillOutcome.Killed();
    }
}
