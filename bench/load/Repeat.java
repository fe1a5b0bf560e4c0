import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** One client that runs one statement over and over: one of a given size that has no result, or one with a result of any size. At least once, however short the time. */
final class Repeat {
    private final Account account;
    private final String sql;
    private final long seconds;
    private final long warmSeconds;
    private final byte[] piece = new byte[Stream.PIECE];

    Repeat(Load load) {
        account = load.account();
        int size = load.number("size", 0);
        sql = size == 0 ? load.text("sql", "SELECT 1") : "DO '" + "x".repeat(size - 5) + "'";
        seconds = load.number("seconds", 2);
        warmSeconds = load.number("warm", 1);
    }

    Map<String, Object> run() throws IOException {
        byte[] command = Connection.commandPacket(3, sql);
        try (Connection connection = new Connection(account)) {
            long begin = System.nanoTime() + warmSeconds * 1_000_000_000;
            while (System.nanoTime() < begin) {
                once(connection, command);
            }
            System.out.println("begin");
            long began = System.nanoTime();
            long end = began + seconds * 1_000_000_000;
            long events = 0;
            long bytes = 0;
            long now;
            do {
                bytes += command.length + once(connection, command);
                events++;
                now = System.nanoTime();
            } while (now < end);
            System.out.println("end");
            Map<String, Object> result = new HashMap<>();
            result.put("events", events);
            result.put("per_second", events / ((now - began) / 1e9));
            result.put("bytes", bytes);
            return result;
        }
    }

    private long once(Connection connection, byte[] command) throws IOException {
        connection.send(command);
        return Stream.response(connection.input(), piece);
    }
}
