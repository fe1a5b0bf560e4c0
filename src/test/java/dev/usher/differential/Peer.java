package dev.usher.differential;

import dev.usher.differential.Command.Bulk;
import dev.usher.differential.Command.ChangeUser;
import dev.usher.differential.Command.CloseStatement;
import dev.usher.differential.Command.Execute;
import dev.usher.differential.Command.Fetch;
import dev.usher.differential.Command.FieldList;
import dev.usher.differential.Command.InitDb;
import dev.usher.differential.Command.LongData;
import dev.usher.differential.Command.Ping;
import dev.usher.differential.Command.Prepare;
import dev.usher.differential.Command.Query;
import dev.usher.differential.Command.ResetConnection;
import dev.usher.differential.Command.ResetStatement;
import dev.usher.differential.Command.SetOption;
import dev.usher.testing.TestAccount;
import dev.usher.testing.WireClient;
import dev.usher.wire.Capabilities;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One session on one side: sends commands, and says what came back. */
final class Peer implements AutoCloseable {
    /** An id that no server has given out. */
    private static final int UNKNOWN = 0x7FFF_FFF0;

    private final WireClient client;
    private final TestAccount account;
    private final Placeholders placeholders;
    private final boolean attributes;
    private final Map<String, Integer> statements = new HashMap<>();
    /** Parameters whose data has been sent ahead, by statement: an execution leaves their values out. */
    private final Map<String, Set<Integer>> sentAhead = new HashMap<>();
    /** Statements that have been executed with their types. Without ever having had them, MariaDB 11.4 crashes. */
    private final Set<String> bound = new HashSet<>();
    private final ReplyReader reader;
    private String failure = "";

    Peer(InetSocketAddress address, TestAccount account, Profile profile, char side, int session) throws IOException {
        this.account = account;
        client = WireClient.connect(address, account.user(), account.password(), Fixture.schema(side, session), profile.capabilities(),
                profile.collation());
        placeholders = new Placeholders(Fixture.schema(side, session), Fixture.otherSchema(side, session), client.connectionId());
        attributes = Capabilities.has(client.capabilities(), Capabilities.QUERY_ATTRIBUTES);
        reader = new ReplyReader(client, side);
        begin();
    }

    /** With a query of its own: before the first one FOUND_ROWS() is what the login has left on MariaDB. */
    private void begin() throws IOException {
        Command first = new Query("SELECT 1");
        sendNow(first);
        receiveNow(first);
    }

    void send(Command command) {
        if (failure.isEmpty()) {
            try {
                sendNow(command);
            } catch (IOException e) {
                failed(e);
            }
        }
    }

    /** Of the command sent last. */
    List<String> receive(Command command) {
        if (!command.answered()) {
            return List.of();
        }
        if (failure.isEmpty()) {
            try {
                return receiveNow(command);
            } catch (IOException | RuntimeException e) {
                failed(e);
            }
        }
        return List.of(failure);
    }

    private void failed(Exception e) {
        failure = e instanceof java.net.SocketTimeoutException ? "NO ANSWER" : "CLOSED " + e.getClass().getSimpleName();
    }

    private List<String> receiveNow(Command command) throws IOException {
        return switch (command) {
            case Query query -> reader.results("");
            case Execute execute -> reader.results(named(execute.name()));
            case Bulk bulk -> reader.results(named(bulk.name()));
            case Prepare prepare -> {
                List<String> lines = reader.prepared();
                if (reader.statementId() != 0) {
                    statements.put(prepare.name(), reader.statementId());
                }
                yield lines;
            }
            case Fetch fetch -> reader.rows(named(fetch.name()));
            case ResetStatement reset -> reader.simple(named(reset.name()));
            case FieldList list -> reader.fields();
            case ChangeUser change -> List.of("CHANGED");
            case InitDb init -> reader.simple("");
            case SetOption option -> reader.simple("");
            case Ping ping -> reader.simple("");
            case ResetConnection reset -> reader.simple("");
            case LongData data -> List.of();
            case CloseStatement close -> List.of();
        };
    }

    private String named(String statement) {
        return Integer.toUnsignedString(statements.getOrDefault(statement, UNKNOWN));
    }

