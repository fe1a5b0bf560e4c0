package dev.usher.auth;

/** What {@link Credentials} have to say to a server's challenge. */
public sealed interface Answer {

    /** Send this as the answer. Never log it. */
    record Bytes(byte[] bytes) implements Answer {
        @Override
        public String toString() {
            return "Bytes[redacted]";
        }
    }

    /** The plugin has no answer of one packet: {@code exchange} says how it goes on. */
    record NeedsFullExchange(Exchange exchange) implements Answer {}

    /** What is known about the account does not suffice, or the plugin is unknown; the reason is for a log. */
    record CannotAnswer(String reason) implements Answer {}

    /** The ways in which a plugin asks for more than one packet. */
    enum Exchange {
        /** {@link Credentials#clearAnswer}, and only on a link that nobody can listen on. */
        CLEAR,
        /** On TLS as {@link #CLEAR}; else {@link Sha256Password#REQUEST_PUBLIC_KEY}, then {@link Credentials#encryptedAnswer}. */
        CLEAR_OR_RSA,
        /** An empty packet, and {@link Credentials#parsecAnswer} to what the server says to that. */
        PARSEC
    }
}
