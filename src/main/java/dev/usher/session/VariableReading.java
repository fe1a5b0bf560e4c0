package dev.usher.session;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One statement that asks a server connection for the values of user variables, and what its answer says. A value's type is in the definition of its column; strings
 * come as hexadecimal digits beside their collation, since the column itself is in the character set of results.
 */
public final class VariableReading {
    private static final int COLUMNS = 3;
    private static final int TYPE_DOUBLE = 5;
    private static final int TYPE_LONGLONG = 8;
    private static final int TYPE_NEWDECIMAL = 246;
    private static final int TYPE_GEOMETRY = 255;
    private static final int FLAG_UNSIGNED = 32;
    /** Of a geometry as the servers store it: its SRID, in front of the well-known binary. */
    private static final int SRID_DIGITS = 8;

    /** NULL has one of these if the variable does not exist: on MySQL another type than the NULL of any variable, on MariaDB another length. */
    private static final int TYPE_OF_NONE = 253;
    private static final long LENGTH_OF_NONE = 1 << 24;

    /** What the definition of a column says. */
    public record Column(long length, int type, int flags) {}

    private final UserVariables variables;
    private final List<String> names;

    public VariableReading(UserVariables variables) {
        this.variables = variables;
        this.names = variables.unread();
    }

    /**
     * Gives a row with the values, or none if they are longer than a session may carry.
     *
     * @param mostBytes of all values together
     */
    public String sql(long mostBytes) {
        StringBuilder sql = new StringBuilder(64 + names.size() * 48).append("SELECT ");
        StringBuilder length = new StringBuilder(names.size() * 28);
        for (int i = 0; i < names.size(); i++) {
            String variable = "@`" + names.get(i).replace("`", "``") + '`';
            sql.append(i == 0 ? "" : ",").append(variable).append(",HEX(").append(variable).append("),COLLATION(").append(variable)
                    .append(')');
            length.append(i == 0 ? "" : "+").append("IFNULL(LENGTH(").append(variable).append("),0)");
        }
        return sql.append(" FROM DUAL WHERE ").append(length).append("<=").append(mostBytes).toString();
    }

    /**
     * Takes the values in.
     *
     * @return whether all of them can be given to another connection
     */
    public boolean take(List<@Nullable String[]> rows, List<Column> columns) {
        if (rows.size() != 1 || columns.size() != names.size() * COLUMNS) {
            return false;
        }
        @Nullable
        String[] row = rows.getFirst();
        for (int i = 0; i < names.size(); i++) {
            int column = i * COLUMNS;
            String collation = row[column + 2];
            UserVariable value = value(columns.get(column), row[column], row[column + 1],
                    collation == null ? "binary" : collation);
            UserVariable variable = variables.get(names.get(i));
            if (value == null || variable == null) {
                return false;
            }
            variable.read(value);
        }
        return true;
    }

    private static @Nullable UserVariable value(Column column, @Nullable String text, @Nullable String hex, String collation) {
        if (text == null && hex == null && (column.type == TYPE_OF_NONE || column.length == LENGTH_OF_NONE)) {
            return UserVariable.none();
        }
        String expression =
                switch (column.type) {
                    case TYPE_LONGLONG -> integer(text == null ? "0" : text, (column.flags & FLAG_UNSIGNED) != 0);
                    case TYPE_NEWDECIMAL -> decimal(text == null ? "0" : text);
                    case TYPE_DOUBLE -> real(text == null ? "0" : text);
                    case TYPE_GEOMETRY -> hex == null ? "POINT(0,0)" : geometry(hex);
                    default -> string(hex == null ? "" : hex, collation);
                };
        return expression == null ? null : text == null && hex == null ? UserVariable.nullOf(expression) : UserVariable.of(expression);
    }

    private static @Nullable String integer(String text, boolean unsigned) {
        return !isPlain(text) ? null : unsigned ? "CAST(" + text + " AS UNSIGNED)" : text;
    }

    /** A number with a point is a decimal to the servers, one with an exponent a double. */
    private static @Nullable String decimal(String text) {
        return !isPlain(text) ? null : text.indexOf('.') >= 0 ? text : text + '.';
    }

    private static @Nullable String real(String text) {
        return !isPlain(text) ? null : text.indexOf('e') >= 0 ? text : text + "e0";
    }

    static String string(String hex, String collation) {
        if (collation.equals("binary")) {
            return "_binary X'" + hex + '\'';
        }
        int end = collation.indexOf('_');
        return "_" + (end < 0 ? collation : collation.substring(0, end)) + " X'" + hex + "' COLLATE " + collation;
    }

    /** MariaDB's; those of MySQL are binary strings. */
    private static @Nullable String geometry(String hex) {
        if (hex.length() <= SRID_DIGITS) {
            return null;
        }
        long srid = Integer.toUnsignedLong(Integer.reverseBytes(Integer.parseUnsignedInt(hex.substring(0, SRID_DIGITS), 16)));
        return "ST_GeomFromWKB(X'" + hex.substring(SRID_DIGITS) + "'," + srid + ')';
    }

    private static boolean isPlain(String number) {
        return !number.isEmpty() && number.chars().allMatch(c -> c >= '0' && c <= '9' || c == '-' || c == '+' || c == '.' || c == 'e');
    }
}