    private void sendNow(Command command) throws IOException {
        switch (command) {
            case Query query -> {
                ByteBuf out = begin(dev.usher.wire.Command.QUERY);
                if (attributes) {
                    out.writeByte(0).writeByte(1);
                }
                client.command(out.writeBytes(placeholders.expand(query.text())));
            }
            case Prepare prepare -> {
                statements.remove(prepare.name());
                sentAhead.remove(prepare.name());
                bound.remove(prepare.name());
                client.command(begin(dev.usher.wire.Command.STMT_PREPARE).writeBytes(placeholders.expand(prepare.text())));
            }
            case Execute execute -> client.command(execute(execute));
            case Bulk bulk -> client.command(bulk(bulk));
            case Fetch fetch -> client.command(onStatement(dev.usher.wire.Command.STMT_FETCH, fetch.name()).writeIntLE(fetch.rows()));
            case LongData data -> {
                sentAhead.computeIfAbsent(data.name(), name -> new HashSet<>()).add(data.parameter());
                client.command(onStatement(dev.usher.wire.Command.STMT_SEND_LONG_DATA, data.name()).writeShortLE(data.parameter())
                        .writeBytes(placeholders.expand(data.text())));
            }
            case ResetStatement reset -> {
                sentAhead.remove(reset.name());
                client.command(onStatement(dev.usher.wire.Command.STMT_RESET, reset.name()));
            }
            case CloseStatement close -> {
                client.command(onStatement(dev.usher.wire.Command.STMT_CLOSE, close.name()));
                statements.remove(close.name());
            }
            case InitDb init -> client.command(begin(dev.usher.wire.Command.INIT_DB).writeBytes(placeholders.expand(init.schema())));
            case FieldList list ->
                client.command(begin(dev.usher.wire.Command.FIELD_LIST).writeBytes(placeholders.expand(list.table())).writeByte(0));
            case SetOption option -> client.command(begin(dev.usher.wire.Command.SET_OPTION).writeShortLE(option.option()));
            case Ping ping -> client.command(begin(dev.usher.wire.Command.PING));
            case ResetConnection reset -> {
                client.command(begin(dev.usher.wire.Command.RESET_CONNECTION));
                statements.clear();
            }
            case ChangeUser change -> {
                statements.clear();
                client.changeUser(account.user(), account.password(),
                        new String(placeholders.expand(change.schema()), StandardCharsets.UTF_8));
            }
        }
    }

    private static ByteBuf begin(dev.usher.wire.Command command) {
        return Unpooled.buffer().writeByte(command.code());
    }

    private ByteBuf onStatement(dev.usher.wire.Command command, String name) {
        return begin(command).writeIntLE(statements.getOrDefault(name, UNKNOWN));
    }

    /** As COM_STMT_EXECUTE is documented, with and without query attributes. */
    private ByteBuf execute(Execute execute) {
        List<Parameter> parameters = execute.parameters();
        ByteBuf out = onStatement(dev.usher.wire.Command.STMT_EXECUTE, execute.name()).writeByte(execute.cursor() ? 1 : 0).writeIntLE(1);
        if (parameters.isEmpty()) {
            return out;
        }
        if (attributes) {
            out.writeByte(parameters.size());
        }
        byte[] nulls = new byte[(parameters.size() + 7) / 8];
        for (int i = 0; i < parameters.size(); i++) {
            if (parameters.get(i).type() == Parameter.Type.NULL) {
                nulls[i / 8] |= (byte) (1 << i % 8);
            }
        }
        boolean bind = bound.add(execute.name()) || execute.bind();
        out.writeBytes(nulls).writeByte(bind ? 1 : 0);
        if (bind) {
            for (Parameter each : parameters) {
                out.writeShortLE(each.type().code());
                if (attributes) {
                    out.writeByte(0);
                }
            }
        }
        Set<Integer> ahead = sentAhead.remove(execute.name());
        for (int i = 0; i < parameters.size(); i++) {
            if (ahead == null || !ahead.contains(i)) {
                parameters.get(i).write(out, placeholders);
            }
        }
        return out;
    }

    private ByteBuf bulk(Bulk bulk) {
        ByteBuf out = onStatement(dev.usher.wire.Command.STMT_BULK_EXECUTE, bulk.name()).writeShortLE(128);
        bulk.rows().getFirst().forEach(each -> out.writeShortLE(each.type().code()));
        for (List<Parameter> row : bulk.rows()) {
            for (Parameter each : row) {
                out.writeByte(each.type() == Parameter.Type.NULL ? 1 : 0);
                each.write(out, placeholders);
            }
        }
        return out;
    }

    @Override
    public void close() throws IOException {
        client.close();
    }
}
