package dev.usher.differential;

import java.util.List;

/** Session variables, sql_mode, character sets and the schema. */
final class SettingTopics {
    private static final String[] ASSIGNMENTS = {"time_zone = '+0#:00'", "sql_mode = 'ANSI_QUOTES'", "sql_mode = ''",
        "sql_mode = 'NO_BACKSLASH_ESCAPES'", "sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE'", "sql_mode = 'PIPES_AS_CONCAT,ANSI_QUOTES'",
        "sql_mode = CONCAT(@@sql_mode, ',HIGH_NOT_PRECEDENCE')", "group_concat_max_len = #00", "lc_time_names = 'de_DE'",
        "lc_time_names = 'ja_JP'", "div_precision_increment = #", "default_week_format = #", "sql_auto_is_null = 0",
        "sql_safe_updates = 1", "sql_safe_updates = 0", "sql_select_limit = #000", "sql_select_limit = DEFAULT", "max_join_size = #000000",
        "foreign_key_checks = 0", "foreign_key_checks = 1", "unique_checks = 0", "auto_increment_increment = #",
        "auto_increment_offset = #", "max_error_count = #", "max_error_count = DEFAULT", "collation_connection = 'latin1_general_ci'",
        "collation_connection = 'utf8mb4_bin'", "character_set_results = NULL", "character_set_results = latin1",
        "character_set_results = utf8mb4", "character_set_client = latin1", "character_set_client = utf8mb4",
        "character_set_connection = utf8mb4", "net_write_timeout = 7#", "wait_timeout = 400#", "innodb_lock_wait_timeout = 4#",
        "innodb_strict_mode = 0",
        "innodb_strict_mode = 1", "innodb_table_locks = 0",
        "default_storage_engine = MyISAM", "default_storage_engine = InnoDB", "sql_quote_show_create = 0", "sql_quote_show_create = 1",
        "big_tables = 0", "optimizer_prune_level = 0", "sort_buffer_size = #00000", "low_priority_updates = 1",
        "updatable_views_with_limit = 0",
        "sql_warnings = 1", "sql_notes = 0", "sql_notes = 1", "max_sort_length = #0", "completion_type = 0"};

    private static final String[] SCOPES = {"", "SESSION ", "LOCAL ", "@@", "@@session.", "@@local."};

    private static final String[] SHOWN = {"@@time_zone", "@@session.sql_mode", "@@group_concat_max_len", "@@lc_time_names",
        "@@div_precision_increment", "@@default_week_format", "@@sql_auto_is_null", "@@sql_safe_updates", "@@sql_select_limit",
        "@@max_join_size", "@@foreign_key_checks", "@@unique_checks", "@@auto_increment_increment", "@@auto_increment_offset",
        "@@max_error_count", "@@collation_connection", "@@character_set_results", "@@character_set_client", "@@character_set_connection",
        "@@net_write_timeout", "@@wait_timeout", "@@default_storage_engine", "@@sql_quote_show_create", "@@sort_buffer_size", "@@sql_notes",
        "@@autocommit", "@@max_sort_length", "DATABASE()", "@@optimizer_prune_level", "@@low_priority_updates", "@@sql_warnings",
        "@@innodb_lock_wait_timeout", "@@innodb_strict_mode", "@@innodb_table_locks"};

    /** What shows that a setting is in force. */
    private static final String[] EFFECTS = {"SELECT 1/3, 2/7", "SELECT DAYNAME('2024-05-06'), MONTHNAME('2024-05-06')",
        "SELECT WEEK('2024-01-01'), WEEK('2023-12-31')", "SELECT FROM_UNIXTIME(86400)", "SELECT GROUP_CONCAT(REPEAT(word, 60)) FROM few",
        "SELECT 'a\\nb', LENGTH('a\\\\b')", "SELECT 'x' || 'y'", "SELECT word FROM few ORDER BY id",
        "SELECT COLLATION('a'), CHARSET('a'), 'a' = 'A'", "SELECT CAST('0000-00-00' AS DATE)",
        "SELECT NULL IS NULL, 1 FROM few WHERE id IS NULL", "SELECT \"few\" FROM few LIMIT 1",
        "UPDATE few SET word = word WHERE word <> 'x'",
        "SHOW CREATE TABLE few", "SELECT UNIX_TIMESTAMP('2024-05-06 12:00:00')", "DELETE FROM t WHERE n = 12345678",
        "SELECT @@collation_connection, COERCIBILITY('a')", "SHOW VARIABLES LIKE 'sql_mode'",
        "SHOW SESSION VARIABLES LIKE 'char%client'", "SHOW VARIABLES LIKE 'time_zone'"};

