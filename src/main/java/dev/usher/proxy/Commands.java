package dev.usher.proxy;

import dev.usher.error.Refusal;
import dev.usher.session.Leftovers;
import dev.usher.session.Pin;
import dev.usher.session.Session;
import dev.usher.wire.Command;
import dev.usher.wire.ErrPacket;
import dev.usher.wire.MalformedPacketException;
import dev.usher.wire.Packets;
import io.netty.buffer.ByteBuf;

/** Takes a client's commands one by one: what of them Usher answers itself, and what needs a lease. */
final class Commands {
    /** Commands up to this size are taken whole; larger ones stream to the server as they arrive. */
    private static final int WHOLE = 128 << 10;
    /** What has to be there of an execution: in front of the values are the types, two bytes for each of up to 65,535 parameters, and a bit for each. */
    private static final int HEAD_OF_EXECUTION = 144 << 10;

    private final ClientSession owner;
    private final ClientConnection client;
    private final Session session;
    private final CommandUnderWay under;
    private final ClientStatements statements;
    private final Aftermath aftermath;
    private final TextCommand text;
    private final StatementCommands onStatements;

    Commands(ClientSession owner, ClientStatements statements, Aftermath aftermath, boolean queryAttributes) {
        this.owner = owner;
        this.client = owner.client();
        this.session = owner.session();
        this.under = owner.underWay();
        this.statements = statements;
        this.aftermath = aftermath;
        Frontend frontend = client.frontend();
        this.text = new TextCommand(owner, frontend, queryAttributes);
        this.onStatements = new StatementCommands(owner, statements, aftermath, frontend, queryAttributes);
    }

    /** Takes the next command, if it is there; returns whether it was. */
    boolean next(ByteBuf in) {
        if (aftermath.capturing() || !client.channel().isWritable() || in.readableBytes() < Packets.HEADER) {
            // While what the last statement left is still being read, the next one, which may ask for it, has to wait; so has one whose client does not
            // take the answers to those before.
            return false;
        }
        int start = in.readerIndex();
        int length = in.getUnsignedMediumLE(start);
        if (in.getByte(start + 3) != 0) {
            client.refuse(Refusal.OUT_OF_ORDER, "Got packets out of order", in.getUnsignedByte(start + 3) + 1);
            return false;
        }
        if (length > 0 && in.readableBytes() == Packets.HEADER) {
            return false;
        }
        // Servers take an empty packet for a COM_SLEEP.
        Command command = length == 0 ? Command.SLEEP : Command.of(in.getUnsignedByte(start + Packets.HEADER));
        int taken = Math.min(length, command == Command.STMT_EXECUTE || command == Command.STMT_BULK_EXECUTE ? HEAD_OF_EXECUTION : WHOLE);
        if (in.readableBytes() < Packets.HEADER + taken) {
            return false;
        }
        under.begin(command, in.readRetainedSlice(Packets.HEADER + taken), length > taken);
        owner.passThrough().begin(length, taken);
        owner.begun();
        dispatch();
        return true;
    }

    /** Begins what the command under way asks for. */
    void dispatch() {
        switch (under.command()) {
            case QUERY -> text.run();
            case STMT_PREPARE -> onStatements.prepare();
            case STMT_EXECUTE, STMT_BULK_EXECUTE, STMT_FETCH, STMT_SEND_LONG_DATA, STMT_RESET -> onStatements.onStatement();
            case STMT_CLOSE -> onStatements.close();
            case PING -> ping();
            case QUIT -> client.close();
            case SET_OPTION -> setOption();
            case RESET_CONNECTION -> {
                if (!owner.readsFirst(aftermath.leftovers().foundRowsUnread()) && !owner.waitsForQuiet()) {
                    resetConnection();
                }
            }
            case CHANGE_USER -> {
                if (!owner.readsFirst(aftermath.leftovers().foundRowsUnread()) && !owner.waitsForQuiet()) {
                    changeUser();
                }
            }
            case PROCESS_KILL -> kill();
            case BINLOG_DUMP, BINLOG_DUMP_GTID, TABLE_DUMP, REGISTER_SLAVE, CLONE, SUBSCRIBE_GROUP_REPLICATION_STREAM -> {
                owner.pinning().addIfSent(Pin.DEDICATED);
                owner.acquire();
            }
            case INIT_DB, FIELD_LIST, REFRESH, SHUTDOWN, STATISTICS, PROCESS_INFO, DEBUG -> {
                session.beginOther();
                owner.acquire();
            }
            case SLEEP, CREATE_DB, DROP_DB, CONNECT, TIME, DELAYED_INSERT, CONNECT_OUT, DAEMON -> unknown();
        }
    }

    private void unknown() {
        Leftovers leftovers = aftermath.leftovers();
        if (!owner.readsFirst(leftovers.conditionsUnread())) {
            ErrPacket error = new ErrPacket(Refusal.UNKNOWN_COMMAND.code(), Refusal.UNKNOWN_COMMAND.sqlState(), "Unknown command");
            leftovers.noCommand(error.code(), error.message());
            owner.answer(() -> client.err(error, 1));
            owner.settle();
        }
    }

    /** The server would close the connection of a session that nobody else may have, and with it what the session holds there. */
    private void ping() {
        if (session.pinned() && owner.lease() != null) {
            session.beginOther();
            owner.acquire();
        } else {
            aftermath.leftovers().commandAnswered(0, false);
            owner.answer(() -> client.ok(1, session.status(), aftermath.leftovers().countedInOk()));
        }
    }

    private void setOption() {
        ByteBuf bytes = under.packet();
        int option = bytes.readableBytes() < Packets.HEADER + 3 ? -1 : bytes.getUnsignedShortLE(bytes.readerIndex() + Packets.HEADER + 1);
        if (option != 0 && option != 1) {
            unknown();
            return;
        }
        owner.multiStatements(option == 0);
    }

    private void resetConnection() {
        statements.forget();
        aftermath.reset();
        owner.reset(() -> client.ok(1, session.status()));
    }

    private void changeUser() {
        ByteBuf bytes = under.takePacket();
        try {
            ByteBuf payload = bytes.slice(bytes.readerIndex() + Packets.HEADER, bytes.readableBytes() - Packets.HEADER);
            owner.changeUser(payload, bytes.getUnsignedByte(bytes.readerIndex() + 3));
        } catch (MalformedPacketException | IndexOutOfBoundsException e) {
            // It may have had to wait for an answer of the server's, which must not pay for it.
            client.refuse(Refusal.MALFORMED_PACKET, "Malformed communication packet", 1);
        } finally {
            bytes.release();
        }
    }

    private void kill() {
        ByteBuf bytes = under.packet();
        long id = bytes.readableBytes() < Packets.HEADER + 5 ? 0 : bytes.getUnsignedIntLE(bytes.readerIndex() + Packets.HEADER + 1);
        if (ClientConnectionId.is(id)) {
            under.drop();
            Killing.kill(owner, id, false);
        } else {
            // A thread of the server, or nothing at all: the server says.
            session.beginOther();
            owner.acquire();
        }
    }
}
