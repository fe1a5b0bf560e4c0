package dev.usher.app;

import dev.usher.admin.ClientRow;
import dev.usher.admin.PinRow;
import dev.usher.admin.PinTotalRow;
import dev.usher.admin.PoolRow;
import dev.usher.admin.PoolerView;
import dev.usher.admin.ServerRow;
import dev.usher.error.Refusal;
import dev.usher.pool.ConnectionBudget;
import dev.usher.pool.Pool;
import dev.usher.pool.PoolCounters;
import dev.usher.pool.Server;
import dev.usher.pool.ServerConnection;
import dev.usher.pool.Tenant;
import dev.usher.pool.Worker;
import dev.usher.proxy.ClientConnection;
import dev.usher.proxy.ClientSession;
import dev.usher.proxy.Frontend;
import dev.usher.session.Pin;
import dev.usher.wire.HandshakeV10;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What admin statements see of a running Usher: each worker is asked on its own loop, and answers with rows that nobody changes. */
public final class Snapshots implements PoolerView {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final List<Worker> workers;
    private final Frontend frontend;
    private final ConnectionBudget budget;
    private final PoolCounters counters;
    private final Server server;
    private final long startedAt = System.nanoTime();

    Snapshots(List<Worker> workers, Frontend frontend, ConnectionBudget budget, PoolCounters counters, Server server) {
        this.workers = workers;
        this.frontend = frontend;
        this.budget = budget;
        this.counters = counters;
        this.server = server;
    }

