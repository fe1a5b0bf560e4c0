package dev.usher.pool;

import dev.usher.pool.Question.Answer;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the server demands of the link on which a client of an account comes. Behind Usher it sees Usher's link alone, so Usher has to ask for it on the
 * client's.
 */
public enum RequiredLink {
    ANY,
    /** TLS or a Unix socket: {@code require_secure_transport}. */
    SECURE,
    /** TLS: the account was made with {@code REQUIRE SSL} or more. */
    TLS;

    /** An account may always see how it was made itself. Unknown before MySQL 5.7 and MariaDB 10.2. */
    static final String OF_ACCOUNT = "SHOW CREATE USER CURRENT_USER()";

    static final String OF_SERVER = "SHOW GLOBAL VARIABLES LIKE 'require_secure_transport'";

    private static final Pattern QUOTED = Pattern.compile("'(?:[^'\\\\]|\\\\.|'')*'|`[^`]*`|\"[^\"]*\"", Pattern.DOTALL);
    private static final Pattern REQUIRE = Pattern.compile("\\bREQUIRE +(?:SSL|X509|CIPHER|ISSUER|SUBJECT)\\b");

    /** From the answers to {@link #OF_ACCOUNT} and {@link #OF_SERVER}; what the server does not tell is not required. */
    static RequiredLink of(Answer account, Answer server) {
        String statement = cell(account, 0);
        if (statement != null && REQUIRE.matcher(QUOTED.matcher(statement).replaceAll("''")).find()) {
            return TLS;
        }
        String value = cell(server, 1);
        return value != null && value.toUpperCase(Locale.ROOT).equals("ON") ? SECURE : ANY;
    }

    private static @Nullable String cell(Answer answer, int column) {
        if (!(answer instanceof Answer.Rows rows)) {
            return null;
        }
        List<@Nullable String[]> all = rows.rows();
        return all.isEmpty() || all.getFirst().length <= column ? null : all.getFirst()[column];
    }

    /**
     * @param tls whether the client's link has TLS
     * @param confidential whether it has, or is a Unix socket
     */
    public boolean metBy(boolean tls, boolean confidential) {
        return switch (this) {
            case ANY -> true;
            case SECURE -> confidential;
            case TLS -> tls;
        };
    }
}
