package dev.usher.cli.reproduce;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Connections that are held until the server refuses the next one: as many as it takes, and no more. */
public final class Filling implements AutoCloseable {
    private static final int TOO_MANY_CONNECTIONS = 1040;

    private final List<Connection> held = new ArrayList<>();
    private Optional<Refusal> refusal = Optional.empty();

    private final Thread onCtrlC = new Thread(this::release);

    private Filling() {}

    /** Opens one connection. */
    public interface Opener {
        Connection open() throws SQLException;
    }

    /**
     * Fills the server.
     *
     * @param most that are opened, refused or not
     * @throws SQLException if the server refuses for another reason; nothing is held then
     */
    public static Filling fill(Opener opener, int most) throws SQLException {
        Filling filling = new Filling();
        Runtime.getRuntime().addShutdownHook(filling.onCtrlC);
        try {
            while (filling.size() < most && filling.refusal.isEmpty()) {
                filling.add(opener);
            }
            return filling;
        } catch (SQLException e) {
            filling.close();
            throw e;
        }
    }

    private synchronized void add(Opener opener) throws SQLException {
        try {
            held.add(opener.open());
        } catch (SQLException e) {
            if (e.getErrorCode() != TOO_MANY_CONNECTIONS) {
                throw e;
            }
            refusal = Optional.of(Refusal.of(e));
        }
    }

    /** Closes what is more than that. */
    public synchronized void keep(int most) throws SQLException {
        while (held.size() > most) {
            held.removeLast().close();
        }
    }

    /** What the first connection too many was told, if there was one. */
    public synchronized Optional<Refusal> refusal() {
        return refusal;
    }

    public synchronized int size() {
        return held.size();
    }

    private synchronized void release() {
        for (Connection connection : held) {
            try {
                connection.close();
            } catch (SQLException gone) {
                // so it holds nothing any more
            }
        }
        held.clear();
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(onCtrlC);
        } catch (IllegalStateException underWay) {
            // by Ctrl-C: it releases as well, and what is released twice is released once
        }
        release();
    }
}
