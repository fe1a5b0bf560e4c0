package dev.usher.session;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a server connection is brought from one state into another: statements that are read under the previous session's sql_mode and character set, so that
 * they are ASCII throughout, with anything else written in hexadecimal.
 */
public sealed interface RestorePlan {
    /** The states are equal. */
    record Nothing() implements RestorePlan {}

    /**
     * Statements to run in this order, in one COM_QUERY.
     *
     * @param sql statements, each ended by a semicolon
     * @param statements how many: the number of OK packets that come before what follows in the same COM_QUERY
     */
    record Statements(String sql, int statements) implements RestorePlan {}

    /** This plan and one more statement after it. */
    default RestorePlan then(String statement) {
        return switch (this) {
            case Nothing nothing -> new Statements(statement, 1);
            case Statements more -> new Statements(more.sql() + statement, more.statements() + 1);
            case Relogin relogin -> relogin;
        };
    }

    /** No statement leads there: this needs a connection that has been logged in anew. */
    record Relogin(String why) implements RestorePlan {}

    RestorePlan NOTHING = new Nothing();

    /** Of a connection whose default schema has to be chosen anew, though it is in the one that is wanted: no schema has this name. */
    String DOUBTFUL_SCHEMA = "\0";

    /** Trackers show NULL as an empty text, which these do not take. */
    Set<String> NULL_WHEN_EMPTY =
            Set.of("character_set_results", "default_tmp_storage_engine", "enforce_storage_engine", "innodb_ft_user_stopword_table",
                    "innodb_tmpdir");

    static RestorePlan between(SessionState from, SessionState to, Baseline baseline) {
        return between(from, to, UserVariables.NONE, UserVariables.NONE, baseline, OptionalLong.empty());
    }

    /**
     * @param held the user variables of the connection
     * @param wanted those of the session
     * @param lastInsertId what LAST_INSERT_ID() must give, nothing if nobody is going to ask
     */
    static RestorePlan between(SessionState from, SessionState to, UserVariables held, UserVariables wanted, Baseline baseline,
            OptionalLong lastInsertId) {
        if (lastInsertId.isEmpty() && from.equals(to) && !held.differFrom(wanted)) {
            return NOTHING;
        }
        StringBuilder sql = new StringBuilder(96);
        int statements = 0;
        if (!from.schema().equals(to.schema())) {
            if (to.schema().isEmpty()) {
                return new Relogin("no statement takes a session out of its schema");
            }
            if (!isPlain(to.schema())) {
                sql.append("SET character_set_client=utf8mb4;");
                statements++;
            }
            if (from.schema().equals(DOUBTFUL_SCHEMA)) {
                // For MariaDB a USE of the schema that is the default one already changes nothing.
                sql.append("USE information_schema;");
                statements++;
            }
            sql.append("USE `").append(to.schema().replace("`", "``")).append("`;");
            statements++;
            if (!isPlain(to.schema())) {
                from = forget(from, baseline, "character_set_client");
            }
        }
        int before = sql.length();
        String names = Names.between(from, to, baseline);
        if (names != null) {
            sql.append("SET NAMES ").append(names);
        }
        int a = 0;
        int b = 0;
        boolean connectionCollationDue = false;
        // MySQL takes sql_mode and the like from no string of these character sets, which a plain literal would be one of.
        boolean wide = isWide(from, baseline) || isWide(to, baseline);
        while (a < from.size() || b < to.size()) {
            int order = a == from.size() ? 1 : b == to.size() ? -1 : from.name(a).compareTo(to.name(b));
            String name;
            String value;
            if (order < 0) {
                name = from.name(a++);
                String initial = baseline.value(name);
                if (initial == null) {
                    return new Relogin(name + " has no value to return to");
                }
                value = initial;
            } else if (order > 0) {
                name = to.name(b);
                value = to.value(b++);
            } else {
                name = to.name(b);
                value = to.value(b++);
                if (value.equals(from.value(a++))) {
                    continue;
                }
            }
            if (names != null && Names.SET.contains(name)) {
                continue;
            }
            if (name.equals("character_set_connection")) {
                connectionCollationDue = true;
            }
            if (name.equals("collation_connection")) {
                connectionCollationDue = false;
            }
            assign(sql, before, name, value, wide);
        }
        if (connectionCollationDue) {
            // Setting the character set has set its default collation, which need not be this session's.
            int at = to.indexOf("collation_connection");
            String collation = at >= 0 ? to.value(at) : baseline.value("collation_connection");
            if (collation != null) {
                assign(sql, before, "collation_connection", collation, wide);
            }
        }
        if (lastInsertId.isPresent()) {
            assign(sql, before, "last_insert_id", Long.toUnsignedString(lastInsertId.getAsLong()), false);
        }
        held.restore(sql, before, wanted);
        if (sql.length() > before) {
            sql.append(';');
            statements++;
        }
        return statements == 0 ? NOTHING : new Statements(sql.toString(), statements);
    }

