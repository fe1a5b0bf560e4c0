package dev.usher.differential;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What a session sends. {@link #toString} gives the line that {@link #parse} reads. Texts know these placeholders: <code>{s}</code> and <code>{o}</code> are the
 * session's two schemas, <code>{id}</code> the connection id in its greeting, <code>{x:4a4b}</code> bytes, <code>{pad:9}</code> so many letters.
 */
sealed interface Command {
    record Query(String text) implements Command {
        @Override
        public String toString() {
            return "QUERY " + text;
        }
    }

    /** COM_STMT_PREPARE; later commands use the name. */
    record Prepare(String name, String text) implements Command {
        @Override
        public String toString() {
            return "PREPARE " + name + " " + text;
        }
    }

    /** @param bind whether the types travel along, which they need not do a second time */
    record Execute(String name, boolean cursor, boolean bind, List<Parameter> parameters) implements Command {
        @Override
        public String toString() {
            return (cursor ? "CURSOR " : "EXECUTE ") + name + (bind ? " " : "* ")
                    + parameters.stream().map(Parameter::toString).collect(Collectors.joining(" "));
        }
    }

    /** MariaDB's COM_STMT_BULK_EXECUTE. */
    record Bulk(String name, List<List<Parameter>> rows) implements Command {
        @Override
        public String toString() {
            return "BULK " + name + " " + rows.stream()
                    .map(row -> row.stream().map(Parameter::toString).collect(Collectors.joining(" ")))
                    .collect(Collectors.joining(" ; "));
        }
    }

    record Fetch(String name, int rows) implements Command {
        @Override
        public String toString() {
            return "FETCH " + name + " " + rows;
        }
    }

    record LongData(String name, int parameter, String text) implements Command {
        @Override
        public String toString() {
            return "LONG_DATA " + name + " " + parameter + " " + text;
        }
    }

    record ResetStatement(String name) implements Command {
        @Override
        public String toString() {
            return "RESET_STATEMENT " + name;
        }
    }

    record CloseStatement(String name) implements Command {
        @Override
        public String toString() {
            return "CLOSE_STATEMENT " + name;
        }
    }

    record InitDb(String schema) implements Command {
        @Override
        public String toString() {
            return "INIT_DB " + schema;
        }
    }

    record FieldList(String table) implements Command {
        @Override
        public String toString() {
            return "FIELD_LIST " + table;
        }
    }

    record ChangeUser(String schema) implements Command {
        @Override
        public String toString() {
            return "CHANGE_USER " + schema;
        }
    }

    record SetOption(int option) implements Command {
        @Override
        public String toString() {
            return "SET_OPTION " + option;
        }
    }

    record Ping() implements Command {
        @Override
        public String toString() {
            return "PING";
        }
    }

    record ResetConnection() implements Command {
        @Override
        public String toString() {
            return "RESET_CONNECTION";
        }
    }

    /** Whether the server says anything to it. */
    default boolean answered() {
        return !(this instanceof LongData || this instanceof CloseStatement);
    }

    static Command parse(String line) {
        String[] part = line.split(" ", 2);
        String rest = part.length > 1 ? part[1] : "";
        String[] word = rest.split(" ", 2);
        String after = word.length > 1 ? word[1] : "";
        return switch (part[0]) {
            case "QUERY" -> new Query(rest);
            case "PREPARE" -> new Prepare(word[0], after);
            case "EXECUTE", "CURSOR" ->
                new Execute(word[0].replace("*", ""), part[0].equals("CURSOR"), !word[0].endsWith("*"), parameters(after));
            case "BULK" -> new Bulk(word[0], Arrays.stream(after.split(" ; ")).map(Command::parameters).toList());
            case "FETCH" -> new Fetch(word[0], Integer.parseInt(after));
            case "LONG_DATA" -> new LongData(word[0], Integer.parseInt(after.split(" ", 2)[0]), after.split(" ", 2)[1]);
            case "RESET_STATEMENT" -> new ResetStatement(word[0]);
            case "CLOSE_STATEMENT" -> new CloseStatement(word[0]);
            case "INIT_DB" -> new InitDb(rest);
            case "FIELD_LIST" -> new FieldList(rest);
            case "CHANGE_USER" -> new ChangeUser(rest);
            case "SET_OPTION" -> new SetOption(Integer.parseInt(rest));
            case "PING" -> new Ping();
            case "RESET_CONNECTION" -> new ResetConnection();
            default -> throw new IllegalArgumentException(line);
        };
    }

    private static List<Parameter> parameters(String text) {
        return Arrays.stream(text.split(" ")).filter(each -> !each.isEmpty()).map(Parameter::parse).toList();
    }
}
