import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Clients that connect, run one query and quit, over and over, so many at a time. */
final class Storm {
    private final Account account;
    private final int clients;
    private final long seconds;
    private final long warmSeconds;

    Storm(Load load) {
        account = load.account();
        clients = load.number("clients", 8);
        seconds = load.number("seconds", 5);
        warmSeconds = load.number("warm", 2);
    }

    Map<String, Object> run() throws Exception {
        long begin = System.nanoTime() + warmSeconds * 1_000_000_000;
        long end = begin + seconds * 1_000_000_000;
        Latencies all = new Latencies();
        try (ExecutorService threads = Executors.newFixedThreadPool(clients)) {
            List<Future<Latencies>> running = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                Callable<Latencies> visitor = () -> visit(begin, end);
                running.add(threads.submit(visitor));
            }
            Thread.sleep(warmSeconds * 1000);
            System.out.println("begin");
            Thread.sleep(seconds * 1000);
            System.out.println("end");
            for (Future<Latencies> each : running) {
                all.add(each.get());
            }
        }
        Map<String, Object> result = new HashMap<>();
        result.put("events", all.total());
        result.put("per_second", (double) all.total() / seconds);
        result.put("p50_ms", all.millis(500));
        result.put("p99_ms", all.millis(990));
        return result;
    }

    private Latencies visit(long begin, long end) throws IOException {
        Latencies seen = new Latencies();
        while (true) {
            long before = System.nanoTime();
            if (before >= end) {
                return seen;
            }
            try (Connection connection = new Connection(account)) {
                connection.query("SELECT 1");
            }
            if (before >= begin) {
                seen.add(System.nanoTime() - before);
            }
        }
    }
}