    /**
     * The character sets where all three are one. Set together, by SET NAMES … COLLATE, they are what they are after a login or a SET NAMES to the last bit: of
     * each the server keeps a collation, which no variable shows and which the columns of a result are sent with.
     */
    final class Names {
        static final List<String> SET =
                List.of("character_set_client", "character_set_connection", "character_set_results", "collation_connection");

        private Names() {}

        /** What follows SET NAMES; null if that is not the way, or nothing differs. */
        static @Nullable String between(SessionState from, SessionState to, Baseline baseline) {
            boolean differs = false;
            for (String name : SET) {
                boolean told = from.indexOf(name) >= 0 || to.indexOf(name) >= 0; // else both have the baseline's
                differs |= told && !Objects.equals(value(from, name, baseline), value(to, name, baseline));
            }
            if (!differs) {
                return null;
            }
            String charset = value(to, SET.get(0), baseline);
            String collation = value(to, SET.get(3), baseline);
            if (charset == null || collation == null || charset.isEmpty() || !isPlain(charset) || !isPlain(collation)) {
                return null;
            }
            boolean one = charset.equals(value(to, SET.get(1), baseline)) && charset.equals(value(to, SET.get(2), baseline));
            return one ? charset + " COLLATE " + collation : null;
        }

        private static @Nullable String value(SessionState of, String name, Baseline baseline) {
            int at = of.indexOf(name);
            return at >= 0 ? of.value(at) : baseline.value(name);
        }
    }

    private static SessionState forget(SessionState state, Baseline baseline, String name) {
        return baseline.apply(state, name, "utf8mb4");
    }

    private static boolean isWide(SessionState state, Baseline baseline) {
        int at = state.indexOf("character_set_connection");
        String charset = at >= 0 ? state.value(at) : baseline.value("character_set_connection");
        return charset != null && (charset.equals("ucs2") || charset.startsWith("utf16") || charset.equals("utf32"));
    }

    private static void assign(StringBuilder sql, int before, String name, String value, boolean wide) {
        String literal = literal(name, value);
        sql.append(sql.length() == before ? "SET " : ",").append("@@session.").append(name).append('=')
                .append(wide && literal.startsWith("'") ? "_utf8mb4" : "").append(literal);
    }

    /** A value as SHOW VARIABLES and the trackers write it, as an expression that SET takes back. */
    static String literal(String name, String value) {
        if (value.isEmpty()) {
            // In sql_mode EMPTY_STRING_IS_NULL two quotes are NULL.
            return NULL_WHEN_EMPTY.contains(name) ? "NULL" : "_utf8mb4 X''";
        }
        // MariaDB shows the word for the current time, and before 11 takes it as a word alone.
        if (isNumber(value) || name.equals("system_versioning_asof") && value.equals("DEFAULT")) {
            return value;
        }
        return text(value);
    }

    /** A string as an expression that is read alike in every sql_mode and client character set. */
    static String text(String value) {
        if (isPlain(value)) {
            return "'" + value + "'";
        }
        StringBuilder hex = new StringBuilder("_utf8mb4 X'");
        for (byte b : value.getBytes(StandardCharsets.UTF_8)) {
            hex.append(Character.forDigit(b >> 4 & 0xF, 16)).append(Character.forDigit(b & 0xF, 16));
        }
        return hex.append('\'').toString();
    }

    private static boolean isNumber(String value) {
        int digits = 0;
        boolean point = false;
        for (int i = value.charAt(0) == '-' ? 1 : 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c >= '0' && c <= '9') {
                digits++;
            } else if (c == '.' && !point) {
                point = true;
            } else {
                return false;
            }
        }
        return digits > 0;
    }

    /** Only characters that mean themselves in every sql_mode and every client character set, between quotes or backticks. */
    private static boolean isPlain(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            boolean plain = c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || "_,.:/+-=@ ".indexOf(c) >= 0;
            if (!plain) {
                return false;
            }
        }
        return true;
    }
}
