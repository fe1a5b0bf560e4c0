package dev.usher.pool;

import io.netty.buffer.ByteBuf;

/** Who answers what the server asks while a server connection logs in: Usher with what it knows, or a client whose login is relayed. */
public interface AuthResponder {
    /** Sends one packet's payload to the server. */
    interface ToServer {
        void send(byte[] payload);

        /** Gives up; the connection is closed in a way that the server does not count as an aborted handshake where that is possible. */
        void abandon(String why);

        /** Whether the link to the server is encrypted. */
        boolean encrypted();
    }

    /** Since when a client owes the answer that the server waits for, by {@link System#nanoTime}; 0 if none does. */
    default long silentSince() {
        return 0;
    }

    /** Others need the connection that waits for the client's answer: the login is over. */
    default void tooSilent() {}

    /** The plugin named in the handshake response, and its answer for the nonce of the server's greeting. */
    FirstAnswer first(String serverPlugin, byte[] nonce);

    /** @param plugin may be a name that no server has, which makes the server ask for the account's own plugin with a fresh nonce */
    record FirstAnswer(String plugin, byte[] answer) {}

    /** AuthSwitchRequest. */
    void switched(String plugin, byte[] data, ToServer server);

    /** A packet that belongs to the plugin: AuthMoreData, with its header byte 0x01, or whatever a plugin sends. */
    void more(ByteBuf payload, ToServer server);
}
