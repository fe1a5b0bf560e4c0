package dev.usher.proxy;

import dev.usher.pool.ServerConnection;
import dev.usher.session.Baseline;
import dev.usher.session.Pin;
import dev.usher.session.Session;
import dev.usher.session.Trait;
import dev.usher.wire.Command;
import dev.usher.wire.ErrPacket;
import dev.usher.wire.OkPacket;

/** What the response to the command under way tells of its session. */
final class ResponseNotes implements Relay.Notes {
    private final Session session;
    private final CommandUnderWay under;
    private final ClientStatements statements;
    private final PortableVariables variables;
    private final Aftermath aftermath;
    private final BehindRestore behindRestore;
    private final boolean mariaDb;

    ResponseNotes(ClientSession owner, ClientStatements statements, Aftermath aftermath, BehindRestore behindRestore) {
        this.session = owner.session();
        this.under = owner.underWay();
        this.statements = statements;
        this.variables = owner.portableVariables();
        this.aftermath = aftermath;
        this.behindRestore = behindRestore;
        this.mariaDb = owner.worker().server().mariaDb();
    }

    /** No tracker reports everything that was set: MariaDB says of a character set and its collation only one. */
    @Override
    public void restored(ServerConnection connection) {
        connection.state(session.state());
        variables.restored(connection);
    }

    @Override
    public void ok(ServerConnection connection, OkPacket ok, long rows) {
        behindRestore.drop();
        if (connection.collationUnknown() && !under.has(Trait.SET_NAMES.bit())) {
            session.read("collation_connection");
            session.read("character_set_connection");
        }
        if (connection.optionBitsChanged() && mariaDb && !under.setsAutocommit && !session.has(Pin.PROFILING)) {
            Baseline.OPTION_BITS.forEach(session::read);
        }
        aftermath.noted(under, ok, rows);
        boolean unexplained = connection.unexplainedChange() && under.preparing == null && !under.deallocates;
        session.completed(ok.status(), ok.insertId(), connection.state(), unexplained, connection.characteristics());
        if (under.command() == Command.STMT_FETCH || under.command() == Command.STMT_EXECUTE) {
            statements.answered(under.statement, ok.status(), connection);
        }
    }

    @Override
    public void err(ServerConnection connection, ErrPacket error, boolean statementRan) {
        under.failed = true;
        if (under.command() == Command.STMT_EXECUTE) {
            statements.answered(under.statement, 0, connection);
        }
        if (statementRan) {
            behindRestore.drop();
            aftermath.failed(under, error);
        } else {
            behindRestore.refused(error);
        }
    }

    @Override
    public int prepared(ServerConnection connection, int serverId, int parameters, int warnings) {
        aftermath.leftovers().prepared(warnings);
        return statements.prepared(connection, serverId, parameters);
    }
}
