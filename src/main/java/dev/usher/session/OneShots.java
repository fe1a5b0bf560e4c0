package dev.usher.session;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Settings that the statements behind them use up or read, and that no tracker reports well: which are still set. */
final class OneShots {
    private static final Pattern ASSIGNMENT = Pattern.compile(
            "\\G\\s*(?:@@)?(?:(?:SESSION|LOCAL)\\s*[.\\s]\\s*)?(?<name>[A-Za-z0-9_]+)\\s*:?=\\s*(?<value>-?[0-9.]+|DEFAULT|'[^'\\\\]*')\\s*(?<end>,|;?\\s*$)",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern SET = Pattern.compile("\\s*SET\\s+", Pattern.CASE_INSENSITIVE);

    private boolean insertId;
    private boolean timestamp;
    private boolean others;

    /** A SET of such a variable has succeeded. */
    void after(String text) {
        Matcher set = SET.matcher(text);
        if (!set.lookingAt()) {
            others = true;
            return;
        }
        Matcher next = ASSIGNMENT.matcher(text).region(set.end(), text.length());
        while (next.find()) {
            String value = next.group("value").toUpperCase(Locale.ROOT);
            switch (next.group("name").toLowerCase(Locale.ROOT)) {
                case "insert_id" -> insertId = true;
                case "timestamp" -> timestamp = !value.equals("DEFAULT") && !value.equals("0");
                case "last_insert_id", "identity" -> {
                    // Read back like any other value of LAST_INSERT_ID().
                }
                case "rand_seed1", "rand_seed2", "gtid_next", "gtid_seq_no", "gtid_domain_id", "server_id", "skip_replication",
                        "character_set_database", "collation_database", "original_commit_timestamp", "original_server_version",
                        "immediate_server_version" ->
                    others = true;
                default -> others |= next.group("name").toLowerCase(Locale.ROOT).startsWith("pseudo_");
            }
            if (!next.group("end").equals(",")) {
                return;
            }
        }
        others = true;
    }

    /** Whether the server should be asked if it has used {@code insert_id}. */
    boolean asksInsertId() {
        return insertId && !timestamp && !others;
    }

    void insertIdUsed() {
        insertId = false;
    }

    boolean held() {
        return insertId || timestamp || others;
    }

    void clear() {
        insertId = false;
        timestamp = false;
        others = false;
    }
}
