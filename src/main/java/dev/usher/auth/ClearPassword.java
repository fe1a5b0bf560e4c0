package dev.usher.auth;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** {@code mysql_clear_password}: the password and a NUL. Only for links that nobody can listen on; whoever sends it has to check that. */
public final class ClearPassword {
    /** Name of the plugin on the wire. */
    public static final String NAME = "mysql_clear_password";

    private ClearPassword() {}

    /** The password and a NUL. */
    public static byte[] answer(byte[] password) {
        return Scramble.terminated(password);
    }

    /** The password in an answer; null if not exactly one NUL ends it, so that no byte of a packet is silently ignored. */
    public static byte @Nullable [] password(byte[] answer) {
        int last = answer.length - 1;
        for (int i = 0; i < last; i++) {
            if (answer[i] == 0) {
                return null;
            }
        }
        return last < 0 || answer[last] != 0 ? null : Arrays.copyOf(answer, last);
    }
}
