import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Any number of clients on one thread, each with its next point select as soon as it has the answer to the last one, or one after the other at a rate that they share.
 * The table is the one that sysbench's {@code oltp_point_select prepare} makes.
 */
final class Busy {
    private static final int LOGINS_AT_ONCE = 16;
    private static final String SQL = "SELECT c FROM sbtest1 WHERE id=";

    private final Account account;
    private final int clients;
    private final int rows;
    private final long seconds;
    private final long warmSeconds;
    private final boolean prepared;
    /** How many different session states the clients have; 1 leaves them as after login, unless they have user variables. */
    private final int states;
    /** Whether each client sets user variables too, as different as the rest of its state. */
    private final boolean variables;
    /** Statements a second of all clients together; 0 for as many as are answered. */
    private final long rate;
    /** How many accounts the clients have, whose names end in 1, 2, 3 …; 0 for the one without a number. */
    private final int accounts;
    private final ByteBuffer in = ByteBuffer.allocateDirect(64 << 10).order(ByteOrder.LITTLE_ENDIAN);
    private final ByteBuffer out = ByteBuffer.allocateDirect(128).order(ByteOrder.LITTLE_ENDIAN);
    private final Latencies latencies = new Latencies();
    private long errors;
    private String firstError = "";
    private int turn;

    /** One client. */
    private static final class Client {
        final SocketChannel channel;
        final int statement;
        long sentAt;
        /** The rest of a response that has not come in one piece; usually there is none. */
        byte[] carried = {};
        boolean begun;
        boolean waiting;

        Client(SocketChannel channel, int statement) {
            this.channel = channel;
            this.statement = statement;
        }
    }

    Busy(Load load) {
        account = load.account();
        clients = load.number("clients", 64);
        rows = load.number("rows", 10_000);
        seconds = load.number("seconds", 5);
        warmSeconds = load.number("warm", 2);
        prepared = load.number("prepared", 0) == 1;
        states = load.number("states", 1);
        variables = load.number("variables", 0) == 1;
        rate = load.number("rate", 0);
        accounts = load.number("accounts", 0);
    }

    Map<String, Object> run() throws Exception {
        try (Selector selector = Selector.open()) {
            List<Client> all = connect();
            for (Client client : all) {
                client.channel.configureBlocking(false);
                client.channel.register(selector, SelectionKey.OP_READ, client);
            }
            long begin = System.nanoTime() + warmSeconds * 1_000_000_000;
            if (rate == 0) {
                for (Client client : all) {
                    ask(client);
                }
            }
            loop(selector, all, begin);
            latencies.clear();
            System.out.println("begin");
            long ended = loop(selector, all, begin + seconds * 1_000_000_000);
            System.out.println("end");
            for (Client client : all) {
                client.channel.close();
            }
            Map<String, Object> result = new HashMap<>();
            result.put("events", latencies.total());
            result.put("per_second", latencies.total() / ((ended - begin) / 1e9));
            result.put("p50_ms", latencies.millis(500));
            result.put("p99_ms", latencies.millis(990));
            result.put("p999_ms", latencies.millis(999));
            result.put("max_ms", latencies.millis(1000));
            result.put("errors", errors);
            if (errors > 0) {
                System.err.println("first error: " + firstError);
            }
            return result;
        }
    }

    private List<Client> connect() throws Exception {
        List<Client> all = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(Math.min(LOGINS_AT_ONCE, clients))) {
            List<Future<Client>> coming = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                int number = i;
                coming.add(threads.submit(() -> connect(number)));
            }
            for (Future<Client> each : coming) {
                all.add(each.get());
            }
        }
        return all;
    }

    private Client connect(int number) throws IOException {
        Connection connection = new Connection(accounts == 0 ? account : account.numbered(1 + number % accounts));
        int state = number % states;
        if (variables) {
            connection.query("SET @tenant = 'tenant " + state + "', @page = " + (20 + state));
        }
        if (state > 0 || variables) {
            connection.query("SET SESSION sql_mode='STRICT_TRANS_TABLES', SESSION time_zone='+0" + state % 9 + ":" + (10 + state / 9 % 50) + "'");
        }
        int statement = prepared ? connection.prepare(SQL + "?") : 0;
        connection.channel().setOption(StandardSocketOptions.TCP_NODELAY, true);
        return new Client(connection.channel(), statement);
    }

    private long loop(Selector selector, List<Client> all, long until) throws IOException {
        long since = System.nanoTime();
        long asked = 0;
        long now;
        while ((now = System.nanoTime()) < until) {
            for (long due = (now - since) * rate / 1_000_000_000; asked < due && askNext(all);) {
                asked++;
            }
            selector.select(key -> {
                try {
                    answered((Client) key.attachment());
                } catch (IOException e) {
                    failed(String.valueOf(e));
                    key.cancel();
                }
            }, rate > 0 ? 1 : 100);
        }
        return now;
    }

    /** Has the next client in turn ask that does not wait for an answer; returns whether there was one. */
    private boolean askNext(List<Client> all) throws IOException {
        for (int i = 0; i < clients; i++) {
            Client next = all.get(turn);
            turn = (turn + 1) % clients;
            if (!next.waiting) {
                ask(next);
                return true;
            }
        }
        return false;
    }

    private void failed(String error) {
        if (errors++ == 0) {
            firstError = error;
        }
    }

    private void ask(Client client) throws IOException {
        int id = ThreadLocalRandom.current().nextInt(rows) + 1;
        out.clear();
        if (prepared) {
            out.putInt(18).put((byte) 0x17).putInt(client.statement).put((byte) 0).putInt(1).put((byte) 0).put((byte) 1).putShort((short) 3).putInt(id);
        } else {
            byte[] sql = (SQL + id).getBytes(StandardCharsets.ISO_8859_1);
            out.putInt(sql.length + 1).put((byte) 3).put(sql);
        }
        out.flip();
        client.sentAt = System.nanoTime();
        client.begun = false;
        client.waiting = true;
        client.channel.write(out);
        if (out.hasRemaining()) {
            throw new IOException("a socket that does not take a statement of a few bytes");
        }
    }

    private void answered(Client client) throws IOException {
        in.clear();
        in.put(client.carried);
        if (client.channel.read(in) < 0) {
            throw new IOException("closed");
        }
        in.flip();
        while (in.remaining() >= 5) {
            int start = in.position();
            int length = in.getInt(start) & 0xFFFFFF;
            if (in.remaining() < 4 + length) {
                break;
            }
            int first = in.get(start + 4) & 0xFF;
            in.position(start + 4 + length);
            if (first == 0xFF) {
                byte[] message = new byte[length - 3];
                in.get(start + 7, message);
                failed(new String(message, StandardCharsets.UTF_8));
            }
            if (first == 0xFF || first == 0xFE && client.begun || first == 0 && !client.begun) {
                client.carried = new byte[0];
                latencies.add(System.nanoTime() - client.sentAt);
                client.waiting = false;
                if (rate == 0) {
                    ask(client);
                }
                return;
            }
            client.begun = true;
        }
        client.carried = new byte[in.remaining()];
        in.get(client.carried);
    }
}
