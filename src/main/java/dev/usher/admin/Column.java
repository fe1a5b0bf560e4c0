package dev.usher.admin;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** A column and how to get its value from a row's record. */
record Column<R>(AdminResult.Header header, Function<R, @Nullable Object> value) {
    static <R> Column<R> text(String name, Function<R, @Nullable String> value) {
        return new Column<>(new AdminResult.Header(name, false), value::apply);
    }

    /** In lower case, with blanks. */
    static <R> Column<R> state(String name, Function<R, Enum<?>> value) {
        return text(name, row -> value.apply(row).name().toLowerCase(Locale.ROOT).replace('_', ' '));
    }

    static <R> Column<R> number(String name, ToLongFunction<R> value) {
        return new Column<>(new AdminResult.Header(name, true), value::applyAsLong);
    }

    static <R> Column<R> numberOrNull(String name, Function<R, @Nullable Long> value) {
        return new Column<>(new AdminResult.Header(name, true), value::apply);
    }

    /** In milliseconds; the name says so. */
    static <R> Column<R> millis(String name, Function<R, Duration> value) {
        return number(name + "_ms", row -> value.apply(row).toMillis());
    }

    /** One row of values for each record. */
    static <R> AdminResult rows(List<Column<R>> columns, List<R> records) {
        List<List<@Nullable Object>> rows = new ArrayList<>(records.size());
        for (R record : records) {
            List<@Nullable Object> row = new ArrayList<>(columns.size());
            for (Column<R> column : columns) {
                row.add(column.value().apply(record));
            }
            rows.add(row);
        }
        return new AdminResult.Rows(columns.stream().map(Column::header).toList(), rows);
    }
}