    static final List<Topic> ALL = List.of(
            Topic.of("set", 14, SettingTopics::set),
            Topic.of("names", 5, SettingTopics::names),
            Topic.of("effect", 12, s -> s.query(s.oneOf(EFFECTS))),
            Topic.of("shown", 10, SettingTopics::shown),
            Topic.of("schema", 6, SettingTopics::schema),
            Topic.of("holding-setting", 2, s -> {
                s.queryOneOf("SET sql_auto_is_null = 1", "SET @@sql_select_limit = 1", "SET SESSION sql_select_limit = 2");
                s.query("INSERT INTO t (n) VALUES (4)");
                Topics.amid(s, 1);
                s.queryOneOf("SELECT * FROM t WHERE id IS NULL", "SELECT word FROM few ORDER BY id");
                set(s);
                names(s);
                HoldingTopics.end(s);
            }).holding(),
            Topic.of("wide", 2, s -> {
                s.queryOneOf("SET character_set_connection = ucs2", "SET @@session.character_set_connection = utf16, @@sql_mode = ''",
                        "SET character_set_results = ucs2", "SET @@collation_connection = 'ucs2_bin'");
                s.query(s.oneOf(EFFECTS));
                set(s);
                HoldingTopics.end(s);
            }).holding(),
            Topic.of("reset", 2, SettingTopics::reset),
            Topic.of("one-statement", 2, s -> s.queryOneOf(
                    "SET STATEMENT max_statement_time = 5 FOR SELECT 1",
                    "SET STATEMENT group_concat_max_len = 10 FOR SELECT GROUP_CONCAT(word) FROM few"))
                    .onMariaDb(),
            Topic.of("hint", 2, s -> s.queryOneOf("SELECT /*+ SET_VAR(div_precision_increment = 7) */ 1/3",
                    "SELECT /*+ SET_VAR(sort_buffer_size = 300000) */ 1")).onMySql());

    private SettingTopics() {}

    static String assignment(Speaker s) {
        return s.oneOf(ASSIGNMENTS).replace("#", Integer.toString(1 + s.number(9)));
    }

    private static void set(Speaker s) {
        StringBuilder sql = new StringBuilder("SET ");
        do {
            sql.append(sql.length() == 4 ? "" : ", ").append(s.oneOf(SCOPES)).append(assignment(s));
        } while (s.once(4));
        if (s.once(12)) {
            sql.append(", ").append(s.oneOf("sql_mode = 'NONSENSE'", "time_zone = 'nowhere'", "no_such_variable = 1", "version = 3"));
        }
        s.query(sql.toString());
        if (s.once(2)) {
            shown(s);
        }
        if (s.once(3)) {
            s.query(s.oneOf(EFFECTS));
        }
    }

    private static void names(Speaker s) {
        s.queryOneOf("SET NAMES utf8mb4", "SET NAMES latin1", "SET NAMES utf8mb4 COLLATE utf8mb4_bin", "SET NAMES gbk", "SET NAMES DEFAULT",
                "SET CHARACTER SET latin1", "SET CHARACTER SET utf8mb4", "SET NAMES sjis", "SET NAMES big5", "SET NAMES latin2",
                "SET NAMES 'utf8mb3'", "SET NAMES nonsense", "SET CHARSET DEFAULT", "SET time_zone = '+03:00', NAMES latin1");
        shown(s);
        if (s.once(2)) {
            s.query("SELECT @@character_set_client, @@collation_connection");
        }
    }

    static void shown(Speaker s) {
        StringBuilder sql = new StringBuilder("SELECT ");
        for (int i = s.number(3); i >= 0; i--) {
            sql.append(s.oneOf(SHOWN)).append(i > 0 ? ", " : "");
        }
        s.query(sql.toString());
    }

    private static void schema(Speaker s) {
        switch (s.number(5)) {
            case 0 -> s.query("USE {s}");
            case 1 -> s.query("USE {o}");
            case 2 -> s.say(new Command.InitDb(s.oneOf("{s}", "{o}")));
            case 3 -> s.queryOneOf("USE no_such_schema", "USE mysql_not_there", "USE `{s}`");
            default -> s.say(new Command.InitDb("no_such_schema"));
        }
        s.queryOneOf("SELECT DATABASE(), SCHEMA()", "SELECT COUNT(*) FROM few", "SHOW TABLES LIKE 'f%'");
        if (s.once(2)) {
            s.query("USE {s}");
        }
    }

    private static void reset(Speaker s) {
        if (s.once(4)) {
            s.say(new Command.ChangeUser(s.oneOf("{s}", "{o}", "{s}")));
        } else {
            s.say(new Command.ResetConnection());
        }
        if (s.mariaDb()) {
            // Whose @@collation_database has not followed the schema, which the next USE mends.
            s.query("USE {s}");
        }
        shown(s);
        s.queryOneOf("SELECT DATABASE()", "SELECT LAST_INSERT_ID()", "SELECT @x, @y", "SHOW WARNINGS", "SELECT ROW_COUNT()");
    }
}