    private <T> List<T> ask(Function<Worker, T> question) {
        List<CompletableFuture<T>> answers = workers.stream()
                .map(worker -> CompletableFuture.supplyAsync(() -> question.apply(worker), worker.loop()))
                .toList();
        List<T> all = new ArrayList<>();
        for (CompletableFuture<T> answer : answers) {
            try {
                all.add(answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted", e);
            } catch (TimeoutException | java.util.concurrent.ExecutionException e) {
                throw new IllegalStateException("a worker does not answer", e);
            }
        }
        return all;
    }

    @Override
    public List<PoolRow> pools() {
        List<ClientRow> clients = clients();
        Map<String, PoolRow> rows = new LinkedHashMap<>();
        for (List<PoolRow> each : ask(worker -> worker.pools().stream().map(pool -> row(worker, pool)).toList())) {
            for (PoolRow row : each) {
                rows.merge(row.account(), row, Snapshots::sum);
            }
        }
        return rows.values().stream().map(row -> withClients(row, clients)).toList();
    }

    private PoolRow row(Worker worker, Pool pool) {
        int leased = (int) pool.all().stream().filter(c -> c.tenant() != null).count();
        return new PoolRow(
                pool.account().user(),
                0,
                worker.waiting(pool),
                0,
                leased,
                pool.idle().size(),
                pool.opening(),
                worker.logins().running(pool),
                budget.limit(),
                Duration.ofNanos(Math.max(0, System.nanoTime() - worker.oldestWait(pool))),
                0);
    }

    private static PoolRow sum(PoolRow a, PoolRow b) {
        return new PoolRow(
                a.account(),
                0,
                a.clientsWaiting() + b.clientsWaiting(),
                0,
                a.serversLeased() + b.serversLeased(),
                a.serversIdle() + b.serversIdle(),
                a.serversOpening() + b.serversOpening(),
                a.serversLogin() + b.serversLogin(),
                a.budget(),
                a.oldestWait().compareTo(b.oldestWait()) > 0 ? a.oldestWait() : b.oldestWait(),
                0);
    }

    private static PoolRow withClients(PoolRow row, List<ClientRow> clients) {
        List<ClientRow> mine = clients.stream().filter(c -> c.account().equals(row.account())).toList();
        return new PoolRow(
                row.account(),
                (int) mine.stream().filter(c -> c.state() == ClientRow.State.ACTIVE).count(),
                row.clientsWaiting(),
                (int) mine.stream().filter(c -> c.state() == ClientRow.State.IDLE || c.state() == ClientRow.State.IN_TRANSACTION).count(),
                row.serversLeased(),
                row.serversIdle(),
                row.serversOpening(),
                row.serversLogin(),
                row.budget(),
                row.clientsWaiting() == 0 ? Duration.ZERO : row.oldestWait(),
                (int) mine.stream().filter(c -> c.pinReason() != null).count());
    }

    @Override
    public List<ClientRow> clients() {
        long now = System.nanoTime();
        return ask(worker -> frontend.clients().values().stream()
                .filter(client -> client.worker() == worker)
                .map(client -> row(client, now))
                .toList())
                .stream()
                .flatMap(List::stream)
                .sorted((a, b) -> Long.compare(a.id(), b.id()))
                .toList();
    }

    private static ClientRow row(ClientConnection client, long now) {
        ClientSession session = client.session();
        Duration age = Duration.ofNanos(now - client.since());
        String tls = client.tls() ? "TLS" : null;
        String compression = client.compression().isEmpty() ? null : client.compression();
        if (session == null) {
            return new ClientRow(client.id().value(), "", client.addressText(), null, ClientRow.State.LOGIN, null, null, age, age, 0, tls,
                    compression, null);
        }
        ServerConnection lease = session.lease();
        ClientRow.State state = session.waiting()
                ? ClientRow.State.WAITING
                : session.busy() ? ClientRow.State.ACTIVE
                        : session.session().has(Pin.TRANSACTION) ? ClientRow.State.IN_TRANSACTION : ClientRow.State.IDLE;
        String pins = session.session().pins().stream().map(Pin::label).collect(Collectors.joining(","));
        String schema = session.session().state().schema();
        return new ClientRow(
                client.id().value(),
                session.account().user(),
                client.addressText(),
                schema.isEmpty() ? null : schema,
                state,
                lease == null ? null : lease.threadId().value(),
                pins.isEmpty() ? null : pins,
                age,
                Duration.ofNanos(now - (state == ClientRow.State.WAITING ? session.waitingSince() : session.idleSince())),
                session.statementsRun(),
                tls,
                compression,
                session.program().isEmpty() ? null : session.program());
    }

    @Override
    public List<PinRow> pins() {
        long now = System.nanoTime();
        return ask(worker -> frontend.clients().values().stream()
                .filter(client -> client.worker() == worker)
                .flatMap(client -> Stream.ofNullable(client.session()))
                .filter(session -> session.pin().held())
                .map(session -> row(session, now))
                .toList())
                .stream()
                .flatMap(List::stream)
                .sorted(Comparator.comparing(PinRow::waited).thenComparing(PinRow::age).reversed())
                .toList();
    }

    private static PinRow row(ClientSession session, long now) {
        ServerConnection lease = session.lease();
        return new PinRow(
                session.id().value(),
                session.account().user(),
                session.program().isEmpty() ? null : session.program(),
                lease == null ? null : lease.threadId().value(),
                session.session().pins().stream().map(Pin::label).collect(Collectors.joining(",")),
                session.pin().statement(),
                Duration.ofNanos(now - session.pin().since()),
                Duration.ofNanos(session.busy() ? 0 : now - session.idleSince()),
                Duration.ofNanos(session.pin().waitedNanos()));
    }

    @Override
    public List<PinTotalRow> pinTotals() {
        return frontend.pins().totals().stream()
                .map(total -> new PinTotalRow(total.statement(), total.reason(), total.pins(), Duration.ofNanos(total.heldNanos()),
                        Duration.ofNanos(total.waitedNanos())))
                .toList();
    }

    @Override
    public List<ServerRow> servers() {
        long now = System.nanoTime();
        return ask(worker -> worker.pools().stream()
                .flatMap(pool -> pool.all().stream())
                .map(connection -> row(connection, now))
                .toList())
                .stream()
                .flatMap(List::stream)
                .sorted((a, b) -> Long.compare(a.threadId(), b.threadId()))
                .toList();
    }

    private static ServerRow row(ServerConnection connection, long now) {
        Tenant tenant = connection.tenant();
        Long client = tenant instanceof ClientSession session ? session.id().value() : null;
        ServerRow.State state = tenant != null
                ? ServerRow.State.LEASED
                : connection.pool().idle().contains(connection) ? ServerRow.State.IDLE : ServerRow.State.RESTORING;
        String schema = connection.state().schema();
        return new ServerRow(
                connection.threadId().value(),
                connection.pool().account().user(),
                state,
                client,
                schema.isEmpty() ? null : schema,
                Duration.ofNanos(now - connection.openedAt()),
                Duration.ofNanos(Math.max(0, now - connection.idleSince())),
                connection.leases(),
                String.format("%08x", connection.state().fingerprint()),
                connection.statements().size(),
                connection.encrypted() ? "TLS" : null);
    }

    @Override
    public SortedMap<String, Object> status() {
        SortedMap<String, Object> status = new TreeMap<>();
        HandshakeV10 greeting = server.greeting();
        status.put("server_version", greeting == null ? "" : greeting.version());
        status.put("uptime_seconds", (System.nanoTime() - startedAt) / 1_000_000_000);
        status.put("workers", (long) workers.size());
        status.put("budget", (long) budget.limit());
        status.put("budget_used", (long) budget.used());
        status.put("budget_lane", (long) budget.lane());
        status.put("clients_connected", (long) frontend.connected());
        status.put("clients_waiting", ask(Worker::waiting).stream().mapToLong(Integer::longValue).sum());
        status.put("client_connections_total", frontend.counters().connections());
        status.put("logins_total", frontend.counters().logins());
        status.put("logins_relayed_total", frontend.counters().loginsRelayed());
        status.put("logins_failed_total", frontend.counters().loginsFailed());
        status.put("refused_at_client_limit_total", frontend.counters().refusedAtLimitCount());
        status.put("statements_total", frontend.counters().statements());
        status.put("statements_lost_total", frontend.counters().lostStatements());
        status.put("restores_inline_total", frontend.counters().restoresInline());
        status.put("restores_awaited_total", frontend.counters().restoresAwaited());
        status.put("restores_by_reset_total", frontend.counters().restoresByReset());
        long statements = Math.max(1, frontend.counters().statements());
        status.put("restores_per_1000_statements",
                1000 * (frontend.counters().restoresInline() + frontend.counters().restoresAwaited()) / statements);
        status.put("reprepares_total", frontend.counters().reprepares());
        status.put("captures_total", frontend.counters().captures());
        status.put("leases_total", counters.leases());
        status.put("leases_per_server_connection", counters.leases() / Math.max(1, counters.openedCount()));
        status.put("lease_waits_total", counters.waits());
        status.put("lease_wait_micros_total", counters.waitedNanos() / 1000);
        status.put("leases_taken_back_total", counters.takenBackCount());
        status.put("refused_total", counters.refusals());
        status.put("server_connections_opened_total", counters.openedCount());
        status.put("server_connections_closed_total", counters.closedCount());
        status.put("server_connections_lost_total", counters.lostCount());
        for (Pin pin : Pin.values()) {
            status.put("pins_" + pin.label().replace('-', '_') + "_total", frontend.counters().pins(pin));
        }
        return status;
    }

    @Override
    public KillOutcome kill(long clientId, boolean queryOnly) {
        @Nullable
        ClientConnection client = frontend.clients().get(clientId);
        if (client == null) {
            return new KillOutcome.NoSuchConnection();
        }
        CompletableFuture<KillOutcome> done = new CompletableFuture<>();
        client.worker().loop().execute(() -> client.killByAdmin(
                queryOnly,
                error -> done.complete(error == null
                        ? new KillOutcome.Killed()
                        : new KillOutcome.NotKilled(error.code(), error.sqlState(), error.message()))));
        try {
            return done.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (TimeoutException e) {
            // It waits for a connection of its own, or for the server.
            return new KillOutcome.NotKilled(Refusal.SERVER_UNREACHABLE.code(), Refusal.SERVER_UNREACHABLE.sqlState(),
                    "The KILL has not got through to the server in " + PATIENCE.toSeconds() + " s, and is still tried");
        } catch (java.util.concurrent.ExecutionException e) {
            throw new IllegalStateException("the kill failed", e);
        }
    }
}
