package dev.usher.differential;

import dev.usher.differential.Parameter.Type;
import java.util.ArrayList;
import java.util.List;

/** Binary prepared statements. */
final class PreparedTopics {
    /** Texts, and after the bar the number of their parameters. */
    private static final String[] TEXTS = {"SELECT ?, ?|2", "SELECT word FROM few WHERE id = ?|1",
        "SELECT id, word FROM few WHERE id > ? ORDER BY id|1",
        "INSERT INTO t (n, s) VALUES (?, ?)|2", "UPDATE t SET n = ? WHERE id = ?|2", "SELECT 1/3|0", "SELECT @@time_zone, @@sql_mode|0",
        "SELECT DAYNAME('2024-05-06'), ?|1", "SELECT LAST_INSERT_ID()|0", "SELECT DATABASE()|0", "SELECT COUNT(*) FROM t WHERE n >= ?|1",
        "SELECT CHARSET('a'), ?|1", "INSERT INTO few VALUES (?, 'again')|1", "SET time_zone = '+06:00'|0",
        "SELECT FROM_UNIXTIME(?)|1", "SELECT ROW_COUNT()|0", "SELECT WEEK('2024-01-01'), 2/7|0", "SELECT * FROM few|0", "SHOW TABLES|0",
        "SELECT CONCAT(?, ?)|2", "DELETE FROM t WHERE id = ?|1", "SET @@sql_mode = ?|1", "SELECT HEX(?), LENGTH(?)|2"};

    static final List<Topic> ALL = List.of(
            Topic.of("prepared", 14, PreparedTopics::execute),
            Topic.of("prepare-wrong", 1, s -> {
                String name = s.newName();
                s.say(new Command.Prepare(name, s.oneOf("SELECT * FROM no_such_table", "SELEC ?", "SELECT 1; SELECT 2", "")));
                s.say(new Command.Execute(name, false, true, List.of()));
            }),
            Topic.of("unknown-statement", 1, s -> {
                s.say(s.oneOf(new Command.Execute("nobody", false, true, List.of()), new Command.ResetStatement("nobody"),
                        new Command.CloseStatement("nobody"), new Command.Fetch("nobody", 3)));
                s.say(new Command.Ping());
            }),
            Topic.of("kept", 8, PreparedTopics::kept),
            Topic.of("cursor", 3, PreparedTopics::cursor).holding(),
            Topic.of("long-data", 3, PreparedTopics::longData).holding(),
            Topic.of("after-definition", 1, s -> {
                String name = s.newName();
                s.query("CREATE TABLE IF NOT EXISTS made (a INT)");
                s.say(new Command.Prepare(name, "SELECT * FROM made"));
                s.say(new Command.Execute(name, false, true, List.of()));
                s.query(s.oneOf("ALTER TABLE made ADD COLUMN b INT", "DROP TABLE made"));
                s.say(new Command.Execute(name, false, true, List.of()));
                s.say(new Command.CloseStatement(name));
                s.query("DROP TABLE IF EXISTS made");
            }));

    private PreparedTopics() {}

    /** A parameter keeps its type: MySQL derives a result's types from those that a statement was first executed with on that connection. */
    private static List<Parameter> values(Speaker s, String text, int count) {
        List<Parameter> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(switch (Math.floorMod(text.hashCode() + i, 8)) {
                case 0, 1 -> Parameter.of(Type.LONG, s.number(7));
                case 2 -> Parameter.of(Type.LONGLONG, s.number(7));
                case 3 -> Parameter.of(Type.STRING, s.oneOf("2", "abc", "{x:c3a4}", ""));
                case 4 -> Parameter.of(Type.DOUBLE, s.oneOf("1.5", "-2e20"));
                case 5 -> Parameter.of(Type.UNSIGNED, s.oneOf("3", "18446744073709551615"));
                case 6 -> Parameter.of(Type.BLOB, s.oneOf("{x:00ff27}", "abc"));
                default -> Parameter.NULL;
            });
        }
        return all;
    }

    private static void execute(Speaker s) {
        String[] text = s.oneOf(TEXTS).split("\\|");
        int parameters = Integer.parseInt(text[1]);
        String name = s.newName();
        s.say(new Command.Prepare(name, text[0]));
        List<Parameter> values = values(s, text[0], parameters);
        s.say(new Command.Execute(name, false, true, values));
        for (int i = s.number(4); i > 0; i--) {
            if (s.once(3)) {
                Topics.amid(s, 1);
            }
            boolean again = s.once(2);
            values = again ? values : values(s, text[0], parameters);
            s.say(new Command.Execute(name, false, !again, values));
        }
        if (s.once(4)) {
            s.say(new Command.ResetStatement(name));
        }
        if (s.once(3)) {
            s.prepared().add(name + "|" + parameters + "|" + text[0]);
        } else {
            s.say(new Command.CloseStatement(name));
        }
    }

    /** One that was prepared earlier; a reset may have taken it away. */
    private static void kept(Speaker s) {
        if (s.prepared().isEmpty()) {
            execute(s);
            return;
        }
        String kept = s.oneOf(s.prepared());
        String[] one = kept.split("\\|");
        s.say(new Command.Execute(one[0], false, true, values(s, one[2], Integer.parseInt(one[1]))));
        if (s.once(6)) {
            s.say(new Command.CloseStatement(one[0]));
            s.prepared().remove(kept);
        }
    }

    private static void cursor(Speaker s) {
        String name = s.newName();
        s.say(new Command.Prepare(name, s.oneOf("SELECT id, word FROM few WHERE id > 0 ORDER BY id", "SELECT * FROM few WHERE id > 9",
                "SELECT a.id, b.word FROM few a JOIN few b ORDER BY 1, 2")));
        s.say(new Command.Execute(name, true, true, List.of()));
        for (int i = s.number(4); i > 0; i--) {
            s.say(new Command.Fetch(name, 1 + s.number(4)));
            if (s.once(3)) {
                s.queryOneOf("SELECT 1", "SELECT COUNT(*) FROM t", "SELECT @@time_zone");
            }
        }
        s.say(s.oneOf(new Command.CloseStatement(name), new Command.ResetStatement(name), new Command.Fetch(name, 100)));
        s.say(new Command.CloseStatement(name));
        s.query("SELECT 'after the cursor'");
    }

    private static void longData(Speaker s) {
        String name = s.newName();
        s.say(new Command.Prepare(name, "SELECT LENGTH(?), LEFT(?, 5)"));
        s.say(new Command.LongData(name, 0, "{pad:" + s.oneOf(10, 9000) + "}"));
        if (s.once(2)) {
            s.query("SELECT 'in between'");
        }
        s.say(new Command.LongData(name, 0, "more"));
        if (s.once(3)) {
            s.say(new Command.LongData(name, 1, "second"));
        }
        if (s.once(4)) {
            s.say(new Command.ResetStatement(name));
        }
        for (int i = 1 + s.number(2); i > 0; i--) {
            s.say(new Command.Execute(name, false, true, List.of(Parameter.of(Type.BLOB, "bound"), Parameter.of(Type.STRING, "abcdefg"))));
        }
        s.say(new Command.CloseStatement(name));
        s.query("SELECT 'after long data'");
    }
}
