package dev.usher.admin;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an admin statement comes to. */
public sealed interface AdminResult {
    /** @param rows each with one value per column; a {@link Long} in a number column, a {@link String} in a text column */
    record Rows(List<Header> columns, List<List<@Nullable Object>> rows) implements AdminResult {}

    /** Done, and nothing to show. */
    record Done(String message) implements AdminResult {
        static final Done SILENTLY = new Done("");
    }

    /** The code and SQLSTATE are those of the server for the same situation. */
    record Refused(int code, String sqlState, String message) implements AdminResult {}

    /** The name and type of a column. */
    record Header(String name, boolean number) {}
}
