package dev.usher.differential;

import dev.usher.wire.Capabilities;

/**
 * How a session logs in.
 *
 * @param collation id in its handshake response
 */
record Profile(long capabilities, int collation) {
    static final int UTF8MB4 = 45;
    private static final long COMMON = Capabilities.PROTOCOL_41 | Capabilities.SECURE_CONNECTION | Capabilities.PLUGIN_AUTH
            | Capabilities.PLUGIN_AUTH_LENENC_DATA | Capabilities.TRANSACTIONS | Capabilities.MULTI_RESULTS | Capabilities.PS_MULTI_RESULTS
            | Capabilities.LOCAL_FILES | Capabilities.LONG_FLAG;

    /** @param further flags, without those that the server does not offer */
    static Profile with(int collation, long... further) {
        long all = COMMON;
        for (long each : further) {
            all |= each;
        }
        // Its absence is how a client says that it has MariaDB's extended flags.
        return new Profile(all >>> 32 == 0 ? all | Capabilities.LONG_PASSWORD : all, collation);
    }

    @Override
    public String toString() {
        return Long.toHexString(capabilities) + "/" + collation;
    }

    static Profile parse(String text) {
        String[] part = text.split("/");
        return new Profile(Long.parseLong(part[0], 16), Integer.parseInt(part[1]));
    }
}
