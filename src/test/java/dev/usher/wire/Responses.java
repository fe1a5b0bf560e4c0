package dev.usher.wire;

import dev.usher.testing.ScriptedResponse;
import dev.usher.wire.Command.Response;
import java.util.List;
import java.util.function.Consumer;

/**
 * One response of every shape that there is.
 *
 * @param events the names of what a reader finds in it, as long as rows are not asked for
 */
public record Responses(String name, Response shape, String events, Consumer<ScriptedResponse> script) {
    private static final int AUTOCOMMIT = ServerStatus.AUTOCOMMIT;
    private static final int MORE = AUTOCOMMIT | ServerStatus.MORE_RESULTS;

    public static final List<Responses> ALL = List.of(
            of("ok", Response.SIMPLE, "OK", ScriptedResponse::ok),
            of("err", Response.SIMPLE, "ERR", r -> r.err(1064, "42000", "no")),
            of("ok to a statement", Response.RESULT, "OK", ScriptedResponse::ok),
            of("trackers", Response.RESULT, "OK", r -> r.okWithTrackers(AUTOCOMMIT, 7, "Rows matched: 1", "shop", "sql_mode", "ANSI")),
            of("trackers that no client sees", Response.RESULT, "OK", r -> r.okWithSilentTrackers(AUTOCOMMIT)),
            of("rows", Response.RESULT, "COLUMN_COUNT METADATA_END ROWS_END", r -> r.result("a", "1", "", "three")),
            of("rows of several columns", Response.RESULT, "COLUMN_COUNT METADATA_END ROWS_END",
                    r -> r.columns("a", "b").row("1", "2").row("", "").end()),
            of("binary rows", Response.RESULT, "COLUMN_COUNT METADATA_END ROWS_END",
                    r -> r.columns("a").binaryRow("x").binaryRow("").end()),
            of("no rows", Response.RESULT, "COLUMN_COUNT ROWS_END", r -> r.columns("a").end()),
            of("err behind rows", Response.RESULT, "COLUMN_COUNT METADATA_END ERR",
                    r -> r.columns("a").row("1").err(1317, "70100", "interrupted")),
            of("err in place of the first row", Response.RESULT, "COLUMN_COUNT METADATA_END ERR",
                    r -> r.columns("a").err(1242, "21000", "more than 1 row")),
            of("several results", Response.RESULT, "OK COLUMN_COUNT METADATA_END ROWS_END COLUMN_COUNT ROWS_END OK",
                    r -> r.ok(MORE).columns("a").row("1").end(MORE).columns("b").end(MORE).ok()),
            of("several results, of which the last fails", Response.RESULT, "COLUMN_COUNT ROWS_END ERR",
                    r -> r.columns("a").end(MORE).err(1064, "42000", "no")),
            of("cursor", Response.RESULT, "COLUMN_COUNT ROWS_END", r -> r.cursor("a", "b")),
            of("fetched rows", Response.ROWS, "ROWS_END",
                    r -> r.binaryRow("1").binaryRow("2").end(AUTOCOMMIT | ServerStatus.LAST_ROW_SENT)),
            of("no fetched rows", Response.ROWS, "ROWS_END", ScriptedResponse::end),
            of("prepare", Response.PREPARE, "PREPARE_OK", r -> r.prepared(3, 0, 0)),
            of("prepare with a parameter", Response.PREPARE, "PREPARE_OK METADATA_END", r -> r.prepared(3, 1, 0)),
            of("prepare with a column", Response.PREPARE, "PREPARE_OK METADATA_END", r -> r.prepared(3, 0, 1)),
            of("prepare with both", Response.PREPARE, "PREPARE_OK METADATA_END METADATA_END", r -> r.prepared(3, 2, 5)),
            of("failed prepare", Response.PREPARE, "ERR", r -> r.err(1064, "42000", "no")),
            of("field list", Response.FIELD_LIST, "ROWS_END", r -> r.fieldList("a", "b")),
            of("statistics", Response.STRING, "WHOLE",
                    r -> r.packet(out -> out.writeBytes("Uptime: 1".getBytes(java.nio.charset.StandardCharsets.US_ASCII)))),
            of("local infile", Response.RESULT, "LOCAL_INFILE OK", r -> r.localInfile("f.csv").sequence(4).ok()));

    private static Responses of(String name, Response shape, String events, Consumer<ScriptedResponse> script) {
        return new Responses(name, shape, events, script);
    }

    @Override
    public String toString() {
        return name;
    }
}
