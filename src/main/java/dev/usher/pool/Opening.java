package dev.usher.pool;

import dev.usher.wire.ErrPacket;

/** How the opening of a server connection ended, initialisation included. */
public sealed interface Opening {
    /** Logged in and ready to be lent; in nobody's hands yet. */
    record Opened(ServerConnection connection) implements Opening {}

    /** The server said no to this account. */
    record Refused(ErrPacket error) implements Opening {}

    /** The server has no connection left, for anybody or for this account. */
    record Full(ErrPacket error) implements Opening {}

    /** Whoever was to answer the server did not, or could not; this says nothing about the server or the account. */
    record Abandoned(String why) implements Opening {}

    /** The server was not reached, or did not behave. */
    record Unreachable(String why) implements Opening {}
}
