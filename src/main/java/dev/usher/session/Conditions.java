package dev.usher.session;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Errors, warnings and notes of a statement, in the order of SHOW WARNINGS.
 *
 * @param rows level, code and message of each, byte for byte (ISO-8859-1) as the server wrote them
 * @param details for each, as far as they are known, the {@link #ITEMS} in hexadecimal, as UTF-8
 * @param count how many there were; the server keeps max_error_count of them
 */
public record Conditions(List<@Nullable String[]> rows, List<String[]> details, int count) {
    public static final Conditions NONE = new Conditions(List.of(), List.of(), 0);

    /** Of how many MySQL is asked for more than SHOW WARNINGS gives: each costs it a statement. The others are like those with the same number. */
    public static final int DETAILED = 16;

    /** What GET DIAGNOSTICS can ask of a condition, all but its number. */
    private static final List<String> ITEMS = List.of(
            "RETURNED_SQLSTATE", "MESSAGE_TEXT", "CLASS_ORIGIN", "SUBCLASS_ORIGIN", "CONSTRAINT_CATALOG", "CONSTRAINT_SCHEMA",
            "CONSTRAINT_NAME",
            "CATALOG_NAME", "SCHEMA_NAME", "TABLE_NAME", "COLUMN_NAME", "CURSOR_NAME");

    private static final String SEPARATOR = ",";
    private static final int COLUMNS_SHOWN = 3;
    private static final int COLUMNS_OF_DETAILS = 1;

    /** What every query changes, so that it comes before the first. */
    public static final String COUNTS = "SELECT @@last_insert_id,FOUND_ROWS()";

    private static final String ALL_OF_MARIADB =
            "BEGIN NOT ATOMIC DECLARE i,n INT DEFAULT 0;DECLARE " + names("c") + " TEXT;SHOW WARNINGS;" + COUNTS + ";"
                    + "GET DIAGNOSTICS n=NUMBER;WHILE i<n DO SET i=i+1;GET DIAGNOSTICS CONDITION i " + targets("c") + ";SELECT " + row("c")
                    + ";END WHILE;END";

    /** Asks for {@link #COUNTS} and for all of them on MariaDB, and leaves them as they are. Not in sql_mode ORACLE, whose blocks are written in another way. */
    public static String askMariaDb() {
        return ALL_OF_MARIADB;
    }

    /**
     * Several statements that ask for {@link #COUNTS} and for all of them on MySQL, which clears them. They leave user variables of names that no application has.
     *
     * @param kept how many there are to be asked for
     */
    public static String askMySql(int kept) {
        int asked = Math.min(kept, DETAILED);
        StringBuilder sql = new StringBuilder("SHOW WARNINGS");
        for (int i = 1; i <= asked; i++) {
            sql.append(";GET DIAGNOSTICS CONDITION ").append(i).append(' ').append(targets(variable(i)));
        }
        sql.append(';').append(COUNTS);
        for (int i = 1; i <= asked; i++) {
            sql.append(";SELECT ").append(row(variable(i)));
        }
        return sql.toString();
    }

    private static String variable(int condition) {
        return "@__usher_" + condition + "_";
    }

    private static String names(String prefix) {
        return IntStream.range(0, ITEMS.size()).mapToObj(i -> prefix + i).collect(Collectors.joining(","));
    }

    private static String targets(String prefix) {
        return IntStream.range(0, ITEMS.size()).mapToObj(i -> prefix + i + "=" + ITEMS.get(i)).collect(Collectors.joining(","));
    }

    private static String row(String prefix) {
        return IntStream.range(0, ITEMS.size()).mapToObj(i -> "HEX(CONVERT(" + prefix + i + " USING utf8mb4))")
                .collect(Collectors.joining(",", "CONCAT_WS('" + SEPARATOR + "',", ")"));
    }

    /** From the rows of all result sets of an answer to any of these, or to SHOW WARNINGS alone. */
    public static Conditions read(List<@Nullable String[]> answer) {
        List<@Nullable String[]> rows = new ArrayList<>();
        List<String[]> details = new ArrayList<>();
        for (@Nullable
        String[] row : answer) {
            if (row.length == COLUMNS_SHOWN) {
                rows.add(row);
            } else if (row.length == COLUMNS_OF_DETAILS) {
                details.add(String.valueOf(row[0]).split(SEPARATOR, -1));
            }
        }
        return rows.isEmpty() ? NONE : new Conditions(List.copyOf(rows), List.copyOf(details), rows.size());
    }

    Conditions counting(int more) {
        return new Conditions(rows, details, Math.max(count, more));
    }

    Conditions withInvalidNumber() {
        return withError(1758, "Invalid condition number");
    }

    Conditions withError(int code, String message) {
        List<@Nullable String[]> more = new ArrayList<>(rows);
        more.add(new String[]{"Error", String.valueOf(code), message});
        return new Conditions(more, details, count + 1);
    }

    public boolean isEmpty() {
        return rows.isEmpty();
    }

    public int size() {
        return rows.size();
    }

    /** Those that SHOW WARNINGS or SHOW ERRORS shows. To MariaDB the LIMIT of SHOW ERRORS is one of all conditions. */
    public List<@Nullable String[]> shown(boolean errorsOnly, long skip, long take, boolean mariaDb) {
        Predicate<@Nullable String[]> wanted = row -> !errorsOnly || isError(row);
        return mariaDb ? rows.stream().skip(skip).limit(take).filter(wanted).toList()
                : rows.stream().filter(wanted).skip(skip).limit(take).toList();
    }

    String code(int n) {
        return ascii(rows.get(n)[1]);
    }

    String message(int n) {
        return ascii(rows.get(n)[2]);
    }

    /** In ucs2 and its like there are zeros around each byte of ASCII. */
    private static String ascii(@Nullable String bytes) {
        return String.valueOf(bytes).replace("\0", "");
    }

    /** In hexadecimal; null if it is not known. */
    @Nullable
    String item(int condition, String lowerCaseName) {
        int item = ITEMS.indexOf(lowerCaseName.toUpperCase(Locale.ROOT));
        if (item < 0) {
            return null;
        }
        if (condition < details.size()) {
            return details.get(condition).length == ITEMS.size() ? details.get(condition)[item] : null;
        }
        return ITEMS.get(item).equals("MESSAGE_TEXT") ? inHex(message(condition)) : itemOfLike(condition, item);
    }

    /** What is not known of a condition is what it is of another with its number, which is where all but SIGNAL take it from. */
    private @Nullable String itemOfLike(int condition, int item) {
        for (int i = 0; i < details.size(); i++) {
            if (code(i).equals(code(condition)) && details.get(i).length == ITEMS.size()) {
                return details.get(i)[item];
            }
        }
        return null;
    }

    /** In which character set a message is that is not ASCII is not known here. */
    private static @Nullable String inHex(String message) {
        byte[] bytes = message.getBytes(StandardCharsets.ISO_8859_1);
        for (byte b : bytes) {
            if (b < 0) {
                return null;
            }
        }
        return HexFormat.of().withUpperCase().formatHex(bytes);
    }

    int errors() {
        return (int) rows.stream().filter(Conditions::isError).count();
    }

    static boolean isError(@Nullable String[] row) {
        return "Error".equals(ascii(row[0]));
    }
}
