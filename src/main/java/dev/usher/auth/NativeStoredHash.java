package dev.usher.auth;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * SHA1(SHA1(pw)) as a server stores it for {@code mysql_native_password}. It verifies a client's answer, and the right answer turns it into
 * {@link Credentials} that can log in. Not a secret of the same rank as these, but not printed either.
 */
public final class NativeStoredHash {
    /** A quoted string that is a whole stored hash: {@code IDENTIFIED BY PASSWORD '*…'} and {@code USING '*…'} alike. */
    private static final Pattern IN_STATEMENT = Pattern.compile(
            "IDENTIFIED\\s+(?:BY\\s+PASSWORD\\s+|(?:VIA|WITH)\\s+['`]?mysql_native_password['`]?\\s+(?:USING|AS)\\s+)'(\\*[0-9A-Fa-f]{40})'");

    private final byte[] stage2;

    private NativeStoredHash(byte[] stage2) {
        this.stage2 = stage2;
    }

    /** From {@code *} and 40 hexadecimal digits, as in {@code mysql.user}; null for anything else. */
    public static @Nullable NativeStoredHash parse(String stored) {
        if (!stored.matches("\\*[0-9A-Fa-f]{40}")) {
            return null;
        }
        return new NativeStoredHash(HexFormat.of().parseHex(stored, 1, stored.length()));
    }

    /**
     * From one line of MariaDB's SHOW GRANTS ({@code … IDENTIFIED BY PASSWORD '*…'}), of its SHOW CREATE USER
     * ({@code … IDENTIFIED VIA mysql_native_password USING '*…'}), or of MySQL's SHOW CREATE USER ({@code … IDENTIFIED WITH
     * 'mysql_native_password' AS '*…'}). Null if the line shows none, or if the account may log in by another plugin as well
     * ({@code VIA a USING … OR b}): then the hash alone does not say how the server would decide.
     */
    public static @Nullable NativeStoredHash fromStatement(String line) {
        Matcher matcher = IN_STATEMENT.matcher(line);
        if (!matcher.find() || line.substring(matcher.end()).stripLeading().regionMatches(true, 0, "OR ", 0, 3)) {
            return null;
        }
        return parse(matcher.group(1));
    }

    /** What can log in from now on, if this answer to this nonce was made with the right password; else null. */
    public @Nullable Credentials recover(byte[] nonce, byte[] answer) {
        byte[] sha1 = NativePassword.verify(answer, nonce, stage2);
        return sha1 == null ? null : Credentials.ofSha1(sha1);
    }

    /** Whether both are of the same password. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof NativeStoredHash hash && MessageDigest.isEqual(stage2, hash.stage2);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(stage2);
    }

    @Override
    public String toString() {
        return "NativeStoredHash[redacted]";
    }
}
