package dev.usher.doctor.machine;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The processes of this machine that are connected to a server on this machine. */
public final class LocalClients {
    private static final String ESTABLISHED = "01";

    private final int serverPort;
    private Map<Integer, Client> byPort = Map.of();

    public record Client(long pid, String program) {}

    public LocalClients(int serverPort) {
        this.serverPort = serverPort;
    }

    /** Looks again. */
    public void refresh() {
        Map<String, Integer> ports = new HashMap<>();
        for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            for (String line : Proc.lines(table)) {
                String[] fields = line.strip().split("\\s+");
                if (fields.length > 9 && fields[3].equals(ESTABLISHED) && port(fields[2]) == serverPort) {
                    ports.put(fields[9], port(fields[1]));
                }
            }
        }
        Map<Integer, Client> found = new HashMap<>();
        for (Path process : Proc.processes()) {
            for (String inode : Proc.sockets(process)) {
                Integer port = ports.get(inode);
                if (port != null) {
                    found.put(port, new Client(Long.parseLong(process.getFileName().toString()), program(process)));
                }
            }
        }
        byPort = found;
    }

    /** Who is at a port of this machine. */
    public Optional<Client> atPort(int port) {
        return Optional.ofNullable(byPort.get(port));
    }

    private static int port(String address) {
        return Integer.parseInt(address.substring(address.indexOf(':') + 1), 16);
    }

    private static String program(Path process) {
        return Proc.lines(process.resolve("comm").toString()).stream().findFirst().orElse("");
    }
}
