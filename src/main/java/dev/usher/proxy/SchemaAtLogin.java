package dev.usher.proxy;

import dev.usher.pool.Question;
import dev.usher.pool.Question.Answer;
import dev.usher.pool.ServerConnection;
import dev.usher.session.SessionState;
import dev.usher.wire.Command;
import dev.usher.wire.ErrPacket;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Makes the schema that a login names the default one before the login is answered, as the server would; its error is the login's. */
final class SchemaAtLogin {
    private final ClientSession owner;
    private String schema = "";
    /** Gets the outcome; null if there is nothing to open. */
    private @Nullable Consumer<@Nullable ErrPacket> then;

    SchemaAtLogin(ClientSession owner) {
        this.owner = owner;
    }

    void begin(String name, Consumer<@Nullable ErrPacket> outcome) {
        schema = name;
        then = outcome;
    }

    /** Whether it waits for a lease. */
    boolean waits() {
        return then != null;
    }

    /** The state that suits it: whoever is about to choose a schema can begin in any, and prefers the one that it is going to choose. */
    SessionState wanted() {
        return owner.session().state().withSchema(schema);
    }

    /** The state that is enough to ask in. */
    SessionState enough(ServerConnection connection) {
        return owner.session().state().withSchema(connection.state().schema());
    }

    void openOn(ServerConnection connection) {
        Consumer<@Nullable ErrPacket> asked = then;
        then = null;
        if (connection.schemaDoubtful()) {
            connection.ask(Question.simple(Command.INIT_DB, "information_schema".getBytes(StandardCharsets.UTF_8), answer -> {}));
        }
        connection.ask(Question.simple(Command.INIT_DB, schema.getBytes(StandardCharsets.UTF_8), answer -> {
            ErrPacket error = switch (answer) {
                case Answer.Rows rows -> null;
                case Answer.Refused refused -> refused.error();
                case Answer.Lost lost -> lost.cause();
            };
            if (error == null) {
                SessionState in = connection.state().schema().isEmpty() ? connection.state().withSchema(schema) : connection.state();
                connection.state(in);
                owner.session().wasRead(in);
                owner.account().schemaOpened(schema);
            }
            if (owner.goesOn(connection) && asked != null) {
                asked.accept(error);
            }
        }));
    }

    /**
     * There is no connection to open it on.
     *
     * @return whether that was what is waited for
     */
    boolean failed(ErrPacket cause) {
        Consumer<@Nullable ErrPacket> asked = then;
        then = null;
        if (asked != null) {
            asked.accept(cause);
        }
        return asked != null;
    }

    /** Nobody waits for it any more. */
    void cancel() {
        then = null;
    }
}
