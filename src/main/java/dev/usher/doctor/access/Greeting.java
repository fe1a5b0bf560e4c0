package dev.usher.doctor.access;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** The first thing a server says: {@code Protocol::HandshakeV10} or an ERR packet. */
sealed interface Greeting {
    /** Offers a login. */
    record Offer(String version, boolean tls) implements Greeting {
        boolean isMariaDb() {
            return version.contains("MariaDB");
        }
    }

    /** Refuses before the login. */
    record Refusal(int code, String message) implements Greeting {}

    /** Not the protocol. */
    record Foreign(String start) implements Greeting {}

    int CLIENT_SSL = 0x0800;

    /** @param payload the first packet without its four bytes of header */
    static Greeting parse(byte[] payload) {
        ByteBuffer in = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
        if (payload.length > 3 && (payload[0] & 0xFF) == 0xFF) {
            in.get();
            int code = in.getShort() & 0xFFFF;
            String message = new String(payload, 3, payload.length - 3, StandardCharsets.UTF_8);
            return new Refusal(code, message.replaceFirst("^#\\w{5}", ""));
        }
        int end = 1;
        while (end < payload.length && payload[end] != 0) {
            end++;
        }
        // Version, NUL, thread id (4), nonce (8), filler (1), the lower two bytes of the capabilities.
        int capabilities = end + 1 + 4 + 8 + 1;
        if (payload.length < capabilities + 2 || payload[0] != 10) {
            return new Foreign(printable(payload));
        }
        String version = new String(payload, 1, end - 1, StandardCharsets.UTF_8);
        return new Offer(version, (in.getShort(capabilities) & CLIENT_SSL) != 0);
    }

    static String printable(byte[] bytes) {
        String text = new String(bytes, 0, Math.min(bytes.length, 60), StandardCharsets.ISO_8859_1);
        return text.lines().findFirst().orElse("").replaceAll("[^ -~]", ".");
    }
}
