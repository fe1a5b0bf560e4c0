package dev.usher.admin;

import dev.usher.auth.CachingSha2Password;
import dev.usher.auth.Credentials;
import dev.usher.auth.NativePassword;
import dev.usher.auth.Verdict;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Who may send admin statements: one account, whose password is known and never empty. */
record AdminLogin(String account, Credentials credentials) {
    /** What clients may answer by: both prove the password in one packet, on a plain link too. */
    private static final Set<String> PLUGINS = Set.of(CachingSha2Password.NAME, NativePassword.NAME);

    boolean understands(@Nullable String plugin) {
        return plugin != null && PLUGINS.contains(plugin);
    }

    /** The answer is checked for a wrong account too, so that the time taken does not tell which accounts exist. */
    boolean admits(String user, String plugin, byte[] nonce, byte[] answer) {
        boolean rightUser = MessageDigest.isEqual(
                user.getBytes(StandardCharsets.UTF_8), account.getBytes(StandardCharsets.UTF_8));
        return credentials.verify(plugin, nonce, answer) == Verdict.ACCEPTED & rightUser;
    }
}
