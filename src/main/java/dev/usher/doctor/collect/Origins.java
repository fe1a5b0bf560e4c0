package dev.usher.doctor.collect;

import dev.usher.doctor.access.Identity;
import dev.usher.doctor.facts.ClientProcess;
import dev.usher.doctor.machine.LocalClients;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which program a connection comes from: by the attributes that the client sent, where the server keeps them, else, for a client on
 * this machine, by the owner of its end of the connection.
 */
final class Origins {
    private static final String ATTRIBUTES = "SELECT processlist_id AS id, attr_name AS name, attr_value AS value"
            + " FROM performance_schema.session_connect_attrs WHERE attr_name IN ('program_name', '_client_name', '_pid')";

    record Peer(long id, String host) {}

    private record Origin(String program, long pid) {
        static final Origin UNKNOWN = new Origin("", 0);
    }

    private final Asker asker;
    private final boolean attributes;
    private final Optional<LocalClients> local;
    private final Map<Long, Origin> known = new HashMap<>();
    private final Set<Long> ownIds = new HashSet<>();

    Origins(Asker asker, boolean attributes, Optional<LocalClients> local) {
        this.asker = asker;
        this.attributes = attributes;
        this.local = local;
    }

    /** Learns of the connections that are new. */
    void refresh(List<Peer> peers) throws SQLException {
        List<Peer> unknown = peers.stream().filter(peer -> !known.containsKey(peer.id())).toList();
        if (unknown.isEmpty()) {
            return;
        }
        Map<Long, Map<String, String>> told = new HashMap<>();
        if (attributes) {
            for (Asker.Row row : asker.askIfAllowed("program and process id of clients", ATTRIBUTES)) {
                told.computeIfAbsent(row.number("id"), id -> new HashMap<>()).put(row.text("name"), row.text("value"));
            }
        }
        local.ifPresent(LocalClients::refresh);
        for (Peer peer : unknown) {
            Map<String, String> sent = told.getOrDefault(peer.id(), Map.of());
            if (Identity.PROGRAM.equals(sent.get("program_name"))) {
                ownIds.add(peer.id());
            }
            Optional<LocalClients.Client> client = local.flatMap(clients -> clients.atPort(port(peer.host())));
            String program = sent.getOrDefault("program_name",
                    client.map(LocalClients.Client::program).orElseGet(() -> sent.getOrDefault("_client_name", "")));
            long pid = client.map(LocalClients.Client::pid).orElseGet(() -> number(sent.getOrDefault("_pid", "0")));
            if (!program.isEmpty() || pid != 0 || !sent.isEmpty()) {
                known.put(peer.id(), new Origin(program, pid));
            }
        }
    }

    boolean isOwn(long id) {
        return ownIds.contains(id);
    }

    ClientProcess of(long id, String account, String hostAndPort) {
        Origin origin = known.getOrDefault(id, Origin.UNKNOWN);
        return new ClientProcess(account, hostAndPort.replaceFirst(":\\d+$", ""), origin.program(), origin.pid());
    }

    private static int port(String host) {
        int colon = host.lastIndexOf(':');
        return colon < 0 ? 0 : (int) number(host.substring(colon + 1));
    }

    private static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
