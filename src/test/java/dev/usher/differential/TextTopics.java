package dev.usher.differential;

import java.util.List;

/** What is hard to read: comments that are code, quotes in other character sets, large texts. */
final class TextTopics {
    static final List<Topic> ALL = List.of(
            Topic.of("comment", 4, s -> {
                s.queryOneOf("SELECT /*!99999 'no' , */ 1", "SELECT /*! 1, */ 2", "/*!50000 SET time_zone = '+05:00' */",
                        "SELECT /*M! 3, */ 4", "SELECT 1 /* '; SET time_zone = '+06:00' */", "SELECT 1 -- ' ; \n", "SELECT 1 # ;",
                        "/*!99999 SET time_zone = '+04:00' */", "/*! SET */ /*! sql_mode = '' */", "SELECT /*!50701 1 */ /*! + 1 */",
                        "/* a */ /*! USE */ {s}");
                s.query("SELECT @@time_zone, @@sql_mode");
                HoldingTopics.end(s);
            }).holding(),
            Topic.of("comment-with-statement", 1, s -> {
                s.query("SELECT 1 /*!999999 ; SELECT 2 */");
                HoldingTopics.end(s);
            }).holding(),
            Topic.of("multibyte", 4, TextTopics::multibyte).holding(),
            Topic.of("large", 1, s -> {
                s.query("SELECT COUNT(*) FROM few");
                s.query("SELECT LENGTH('{pad:150000}')");
                s.queryOneOf("SELECT @@time_zone", "SET time_zone = '+08:00' /* {pad:140000} */",
                        "INSERT INTO t (s) VALUES ('{pad:200000}')",
                        "SELECT LAST_INSERT_ID(), '{pad:131100}'");
                s.query("SELECT @@time_zone, @@sql_mode");
            }),
            Topic.of("quotes", 4, s -> {
                s.queryOneOf("SET sql_mode = 'ANSI_QUOTES'", "SET SESSION sql_mode = 'NO_BACKSLASH_ESCAPES'", "SET sql_mode = ''");
                s.queryOneOf("SELECT 'a\\' AS b, '; SELECT 2'", "SELECT \"word\" FROM few LIMIT 1",
                        "SELECT \"it's\", 'say \"x\"', `word` FROM few",
                        "SELECT '\\\\', \"\\\"\"", "SELECT 'it''s', \"a\"\"b\"", "SELECT 'a\\'; SET time_zone = '+01:00'; -- '");
                s.query("SELECT @@sql_mode, @@time_zone");
                HoldingTopics.end(s);
            }).holding(),
            Topic.of("compound", 1, s -> {
                s.queryOneOf("BEGIN NOT ATOMIC DECLARE v INT DEFAULT 3; SELECT v; END", "IF 1 = 1 THEN SELECT 'yes'; END IF",
                        "BEGIN NOT ATOMIC SET time_zone = '+11:00'; END", "FOR i IN 1..3 DO SELECT i; END FOR");
                s.query("SELECT @@time_zone");
                HoldingTopics.end(s);
            }).onMariaDb().holding());

    private TextTopics() {}

    private static void multibyte(Speaker s) {
        String charset = s.oneOf("gbk", "sjis", "big5");
        s.query("SET NAMES " + charset);
        // In all three the second byte of a character may be the backslash.
        s.queryOneOf("SELECT '{x:835c}', HEX('{x:835c}')", "SELECT HEX('{x:bf5c}'), 1", "SELECT '{x:bf5c27}', 2 -- '",
                "SELECT LENGTH('{x:a5a4}'), CHAR_LENGTH('{x:a5a4}')", "SELECT `word` FROM few WHERE word = '{x:835c}'");
        s.query("SELECT @@character_set_client, @@character_set_results, @@collation_connection");
        HoldingTopics.end(s);
    }
}
