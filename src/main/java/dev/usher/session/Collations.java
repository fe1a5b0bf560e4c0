package dev.usher.session;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The server's collations by the id that a client names in its handshake response or in COM_CHANGE_USER, and the state in which such a login leaves a session. */
public record Collations(Map<Integer, Collation> byId) {
    /** What Usher's own server connections name: utf8mb4_general_ci, which every server has. */
    public static final int USHERS = 45;

    /** Without {@code character_set_collations} (MariaDB 11.2), which since some 11.8 decides IS_DEFAULT; a login goes by what is built in. */
    public static final String QUERY = "/*M!110201 SET STATEMENT character_set_collations='' FOR */ "
            + "SELECT ID, COLLATION_NAME, CHARACTER_SET_NAME, IS_DEFAULT FROM information_schema.COLLATIONS"
            // Where one collation is for several character sets it has an id for each.
            + " /*M!101001 UNION SELECT ID, FULL_COLLATION_NAME, CHARACTER_SET_NAME, IS_DEFAULT"
            + " FROM information_schema.COLLATION_CHARACTER_SET_APPLICABILITY */";

    /**
     * @param isDefault whether it is the default of its character set, for which MariaDB's {@code character_set_collations} may name another
     */
    public record Collation(String name, String charset, boolean isDefault) {}

    /** From the rows of {@link #QUERY}. */
    public static Collations read(List<@Nullable String[]> rows) {
        Map<Integer, Collation> byId = new HashMap<>();
        for (@Nullable
        String[] row : rows) {
            if (row[0] != null && row[1] != null && row[2] != null) {
                byId.put(Integer.valueOf(row[0]), new Collation(row[1], row[2], "Yes".equals(row[3])));
            }
        }
        return new Collations(Map.copyOf(byId));
    }

    /** The state of a session whose client logged in with a collation, where the baseline was read after a login with {@link #USHERS}. */
    public SessionState afterLogin(int collationId, Baseline baseline) {
        Collation ushers = byId.get(USHERS);
        SessionState state = SessionState.INITIAL;
        if (collationId == USHERS || ushers == null || !named(ushers, baseline).equals(baseline.value("collation_connection"))) {
            // The last case: a server that does not let clients choose (skip-character-set-client-handshake), or an init_connect that does it for them.
            return state;
        }
        Collation wanted = byId.get(collationId);
        String charset = wanted == null ? baseline.value("character_set_server") : wanted.charset();
        String collation = wanted == null ? baseline.value("collation_server") : named(wanted, baseline);
        if (charset == null || collation == null) {
            return state;
        }
        state = baseline.apply(state, "character_set_client", charset);
        state = baseline.apply(state, "character_set_connection", charset);
        state = baseline.apply(state, "character_set_results", charset);
        return baseline.apply(state, "collation_connection", collation);
    }

    private static String named(Collation collation, Baseline baseline) {
        String overrides = baseline.value("character_set_collations");
        if (collation.isDefault() && overrides != null) {
            for (String override : overrides.split(",")) {
                if (override.startsWith(collation.charset() + "=")) {
                    return override.substring(collation.charset().length() + 1);
                }
            }
        }
        return collation.name();
    }
}
