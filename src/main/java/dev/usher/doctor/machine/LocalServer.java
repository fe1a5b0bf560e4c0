package dev.usher.doctor.machine;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The process of a server on this machine, found by what it listens on.
 *
 * @param ports every TCP port that it listens on
 * @param sockets every Unix socket that it listens on
 */
public record LocalServer(long pid, List<Integer> ports, List<Path> sockets) {
    /** MySQL's X protocol: another protocol, of no use here. */
    public static final int X_PROTOCOL_PORT = 33060;

    private static final String TCP_LISTEN = "0A";

    private record Listening(String inode, int port, String path) {}

    /** The process that listens on a TCP port of this machine; nothing where /proc does not show it, such as that of another user. */
    public static Optional<LocalServer> atPort(int port) {
        return find(one -> one.port() == port);
    }

    /** The process that listens on this Unix socket. */
    public static Optional<LocalServer> atSocket(Path socket) {
        return find(one -> one.path().equals(socket.toString()));
    }

    private static Optional<LocalServer> find(Predicate<Listening> wanted) {
        List<Listening> all = listening();
        Set<String> inodes = new HashSet<>();
        all.stream().filter(wanted).forEach(one -> inodes.add(one.inode()));
        if (inodes.isEmpty()) {
            return Optional.empty();
        }
        for (Path process : Proc.processes()) {
            Set<String> own = Proc.sockets(process);
            if (own.stream().anyMatch(inodes::contains)) {
                return Optional.of(of(Long.parseLong(process.getFileName().toString()),
                        all.stream().filter(one -> own.contains(one.inode())).toList()));
            }
        }
        return Optional.empty();
    }

    private static LocalServer of(long pid, List<Listening> own) {
        return new LocalServer(pid,
                own.stream().filter(one -> one.port() > 0).map(Listening::port).distinct().toList(),
                own.stream().filter(one -> one.path().startsWith("/")).map(one -> Path.of(one.path()))
                        .filter(path -> !path.getFileName().toString().startsWith("mysqlx")).distinct().toList());
    }

    private static List<Listening> listening() {
        List<Listening> all = new ArrayList<>();
        for (String table : List.of("tcp", "tcp6")) {
            for (String line : Proc.lines("/proc/net/" + table)) {
                String[] fields = line.strip().split("\\s+");
                if (fields.length > 9 && fields[3].equals(TCP_LISTEN)) {
                    all.add(new Listening(fields[9], Integer.parseInt(fields[1].substring(fields[1].indexOf(':') + 1), 16), ""));
                }
            }
        }
        for (String line : Proc.lines("/proc/net/unix")) {
            String[] fields = line.strip().split("\\s+", 8);
            // Flags 00010000 is __SO_ACCEPTCON: it listens.
            if (fields.length == 8 && fields[3].equals("00010000")) {
                all.add(new Listening(fields[6], 0, fields[7]));
            }
        }
        return all;
    }
}
