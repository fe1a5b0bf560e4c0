import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Clients that each run one statement with a large result, and read it as fast as it comes. */
final class Stream {
    static final int PIECE = 256 << 10;

    private final Account account;
    private final int clients;
    private final String sql;

    Stream(Load load) {
        account = load.account();
        clients = load.number("clients", 1);
        sql = load.text("sql", "SELECT 1");
    }

    Map<String, Object> run() throws Exception {
        long before = System.nanoTime();
        long bytes = 0;
        try (ExecutorService threads = Executors.newFixedThreadPool(clients)) {
            List<Future<Long>> running = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                Callable<Long> reader = this::read;
                running.add(threads.submit(reader));
            }
            for (Future<Long> each : running) {
                bytes += each.get();
            }
        }
        double seconds = (System.nanoTime() - before) / 1e9;
        Map<String, Object> result = new HashMap<>();
        result.put("bytes", bytes);
        result.put("seconds", seconds);
        result.put("mib_per_second", bytes / seconds / (1 << 20));
        return result;
    }

    private long read() throws IOException {
        try (Connection connection = new Connection(account)) {
            connection.command(3, sql);
            return response(connection.input(), new byte[PIECE]);
        }
    }

    /** Reads an OK or a result set to its end and returns how many bytes that were. */
    static long response(InputStream in, byte[] piece) throws IOException {
        long bytes = 0;
        int skip = 0;
        int header = 0;
        int headerBytes = 0;
        boolean last = false;
        boolean begun = false;
        while (true) {
            int got = in.read(piece);
            if (got < 0) {
                throw new IOException("closed in mid result");
            }
            bytes += got;
            int at = 0;
            while (at < got) {
                if (skip > 0) {
                    int step = Math.min(skip, got - at);
                    skip -= step;
                    at += step;
                    if (skip == 0 && last) {
                        return bytes;
                    }
                    continue;
                }
                if (headerBytes < 4) {
                    header |= headerBytes < 3 ? (piece[at] & 0xFF) << 8 * headerBytes : 0;
                    headerBytes++;
                    at++;
                    continue;
                }
                int first = piece[at] & 0xFF;
                if (first == 0xFF) {
                    throw new IOException("an error in the result");
                }
                last = begun ? first == 0xFE && header < 0xFFFFFF : first == 0;
                begun = true;
                skip = header;
                header = 0;
                headerBytes = 0;
            }
        }
    }
}
